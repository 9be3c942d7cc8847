"""The save file: the whole account as JSON, replaced atomically, behind a lock that processes share."""

# It is not fsynced: it has to outlive a killed process, not a power cut.

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError, check_open_files, said, system_words
from reconciler.files import NOT_OURS, open_lock, open_plain, replace_plain, whose
from reconciler.sandbox.account_file import AccountFileError, read_account
from reconciler.sandbox.model import AccountData, ImageDigest, RowData, Submission

Version = tuple[int, int, int, int]


class SaveFile:
    """One save file. Every method but ``locked`` must be called inside ``locked``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written: dict[int, tuple[RowData, str]] = {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock beside the file, waiting for whoever has it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = open_lock(self.path.with_name(f"{self.path.name}.lock"))
        except OSError as problem:
            raise _unusable(self.path, problem) from problem
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._lock = lock
            yield
        finally:
            os.close(lock)

    def version(self) -> Version | None:
        """Return what changes whenever the file is replaced, or None without a file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        # Two writes within a tick of the clock may leave the same inode, time and size: the count tells them apart.
        return self._writes(), found.st_ino, found.st_mtime_ns, found.st_size

    def read(self) -> AccountData | None:
        """Return what was saved, or None without a file. Raise ``AccountFileError``."""
        try:
            plain = json.loads(self._content())
        except FileNotFoundError:
            return None
        except PermissionError as problem:
            raise _unusable(self.path, problem) from problem
        except (OSError, ValueError, RecursionError) as problem:
            raise AccountFileError(
                [said("{path}: cannot be read as a saved sandbox account ({why})", path=self.path, why=_why(problem))]
            ) from None
        return read_account(plain, lambda owner, field: _place(self.path, owner, field or ""))

    def _content(self) -> bytes:
        with os.fdopen(open_plain(self.path), "rb") as file:
            return file.read()

    def write(self, data: AccountData) -> Version | None:
        """Replace the file and return its new version."""
        text = self._text(data).encode("utf-8", "backslashreplace")
        try:
            self._count_write()
            replace_plain(self.path, text)
        except OSError as problem:
            raise _unusable(self.path, problem) from problem
        return self.version()

    def _writes(self) -> int:
        count = os.pread(self._lock, 20, 0)
        return int(count) if count.isdigit() else 0

    def _count_write(self) -> None:
        count = str(self._writes() + 1).encode()
        os.pwrite(self._lock, count, 0)

    def _text(self, data: AccountData) -> str:
        """Return the account as JSON, a row a line."""
        head = json.dumps({"uin": data.uin, "individual": data.individual, "arrears": data.arrears})
        rows = ",\n".join(self._row_text(row) for row in data.signatures)
        return f'{head[:-1]}, "signatures": [\n{rows}\n]}}\n'

    def _row_text(self, row: RowData) -> str:
        # rows never change in place, so all but one of them were written before
        known, text = self._written.get(row.sign_id, (None, ""))
        if known is not row:
            text = json.dumps(_plain(row), ensure_ascii=False)
            self._written[row.sign_id] = row, text
        return text


def _plain(value: RowData | Submission | ImageDigest) -> dict[str, Any]:
    # dataclasses.asdict copies deeply and would make a change of a large account take ten times as long
    plain = {name: getattr(value, name) for name in value.__slots__}
    nested = (RowData, Submission, ImageDigest)
    return {
        name: _plain(item) if isinstance(item, nested) else item for name, item in plain.items() if item is not None
    }


def _place(path: Path, owner: Mapping[str, Any] | None, field: str) -> str:
    """Name the signature that a value belongs to; a saved file has no lines that mean anything."""
    if not owner or "sign_id" not in owner:
        return f"{path}: {field}"
    return said("{path}: {field} of signature {sign_id}", path=path, field=field, sign_id=owner["sign_id"])


def _why(problem: Exception) -> str:
    return system_words(problem) if isinstance(problem, OSError) else str(problem)


def _unusable(path: Path, problem: OSError) -> ReconcilerError:
    check_open_files(problem)
    ownership = whose(path.parent, problem)
    return ReconcilerError(
        "{path}: the sandbox cannot keep its account there ({why})",
        hint=NOT_OURS if ownership else "name a file in a folder that can be written to",
        path=path,
        why=system_words(problem),
        **ownership,
    )
