from __future__ import annotations

import errno
import fcntl
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler import files as folder_module
from reconciler.errors import StateError
from reconciler.model.state import State
from reconciler.state.codec import dump, parse
from reconciler.state.local import FileStore
from tests.fixtures.state_values import NAME, put, state

OLD, NEW = state(s1="old"), state(s1="new")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".reconciler"


def stored(folder: Path, wanted: State = OLD) -> FileStore:
    store = FileStore(folder, NAME)
    put(store, wanted, "note")
    return store


def replaced(store: FileStore) -> None:
    put(store, NEW, "note")


def test_loading_creates_nothing(folder: Path) -> None:
    FileStore(folder, NAME).load()
    assert not folder.exists()
    stored(folder)
    before = sorted(folder.iterdir())
    FileStore(folder, "5-elsewhere").load()
    assert sorted(folder.iterdir()) == before


def test_the_folder_keeps_itself_out_of_git(folder: Path) -> None:
    stored(folder)
    assert (folder / ".gitignore").read_text() == "*\n"


def test_an_ignore_file_that_another_run_just_made_will_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [False, True]
    monkeypatch.setattr("reconciler.state.local._ignored", lambda _: looks.pop(0))
    stored(folder)
    assert not (folder / ".gitignore").exists()


def test_the_ignore_file_comes_back_but_an_edited_one_stays(folder: Path) -> None:
    store = stored(folder)
    (folder / ".gitignore").unlink()
    replaced(store)
    assert (folder / ".gitignore").read_text() == "*\n"
    (folder / ".gitignore").write_text("!*.json\n")
    replaced(store)
    assert (folder / ".gitignore").read_text() == "!*.json\n"


def test_nobody_else_may_read_the_record(folder: Path) -> None:
    stored(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_the_file_is_the_document(folder: Path) -> None:
    assert Path(stored(folder).where).read_bytes() == dump(OLD._replace(serial=1))


def test_a_temporary_file_left_by_a_killed_run_is_harmless_and_goes(folder: Path) -> None:
    store = stored(folder)
    left = folder / f".{NAME}.json.tmp"
    left.write_text("half a docu")
    assert store.load().state._replace(serial=0) == OLD
    replaced(store)
    assert not left.exists()
    assert store.load().state._replace(serial=0) == NEW


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_folder_that_is_a_link_is_refused(folder: Path, target: str) -> None:
    (folder.parent / "elsewhere").mkdir()
    folder.symlink_to(target)
    with pytest.raises(StateError, match="is not a folder, or a link"):
        stored(folder)
    assert not list((folder.parent / "elsewhere").iterdir())


def test_a_folder_that_is_a_file_is_refused(folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(StateError, match="is not a folder"):
        FileStore(folder, NAME).load()


def test_a_record_that_is_a_link_is_refused(folder: Path) -> None:
    store = stored(folder)
    outside = folder.parent / "outside.json"
    Path(store.where).rename(outside)
    Path(store.where).symlink_to(outside)
    with pytest.raises(StateError) as caught:
        store.load()
    assert "It is a link" in caught.value.hint


def test_a_lock_that_is_a_link_is_refused(folder: Path) -> None:
    store = stored(folder)
    (folder / f"{NAME}.lock").unlink()
    (folder / f"{NAME}.lock").symlink_to(folder.parent / "outside")
    with pytest.raises(StateError):
        replaced(store)
    assert not (folder.parent / "outside").exists()


def test_a_pipe_in_the_records_place_does_not_hold_the_run_up(folder: Path) -> None:
    store = stored(folder)
    Path(store.where).unlink()
    os.mkfifo(store.where)
    with pytest.raises(StateError, match="not a plain file"):
        store.load()


def test_a_folder_in_the_records_place_is_refused(folder: Path) -> None:
    store = stored(folder)
    Path(store.where).unlink()
    Path(store.where).mkdir()
    with pytest.raises(StateError, match="not a plain file"):
        store.load()


def test_a_damaged_record_is_told_with_its_path_and_left_alone(folder: Path) -> None:
    store = stored(folder)
    Path(store.where).write_text("{}")
    for attempt in (store.load, lambda: replaced(store)):
        with pytest.raises(StateError, match="is a required property") as caught:
            attempt()
        assert store.where in caught.value.message
    assert Path(store.where).read_text() == "{}"


def test_a_record_under_another_accounts_name_is_refused(folder: Path) -> None:
    Path(stored(folder).where).rename(folder / "5-ap-singapore.json")
    with pytest.raises(StateError, match=f"the record of {NAME}, not of 5-ap-singapore"):
        FileStore(folder, "5-ap-singapore").load()


@pytest.mark.parametrize("call", ["open", "replace", "fsync", "listdir", "mkdir"])
@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "Let the user who runs this"),
        (errno.EIO, "Check the disk"),
    ],
)
def test_a_disk_that_fails_is_reported_with_what_to_do_and_keeps_the_record(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, hint: str
) -> None:
    store = stored(folder)

    def fails(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fails)
        with pytest.raises(StateError) as caught:
            replaced(store)
    assert os.strerror(number) in caught.value.message
    assert hint in caught.value.hint
    assert store.load().state._replace(serial=0) == OLD


def test_a_disk_that_fills_up_in_the_middle_keeps_the_record_and_no_rest(folder: Path) -> None:
    store = stored(folder)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(StateError, match="cannot write the record"):
            replaced(store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert store.load().state._replace(serial=0) == OLD
    assert not list(folder.glob(".*.tmp"))


def test_a_missing_parent_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="No such file or directory"):
        stored(tmp_path / "nowhere" / ".reconciler")


def test_a_folder_taken_away_in_between_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.state.local.ensure_folder", lambda _: None)
    with pytest.raises(StateError, match="removed meanwhile"):
        stored(folder)


def test_a_lock_that_is_held_for_ever_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stored(folder)
    monkeypatch.setattr(folder_module, "_LOCK_WAIT_S", 0.1)
    with (folder / f"{NAME}.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StateError, match="another process has held"):
            replaced(store)
    replaced(store)
    assert store.load().state._replace(serial=0) == NEW


def test_a_lock_that_is_let_go_is_taken(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stored(folder)
    with (folder / f"{NAME}.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        monkeypatch.setattr("time.sleep", lambda _: fcntl.flock(other, fcntl.LOCK_UN))
        replaced(store)
    assert store.load().state._replace(serial=0) == NEW


@pytest.mark.parametrize("first", [True, False], ids=["first save", "later save"])
def test_a_run_killed_at_any_point_leaves_the_old_record_or_the_new(folder: Path, first: bool) -> None:
    # In a process of its own, which no thread or coverage of this one can be in the way of when it forks.
    command = [sys.executable, "-m", "tests.fixtures.kill_points", str(folder), "first" if first else "later"]
    done = subprocess.run(command, check=True, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    left = done.stdout.split()
    assert len(left) > 10
    assert set(left) == {"old", "new"}
    assert left == sorted(left, reverse=True)


def test_the_version_is_that_of_the_bytes(folder: Path) -> None:
    store = stored(folder)
    first = store.load().version
    replaced(store)
    assert store.load().version != first
    assert parse(json.dumps(json.loads(Path(store.where).read_bytes())).encode(), source="x")._replace(serial=0) == NEW
