from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.github.client import GitHubClient
from tests.fixtures.github_server import REPOSITORY, TOKEN, GitHub, serving
from tests.fixtures.steps import Step


@pytest.fixture
def hub() -> Iterator[GitHub]:
    """A repository on the stand-in for GitHub."""
    with serving() as github:
        yield github


@pytest.fixture
def pauses() -> list[float]:
    """The seconds that the client waited."""
    return []


@pytest.fixture
def rest(hub: GitHub, pauses: list[float]) -> GitHubClient:
    """A client of the stand-in that does not wait for real."""
    return GitHubClient(hub.url, REPOSITORY, TOKEN, pauses.append)


@pytest.fixture
def step(tmp_path: Path) -> Step:
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    top = tmp_path / "checkout"
    top.mkdir()
    return Step(top, files)
