"""The tool's own folder in a checkout, which keeps itself out of git."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from reconciler.errors import Refusal, StateError, said
from reconciler.files import Folder, make_folder, opened, read_note, storage_errors
from reconciler.model.state import State
from reconciler.state.codec import MAX_BYTES, Lines, dump, parse
from reconciler.state.store import Snapshot, Step, check_name, empty_state

_IGNORE_FILE: Final = ".gitignore"
_IGNORE_ALL: Final = b"*\n"
_LOCK: Final = "folder.lock"


def ensure_folder(path: Path) -> None:
    """Make the folder where there is none yet. Raises StateError where it cannot be made or is not a real folder."""
    with storage_errors(said("cannot write to {path}", path=path), folder=path):
        make_folder(path)
        with opened(path) as folder:
            if folder is not None and not _ignored(folder):
                _ignore(folder)


def _ignored(folder: Folder) -> bool:
    return folder.read(_IGNORE_FILE, 0) is not None


def _ignore(folder: Folder) -> None:
    # Runs for two accounts may both be the first one here.
    with folder.locked(_LOCK):
        if not _ignored(folder):
            folder.replace(_IGNORE_FILE, _IGNORE_ALL)


# The record as a file in a folder of its own, for one machine.
#
# An update reads and replaces the file under a lock, which is held that long only: a killed run leaves nothing behind.


class FileStore:
    """The record ``name`` (see ``record_name``) as ``<name>.json`` in ``folder``. Loading creates nothing.

    The version token of a snapshot is the SHA-256 of the file, empty where there is none.
    """

    costly = False

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._empty = empty_state(name)
        self._file = f"{name}.json"
        self._moved = f"{name}.moved.json"
        self._lines = Lines()
        # Whether it was moved away before this run began: then whoever opened it knows.
        self._was_moved: bool | None = None

    @property
    def where(self) -> str:
        """The path of the file."""
        return str(self._folder / self._file)

    def load(self) -> Snapshot:
        """Read the record; an empty state where there is no file. Raises StateError where it cannot be read."""
        with (
            storage_errors(said("cannot read the record {path}", path=self.where), folder=self._folder),
            opened(self._folder) as folder,
        ):
            if folder is not None:
                return self._current(folder)
        self._was_moved = self._was_moved or False
        return Snapshot(self._empty, "")

    def update(self, step: Step, note: str) -> Snapshot:
        """Put ``step`` on top of the newest record, durably. A file keeps no history, so ``note`` goes nowhere.

        Raises what ``step`` raises, and StateError where the file cannot be written; the file is then as it was, or as
        it would have been where only the last flush to disk failed.
        """
        del note
        ensure_folder(self._folder)
        with (
            storage_errors(said("cannot write the record {path}", path=self.where), folder=self._folder),
            opened(self._folder) as folder,
        ):
            if folder is None:
                raise StateError("{path} was removed meanwhile", hint="Start the run again.", path=self._folder)
            with folder.locked(f"{self._name}.lock"):
                return self._updated(folder, step)

    def moved_to(self) -> str | None:
        """Return the branch that this record was moved to, ``None`` where it was not."""
        with storage_errors(said("cannot read {path}", path=self._folder / self._moved), folder=self._folder):
            note = read_note(self._folder, self._moved)
        return None if note is None else str(note.get("branch", "unknown"))

    def take_away(self, version: str, branch: str | None) -> bool:
        """Remove the record if it is the one that was read, with a note of the branch that holds it now.

        Without ``branch`` the note goes too. Returns whether it was removed. Raises StateError where it cannot be.
        """
        with (
            storage_errors(said("cannot write to {path}", path=self._folder), folder=self._folder),
            opened(self._folder) as folder,
        ):
            if folder is None:
                return not version
            with folder.locked(f"{self._name}.lock"):
                if self._current(folder).version != version:
                    return False
                if branch is None:
                    folder.remove(self._moved)
                else:
                    folder.replace(self._moved, json.dumps({"version": 1, "branch": branch}).encode())
                folder.remove(self._file)
                return True

    def _updated(self, folder: Folder, step: Step) -> Snapshot:
        seen = self._current(folder)
        state = step(seen.state)
        if state == seen.state:
            return seen
        state = state._replace(serial=seen.state.serial + 1)
        check_name(state, self._name, source="the new record")
        data = dump(state, self._lines)
        folder.replace(self._file, data)
        return Snapshot(state, _version(data), seen.moved)

    def _current(self, folder: Folder) -> Snapshot:
        data = folder.read(self._file, MAX_BYTES)
        return Snapshot(self._parsed(data), _version(data), self._moved_since(folder))

    def _moved_since(self, folder: Folder) -> Refusal | None:
        is_moved = folder.read(self._moved, 0) is not None
        if self._was_moved is None:
            self._was_moved = is_moved
        if self._was_moved or not is_moved:
            return None
        return Refusal(
            "the record was moved to branch {branch} while this run was at work, so it submits nothing more",
            hint="name that branch under `state`, and run it again",
            branch=self.moved_to() or said("unknown"),
        )

    def _parsed(self, data: bytes | None) -> State:
        if data is None:
            return self._empty
        state = parse(data, source=self.where)
        check_name(state, self._name, source=self.where)
        return state


def _version(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()
