"""How one run prints: results to stdout, everything else to stderr, whatever these streams are.

A run that has submitted something must be able to say so and to exit with the code that it earned.
"""

from __future__ import annotations

import errno
import os
import select
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TextIO, cast, get_args

import click

from reconciler.text import say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

_MOMENT_MS: Final = 1000

# Narrower terminals are written to as if they were this wide.
_LEAST_COLUMNS: Final = 40
_INSTEAD: Final = "stdout cannot be written ({reason}); what belongs there follows"


# Each function that makes one of these has a case for every one, which mypy checks.
Format = Literal["text", "json", "markdown", "github", "html"]
_BY_NAME: Final[Mapping[str, Format]] = {name: name for name in get_args(Format)}


class Session:
    """The output format of a run, known once its command has read its options, and whether a result is out."""

    def __init__(self) -> None:
        self._format: Format = "text"
        self.answered = False
        self._remarks: list[str] = []

    @property
    def format(self) -> Format:
        """How results are printed."""
        return self._format

    @format.setter  # noqa: A003  # the option has this name, and nothing is formatted in here
    def format(self, name: str) -> None:
        self._format = _BY_NAME[name]

    def result(self, text: str) -> None:
        """Print a result to stdout, and then what was kept for after it."""
        self.answered = True
        click.echo(text, color=True)
        self.remind()

    def keep(self, text: str) -> None:
        """Keep a remark for people until a result is out, or the run ends: what they asked for comes first."""
        self._remarks.append(text)

    def remind(self) -> None:
        """Print what was kept, once."""
        kept, self._remarks = self._remarks, []
        for text in kept:
            self.note(text)

    def note(self, text: str) -> None:
        """Print a remark for people to stderr."""
        click.echo(text, err=True, color=True)

    @staticmethod
    def printable(text: str) -> str:
        """Return text as stdout prints it: what its character set lacks is written out, and then measured so."""
        encoding = sys.stdout.encoding or "utf-8"
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def columns(self, *, stderr: bool = False) -> int | None:
        """Return how wide the terminal of a stream is, ``None`` where it is none: files are not wrapped."""
        if not (sys.stderr if stderr else sys.stdout).isatty():
            return None
        return max(_LEAST_COLUMNS, shutil.get_terminal_size().columns)


def is_colourful(stream: TextIO) -> bool:
    """Return whether a stream takes colour: on a terminal only, and not where ``NO_COLOR`` is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def spinner(words: str) -> Iterator[None]:
    """Show a spinner with ``words`` on stderr, if that is a terminal, once the block takes over a second."""
    if not sys.stderr.isatty():
        yield
        return
    # The thread shows and hides it by itself when the pipe is closed: an interrupt here can leave neither undone.
    reader, writer = os.pipe()
    thread = threading.Thread(target=_spin, args=(words, reader), daemon=True)
    thread.start()
    try:
        yield
    finally:
        os.close(writer)
        thread.join()


def _spin(words: str, reader: int) -> None:
    waiting = select.poll()
    waiting.register(reader)
    try:
        if not waiting.poll(_MOMENT_MS):
            with live_output().console(stderr=True).status(words):
                waiting.poll()
    finally:
        os.close(reader)


class LiveOutput(NamedTuple):
    """What of ``rich`` draws what changes on a terminal."""

    console: type[Console]
    live: type[Live]
    text: type[Text]


def live_output() -> LiveOutput:
    """Return what draws on a terminal, loaded only for a person who waits or watches."""
    from rich import console, live, text  # noqa: PLC0415  # 25 ms

    return LiveOutput(console.Console, live.Live, text.Text)


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
            self._lose(say("it is closed"))

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

    @property
    def buffer(self) -> _SafeBytes:
        """The stream for bytes, which click's completion writes; as safe as that for text."""
        return _SafeBytes(self)

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
        self._lose(say(problem.strerror or "it failed"))
        for text in self._pending:
            self._put_elsewhere(text)

    def _lose(self, reason: str) -> None:
        self._is_lost = True
        self._reason = reason

    def _put_elsewhere(self, text: str) -> int:
        if self._instead is not None:
            if self._reason:
                self._instead.write(say(_INSTEAD, reason=self._reason) + "\n")
                self._reason = ""
            self._instead.write(text)
            self._instead.flush()
        return len(text)


class _SafeBytes:
    def __init__(self, stream: SafeStream) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        self._stream.write(data.decode("utf-8", "backslashreplace"))
        return len(data)

    def flush(self) -> None:
        self._stream.flush()


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
