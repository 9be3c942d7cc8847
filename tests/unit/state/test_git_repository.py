from __future__ import annotations

import gc
import shutil
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.state.git_repository import GitRepository
from tests.fixtures.repositories import git, hub_and_clone
from tests.fixtures.state_values import put, state
from tests.unit.state.test_branch import BRANCH, opened, saved


def test_only_the_tip_is_fetched_however_long_the_trail(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    for name in ("one", "two", "three"):
        saved(work, name)
    tip = git(hub, "rev-parse", BRANCH)
    plumbing = GitRepository(work, "origin", BRANCH)
    assert plumbing.fetch() == tip
    assert plumbing._local("rev-list", "--count", tip).text == "1"


def test_the_repository_of_our_own_goes_with_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    store = opened(work)
    store.load()
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "tmp").iterdir()] == [0o700]
    del store
    gc.collect()
    assert not list((tmp_path / "tmp").iterdir())


def test_a_temporary_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(StateError, match="cannot make a temporary folder"):
        opened(work).load()


def test_a_temporary_folder_that_vanished_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    store = opened(work)
    store.load()
    shutil.rmtree(tmp_path / "tmp")
    with pytest.raises(StateError, match="git failed") as caught:
        put(store, state(s1="one"), "note")
    assert "TMPDIR" in caught.value.hint
