"""The standard streams made safe: one that is closed, full, broken or of a small character set ends no run."""

# A run that has submitted something must be able to say so and to exit with the code that it earned.

from __future__ import annotations

import errno
import os
import sys
from typing import Any, Final, TextIO, cast

_INSTEAD: Final = "stdout cannot be written ({reason}); what belongs there follows"


class SafeStream:
    """A text stream whose failures are not the program's. What could not be written goes to ``instead``.

    Nothing goes there where the reader has left, as ``head`` does.
    """

    def __init__(self, stream: TextIO, instead: SafeStream | None, *, closed: bool = False) -> None:
        self._stream = stream
        self._instead = instead
        self._pending: list[str] = []
        self._is_lost = False
        if closed:
            self._lose("it is closed")

    def write(self, text: str) -> int:
        """Write a text, or put it elsewhere."""
        if self._is_lost:
            return self._put_elsewhere(text)
        written = 0
        try:
            written = self._stream.write(text)
            self._pending.append(text)
        except OSError as problem:
            self._pending.append(text)
            self._fail(problem)
        return written

    def flush(self) -> None:
        """Hand on what was written."""
        if self._is_lost:
            return
        try:
            self._stream.flush()
        except OSError as problem:
            self._fail(problem)
        self._pending.clear()

    def __getattr__(self, name: str) -> Any:
        """Be the stream in everything else."""
        return getattr(self._stream, name)

    def _fail(self, problem: OSError) -> None:
        # What is left in the buffer would be written once more at the end, and fail again with an exit code of its own.
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, self._stream.fileno())
        os.close(quiet)
        if problem.errno == errno.EPIPE:
            self._instead = None
        self._lose(problem.strerror or "it failed")
        for text in self._pending:
            self._put_elsewhere(text)

    def _lose(self, reason: str) -> None:
        self._is_lost = True
        self._reason = reason

    def _put_elsewhere(self, text: str) -> int:
        if self._instead is not None:
            if self._reason:
                self._instead.write(_INSTEAD.format(reason=self._reason) + "\n")
                self._reason = ""
            self._instead.write(text)
            self._instead.flush()
        return len(text)


def settle_streams() -> None:
    """Make the three streams safe. To be called before anything is opened, which could get a standard number."""
    closed = [number for number in range(3) if not _is_open(number)]
    for _ in closed:
        os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdin is None or 0 in closed:
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    stderr = SafeStream(_writer(sys.stderr, 2), None)
    sys.stderr = cast("TextIO", stderr)
    sys.stdout = cast("TextIO", SafeStream(_writer(sys.stdout, 1), stderr, closed=1 in closed))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _writer(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:
        return os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    return stream
