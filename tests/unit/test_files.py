from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reconciler import files
from reconciler.errors import StateError, said

SOMEBODY = 65534
DENIED = PermissionError(errno.EACCES, "Permission denied")


def hint(folder: Path, problem: OSError = DENIED) -> str:
    with (
        pytest.raises(StateError) as caught,
        files.storage_errors(said("cannot read {path}", path=folder), folder=folder),
    ):
        raise problem
    return caught.value.hint


@pytest.fixture
def _as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that this process made are another user's."""
    own = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: own + 1)


@pytest.mark.usefixtures("_as_somebody")
@pytest.mark.parametrize("name", [".reconciler", ".git"])
def test_a_folder_of_another_user_is_told_with_its_remedy(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "it's" / name
    folder.mkdir(parents=True)
    assert f"""`sudo chown -R "$USER" '{tmp_path}/it'"'"'s/{name}'`""" in hint(folder)


@pytest.mark.usefixtures("_as_somebody")
def test_nobody_is_told_to_take_over_a_folder_that_may_hold_anything_else(tmp_path: Path) -> None:
    assert "chown" not in hint(tmp_path)


@pytest.mark.usefixtures("_as_somebody")
def test_another_failure_than_a_missing_right_is_not_explained_by_the_owner(tmp_path: Path) -> None:
    (tmp_path / ".reconciler").mkdir()
    assert "chown" not in hint(tmp_path / ".reconciler", OSError(errno.ENOSPC, "No space left on device"))


def test_rights_that_the_owner_took_away_are_not_another_users(tmp_path: Path) -> None:
    (tmp_path / ".reconciler").mkdir()
    assert hint(tmp_path / ".reconciler") == "Let the user who runs this read and write there."


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Run as root in a folder of somebody's; whom files are given to."""
    calls: list[tuple[int, int]] = []
    true = os.fstat

    def fstat(descriptor: int) -> os.stat_result:
        found = list(true(descriptor))
        found[4], found[5] = SOMEBODY, SOMEBODY
        return os.stat_result(found)

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("os.fstat", fstat)
    monkeypatch.setattr("os.stat", lambda *_, **__: fstat(0))
    monkeypatch.setattr("os.fchown", lambda _, uid, gid: calls.append((uid, gid)))
    return calls


def test_root_gives_what_it_makes_to_the_owner_of_the_folder(tmp_path: Path, given: list[tuple[int, int]]) -> None:
    files.make_folder(tmp_path / "new")
    with files.opened(tmp_path) as folder:
        assert folder is not None
        folder.create("one", b"")
        folder.replace("two", b"")
        with folder.locked("three"):
            pass
    assert given == [(SOMEBODY, SOMEBODY)] * 4


def test_root_gives_nothing_away_that_was_there_before(tmp_path: Path, given: list[tuple[int, int]]) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "lock").touch()
    files.make_folder(tmp_path / "old")
    os.close(files.open_lock(tmp_path / "lock"))
    assert given == []


def test_where_root_may_not_give_files_away_they_are_written_all_the_same(
    tmp_path: Path, given: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.fchown", refuse)
    with files.opened(tmp_path) as folder:
        assert folder is not None
        folder.replace("file", b"content")
    assert (tmp_path / "file").read_bytes() == b"content"
    assert given == []
