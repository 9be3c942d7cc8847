"""The save file: the whole account as JSON, replaced atomically, behind a lock that processes share.

It is not fsynced: it has to outlive a killed process, not a power cut.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.sandbox.data import AccountData, RowData
from reconciler.sandbox.seed.problems import AccountFileError
from reconciler.sandbox.seed.reading import read_account

Version = tuple[int, int, int]


class SaveFile:
    """One save file. Every method but ``locked`` is to be called inside ``locked``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock beside the file, waiting for whoever has it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self.path.with_name(f"{self.path.name}.lock").open("ab")
        except OSError as problem:
            raise _unusable(self.path, problem) from problem
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def version(self) -> Version | None:
        """Return what changes whenever the file is replaced, or None without a file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def read(self) -> AccountData | None:
        """Return what was saved, or None without a file. Raise ``AccountFileError``."""
        try:
            plain = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as problem:
            raise AccountFileError([f"{self.path}: cannot be read as a saved sandbox account ({problem})"]) from None
        return read_account(plain, lambda steps: f"{self.path}: {'.'.join(map(str, steps))}")

    def write(self, data: AccountData) -> Version | None:
        """Replace the file and return its new version."""
        content = json.dumps(_plain(data), ensure_ascii=False, indent=1) + "\n"
        fresh = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            fresh.write_bytes(content.encode("utf-8", "backslashreplace"))
            fresh.replace(self.path)
        except OSError as problem:
            raise _unusable(self.path, problem) from problem
        return self.version()


def _plain(data: AccountData) -> dict[str, Any]:
    flags = {"individual": data.individual, "arrears": data.arrears}
    return {"uin": data.uin, **flags, "signatures": [_plain_row(row) for row in data.signatures]}


def _plain_row(row: RowData) -> dict[str, Any]:
    return asdict(row, dict_factory=lambda pairs: {name: value for name, value in pairs if value is not None})


def _unusable(path: Path, problem: OSError) -> ReconcilerError:
    return ReconcilerError(
        f"{path}: the sandbox cannot keep its account there ({problem.strerror})",
        hint="name a file in a folder that can be written to",
    )
