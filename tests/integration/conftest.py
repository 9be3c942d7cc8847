from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fixtures.commands import KEYS
from tests.fixtures.forks import Forks, forks
from tests.fixtures.record_places import BranchPlace, FilePlace
from tests.fixtures.scenes import Scene, made
from tests.fixtures.warped import warp
from tests.unit.github.conftest import hub, step
from tests.unit.sandbox.conftest import start

__all__ = ["hub", "start", "step"]


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def _warped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting takes no time in this process."""
    warp(monkeypatch)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    with forks(tmp_path_factory.mktemp("runs")) as server:
        yield server


@pytest.fixture(scope="module", params=[FilePlace, BranchPlace], ids=["file", "branch"])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, started: Forks) -> Scene:
    """A project with changes to make, of each kind of store; tests work on copies of it."""
    place: FilePlace = request.param(tmp_path_factory.mktemp("scene") / "place")
    # A call or a push on a busy machine has to fit into the timeout; whoever is killed is waited for twice that.
    return made(place, started, timeout=1.5 if place.kind == "file" else 2.5)
