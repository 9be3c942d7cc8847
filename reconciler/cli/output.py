"""How one run prints: results to stdout, everything else to stderr."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

import click

if TYPE_CHECKING:
    from reconciler.errors import ReconcilerError
    from reconciler.render.layout import Style

_MOMENT_MS: Final = 1000


class Session:
    """The output format of a run, known once its command has read its options, and whether a result is out."""

    def __init__(self) -> None:
        self.format = "text"
        self.answered = False

    def result(self, text: str) -> None:
        """Print a result to stdout."""
        self.answered = True
        click.echo(text, color=True)

    def note(self, text: str) -> None:
        """Print a remark for people to stderr."""
        click.echo(text, err=True, color=True)

    def fail(self, error: ReconcilerError) -> None:
        """Print an expected failure: in words to stderr, and as a document where a program reads stdout."""
        from reconciler.cli.formats import failure_line  # noqa: PLC0415  # 30 ms, only when something failed

        info, line = failure_line(error)
        click.echo(line, err=True)
        self.answer_failure(int(error.exit_code), info.message, info.hint, info.code)

    def crash(self, report: str) -> None:
        """Print a bug: where it showed itself, and what to do with that."""
        hint = "this is a bug; please report the lines above"
        click.echo(f"error: unexpected {report}\n{hint}", err=True)
        self.answer_failure(1, "unexpected failure", hint)

    def answer_failure(self, code: int, message: str, hint: str = "", error_code: str = "") -> None:
        """Print the document of a failure where a program reads stdout and has read nothing yet.

        Annotations are no document: one more may always follow.
        """
        if self.format == "github" or (self.format != "text" and not self.answered):
            from reconciler.cli.formats import failure_as  # noqa: PLC0415  # as above

            click.echo(failure_as(self.format, code, message, hint, error_code))

    def style(self, *, stderr: bool = False) -> Style:
        """Return the style for a stream: colour on a terminal only, and not where ``NO_COLOR`` is set."""
        from reconciler.render.layout import coloured, plain  # noqa: PLC0415  # not for help

        return coloured if _is_colourful(sys.stderr if stderr else sys.stdout) else plain


def _is_colourful(stream: TextIO) -> bool:
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
            from rich.console import Console  # noqa: PLC0415  # only for what takes its time

            with Console(stderr=True).status(words):
                waiting.poll()
    finally:
        os.close(reader)
