from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.commands import KEYS
from tests.unit.github.conftest import hub, step
from tests.unit.sandbox.conftest import start

__all__ = ["hub", "start", "step"]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox's keys in the environment of commands that run inside this process."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository that commands run in."""
    folder = tmp_path / "top"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder
