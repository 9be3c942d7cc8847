from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from reconciler.definitions import signatures
from reconciler.evidence.inspect import Inspected, Wanted
from reconciler.model.signature import Image
from tests.fixtures import environment, images
from tests.fixtures.netguard import netguard

REAL_HOME = os.environ.get("HOME", "")

netguard.install()

# A slow machine is no failure, and a finding must be found again by the next run.
settings.register_profile("quick", deadline=None, derandomize=True, max_examples=25)
settings.register_profile("soak", deadline=None, max_examples=2000)
settings.register_profile("mutation", deadline=None, derandomize=True, max_examples=20)
settings.load_profile("quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden/transcripts anew")


@pytest.fixture(scope="session", autouse=True)
def _settled_environment(tmp_path_factory: pytest.TempPathFactory) -> None:
    wanted = environment.settled(os.environ, tmp_path_factory.mktemp("home"))
    for name in os.environ.keys() - wanted.keys():
        del os.environ[name]
    os.environ.update(wanted)


@pytest.fixture(scope="session", autouse=True)
def _signals_are_heard() -> Iterator[None]:
    """Under ``nohup``, or in a script's background, some signals are ignored, and so they would be by every command."""
    ignored = [number for number in (signal.SIGHUP, signal.SIGINT) if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(scope="session")
def real_home() -> str:
    """The home folder of whoever runs the tests, for tools whose settings are there (pip)."""
    return REAL_HOME


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The top of a repository with two images, evidence/license.png and evidence/attorney.jpg."""
    top = tmp_path / "project"
    (top / ".git").mkdir(parents=True)
    (top / "evidence").mkdir()
    (top / "evidence" / "license.png").write_bytes(images.png(1))
    (top / "evidence" / "attorney.jpg").write_bytes(images.jpeg(2))
    return top


@pytest.fixture(scope="module")
def sound_images() -> Iterator[None]:
    """Let every image be a sound one, so that a test of definitions needs no files of images."""

    def inspect(_root: Path, wanted: Iterable[Wanted], **_how: bool) -> dict[Wanted, Inspected]:
        return {key: Inspected(Image("0" * 64, key[1], 1000, 10, 10, "PNG")) for key in wanted}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signatures, "inspect", inspect)
        yield
