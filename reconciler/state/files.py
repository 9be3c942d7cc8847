"""The record as a file in a folder of its own, for one machine.

A save replaces the file in one step under a lock, if it still holds what was loaded, and otherwise merges first. The
lock is held during the save only, so nothing is left to clear up after a killed run.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reconciler.errors import StateError
from reconciler.model.state import State
from reconciler.state.document import MAX_BYTES, dump, parse
from reconciler.state.folder import Folder, made, opened
from reconciler.state.merge import merge
from reconciler.state.names import check_name, empty_state
from reconciler.state.store import Snapshot

_IGNORE_FILE: Final = ".gitignore"
_IGNORE_ALL: Final = b"*\n"

_HINTS: Final = {
    errno.ENOSPC: "The disk is full: make room.",
    errno.EDQUOT: "The disk quota is used up: make room.",
    errno.EROFS: "The file system is read-only: run from a place that can be written, or keep the record on a branch.",
    errno.EACCES: "Let the user who runs this read and write there.",
    errno.EPERM: "Let the user who runs this read and write there.",
    errno.ELOOP: "It is a link: move it away, the record is kept in a real file.",
    errno.ENOLCK: "The file system knows no locks: keep the record on a local disk or on a branch.",
}
_OTHER_HINT: Final = "Check the disk, or keep the record on a branch."


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

    @property
    def where(self) -> str:
        """The path of the file."""
        return str(self._folder / self._file)

    def load(self) -> Snapshot:
        """Read the record; an empty state where there is no file. Raises StateError where it cannot be read."""
        with self._plainly("read"), opened(self._folder) as folder:
            return Snapshot(self._empty, "") if folder is None else self._current(folder)

    def save(self, base: Snapshot, state: State, note: str) -> Snapshot:
        """Store ``state``, made from ``base``, durably. A file keeps no history, so ``note`` goes nowhere.

        Raises StateConflict where another run changed the same, StateError where the file cannot be written; the file
        is then as it was, or as it was to be where only the last flush to disk failed.
        """
        del note
        check_name(state, self._name, source="the new record")
        with self._plainly("write"):
            made(self._folder)
            with opened(self._folder) as folder:
                if folder is None:
                    raise StateError(f"{self._folder} was taken away meanwhile", hint="Start the run again.")
                return self._replace(folder, base, state)

    def _replace(self, folder: Folder, base: Snapshot, state: State) -> Snapshot:
        with folder.locked(f"{self._name}.lock"):
            current = self._current(folder)
            if current.version != base.version:
                state = merge(base.state, state, current.state)
            data = dump(state)
            if folder.read(_IGNORE_FILE, 0) is None:
                folder.replace(_IGNORE_FILE, _IGNORE_ALL)
            folder.replace(self._file, data)
        return Snapshot(state, _version(data))

    def _current(self, folder: Folder) -> Snapshot:
        data = folder.read(self._file, MAX_BYTES)
        if data is None:
            return Snapshot(self._empty, "")
        state = parse(data, source=self.where)
        check_name(state, self._name, source=self.where)
        return Snapshot(state, _version(data))

    @contextlib.contextmanager
    def _plainly(self, verb: str) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise StateError(
                f"cannot {verb} the record {self.where}: {problem.strerror or problem}",
                hint=_HINTS.get(problem.errno or 0, _OTHER_HINT),
            ) from problem


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
