"""Failures as a run answers them: in words to stderr, and as a document where a program reads stdout."""

# Loaded when something failed: it takes what words an error, and every renderer.

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import click

from reconciler.cli.formats import in_format
from reconciler.cli.output import Format, Session
from reconciler.contract.error_codes import describe, is_looked_up
from reconciler.errors import NO_MORE_FILES, ErrorInfo, Exit, OutOfFilesError, ReconcilerError, said
from reconciler.render.serialize import failure_document
from reconciler.text import ENGLISH, escape_line, language, local, say

_BEFORE_THE_COMMAND: Final = frozenset({"-v", "-vv", "--verbose", "--lang"})
_STOPPED: Final = "stopped; nothing was sent"


def answer(session: Session, error: BaseException, arguments: Sequence[str] | None) -> int:
    """Print what ended a run, and return its exit code. Whatever is no expected failure is a bug."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            click.echo(say(_STOPPED), err=True)
            _answer_program(session, Exit.INTERRUPTED, _STOPPED)
            return Exit.INTERRUPTED
        case click.ClickException():
            return _usage(session, _with_stop_of_language(error), arguments)
        case ReconcilerError():
            info, line = failure_line(error)
            click.echo(line, err=True)
            # Of a fleet the accounts are chosen, which may fail, before the format is read.
            session.format = _format(session, arguments)
            _answer_program(session, error.exit_code, info.message, info.hint, info.code)
            return error.exit_code
        case OSError() if error.errno in NO_MORE_FILES:
            return answer(session, OutOfFilesError(), arguments)
        case _:
            return _crash(session, error)


def failure_line(error: ReconcilerError) -> tuple[ErrorInfo, str]:
    """Return an expected failure as its parts, and as the one line for people."""
    info = describe(error)
    hint = f" - {local(info.hint)}" if info.hint else ""
    *before, message = map(local, error.lines or (info.message,))
    head = f"{info.code}: {message}" if is_looked_up(error) else message
    return info, say("error: {message}", message="\n".join(map(escape_line, (*before, head + hint))))


def _usage(session: Session, error: click.ClickException, arguments: Sequence[str] | None) -> int:
    error.show()
    if isinstance(error, click.NoSuchOption) and error.option_name in _BEFORE_THE_COMMAND:
        option = "--lang LANG" if error.option_name == "--lang" else error.option_name
        session.note(say("It goes before the command: `reconciler {option} COMMAND`.", option=option))
    # The format may not have been read when reading the others failed.
    session.format = _format(session, arguments)
    _answer_program(session, Exit.USAGE, error.format_message())
    return Exit.USAGE


def _with_stop_of_language(error: click.ClickException) -> click.ClickException:
    """Return an error that ends as sentences of the person's language do: click puts a stop of English behind names."""
    if language() == ENGLISH or not isinstance(error, click.MissingParameter):
        return error
    first, quote, rest = error.format_message().partition("'.")
    return click.UsageError(f"{first}'{say('.')}{rest.lstrip(' ')}" if quote else first, error.ctx)


def _format(session: Session, arguments: Sequence[str] | None) -> Format:
    """Return the format of the run, which may not have read it yet."""
    words = sys.argv[1:] if arguments is None else arguments
    asked = "--format=json" in words or ("--format", "json") in pairwise(words)
    return "json" if asked and session.format == "text" else session.format


def _crash(session: Session, error: BaseException) -> int:
    """Print a bug: where it showed itself, and what to do with that."""
    hint = "this is a bug; please report the lines above"
    click.echo(f"{say('error: unexpected {report}', report=_crash_report(error))}\n{say(hint)}", err=True)
    _answer_program(session, Exit.UNEXPECTED, said("unexpected failure"), hint)
    return Exit.UNEXPECTED


def _crash_report(error: BaseException) -> str:
    """Return where a bug showed itself. Neither its message nor any value: they may hold what must not be printed."""
    frames = [
        f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    return "\n".join([f"{type(error).__name__} at", *frames])


def _answer_program(session: Session, code: int, message: str, hint: str = "", error_code: str = "") -> None:
    """Print the document of a failure where a program reads stdout and has read nothing yet.

    Annotations are no document: one more may always follow.
    """
    if session.format == "github" or (session.format != "text" and not session.answered):
        click.echo(in_format(session.format, failure_document(int(code), message, hint, error_code)))
