"""``reconciler status``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

import click

from reconciler.cli.connect import ALONE, Shared, connect, record_of
from reconciler.cli.formats import (
    FORMATS,
    Number,
    all_option,
    connection_options,
    format_option,
    only_option,
    paths_argument,
    show_status,
    style,
)
from reconciler.cli.output import Session, live_output, spinner
from reconciler.cli.validate import Inputs, load_valid
from reconciler.clock import Clock, SystemClock
from reconciler.contract.error_codes import Treatment, headline, look_up
from reconciler.contract.error_codes import describe as describe_error
from reconciler.decision.compare import DecisionTime
from reconciler.errors import ErrorInfo, Exit, Refusal, RemoteError, StateError, UsageError, VendorError
from reconciler.model.plan import Selection, Target
from reconciler.model.report import StatusReport
from reconciler.model.state import State
from reconciler.planning.planner import check_keys, describe, status_report
from reconciler.render.status import state_lines, status_text
from reconciler.tencent.connection import Connection, reading
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import local, say

# Seconds between two looks; the vendor's own review takes hours.
_EVERY_S: Final = 30.0
_LEAST_S: Final = 0.05

_PASSING: Final = frozenset({Treatment.RETRY, Treatment.SETTLE})


class _Watching(NamedTuple):
    """How long is watched, None for as long as it takes, and how often is looked; both in seconds."""

    timeout: float | None
    every: float


@click.command()
@paths_argument
@only_option
@click.option("--check", is_flag=True, help="Exit code 6 where anything is rejected or needs a person.")
@click.option(
    "--watch", is_flag=True, help="Look again until all are decided; exit code 0 if all are approved, else 6."
)
@click.option("--timeout", type=Number(0), metavar="S", help="With --watch: seconds after which it ends.")
@click.option(
    "--every",
    type=Number(_LEAST_S, 3600),
    default=_EVERY_S,
    show_default=True,
    metavar="S",
    help="With --watch: seconds between two looks; fewer for an endpoint on loopback only.",
)
@all_option
@connection_options
@format_option(*FORMATS)
@click.pass_obj
def status(  # noqa: PLR0913  # a parameter for each option
    session: Session,
    paths: tuple[str, ...],
    only: tuple[str, ...],
    timeout: float | None,
    every: float,
    connection: ConnectionOptions,
    output: str,
    *,
    check: bool,
    watch: bool,
    everything: bool,
) -> int:
    """Show the live review state of every signature, with the reviewer's reply and the last submission.

    Reads the account and the record, and writes neither. Where the git remote of the record fails, the reviews are
    shown all the same; the exit code is 5.
    """
    session.format = output
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    choice = Selection(only=frozenset(only))
    check_keys(choice, inputs.definitions)
    with looking(session.note, inputs, choice, connection, SystemClock(), every) as looked:

        def look() -> StatusReport:
            with spinner(say("reading the account")):
                return looked()

        report = _watched(session, look, _Watching(timeout, every)) if watch else look()
    show_status(session, report, everything=everything)
    well = report.is_approved if watch else report.is_healthy or not check
    return max(report.exit_code, Exit.DONE if well else Exit.REFUSED)


@contextmanager
def looking(
    note: Callable[[str], None],
    inputs: Inputs,
    choice: Selection,
    options: ConnectionOptions,
    clock: Clock,
    every: float = _EVERY_S,
    shared: Shared = ALONE,
) -> Iterator[Callable[[], StatusReport]]:
    """Yield what looks at the account, and once at the record. ``note`` hears of a record that cannot be read."""
    with (
        connect(inputs, options, shared) as connected,
        _at_leisure(connected, every),
        reading(inputs.account, connected, clock) as opened,
    ):
        shared.claim(opened.target)
        recorded = _recorded(note, inputs, opened.target, shared, embedded=connected.embedded)
        state = recorded.state

        def look() -> StatusReport:
            described = describe(opened.reader, inputs.definitions.signatures, choice, state)
            moment = DecisionTime(clock.now(), connected.limits.describe_lag)
            report = status_report(opened.target, inputs.definitions, described, choice, state, moment)
            return report._replace(unread=recorded.unread, exit_code=recorded.exit_code)

        yield look


@contextmanager
def _at_leisure(connected: Connection, every: float) -> Iterator[None]:
    """Raise UsageError, before any call, where the vendor would be asked more often than is polite."""
    if every < _EVERY_S and not connected.endpoint.loopback:
        raise UsageError("--every of less than 30 seconds is for an endpoint on loopback only")
    yield


class _Recorded(NamedTuple):
    """What the record says; nothing where it cannot be read, with why and what that leaves the command with."""

    state: State
    unread: ErrorInfo | None = None
    exit_code: Exit = Exit.DONE


def _recorded(
    note: Callable[[str], None], inputs: Inputs, target: Target, shared: Shared, *, embedded: bool
) -> _Recorded:
    try:
        return _Recorded(record_of(inputs, target, shared, embedded=embedded).load().state)
    except (StateError, Refusal) as error:
        why = headline(error)
        note(say("the record cannot be read, so no submission of this tool is shown: {why}", why=why))
        if error.hint:
            note(local(error.hint))
        code = error.exit_code if isinstance(error, RemoteError) else Exit.DONE
        return _Recorded(State(target.uin, target.account.region), describe_error(error), code)


def _watched(session: Session, look: Callable[[], StatusReport], watching: _Watching) -> StatusReport:
    """Look again and again until nothing waits, and show what changes: a table on a terminal, else a line each."""
    clock = SystemClock()
    report, end = look(), clock.monotonic() + (watching.timeout if watching.timeout is not None else float("inf"))
    with _shown_live(session) as show:
        show(report)
        while not report.is_decided and clock.monotonic() < end:
            clock.wait(min(watching.every, max(0.0, end - clock.monotonic())))
            try:
                report = look()
            except VendorError as error:
                if look_up(error.code).treatment not in _PASSING:
                    raise
                session.note(say("not seen this time: {code}", code=error.code))
            show(report)
    return report


@contextmanager
def _shown_live(session: Session) -> Iterator[Callable[[StatusReport], None]]:
    if not sys.stderr.isatty():
        yield _PlainLines(session).show
        return
    drawing, colour = live_output(), style(stderr=True)
    shown = drawing.console(stderr=True)
    with drawing.live(console=shown, auto_refresh=False, transient=True) as table:
        yield lambda report: table.update(drawing.text.from_ansi(status_text(report, colour)), refresh=True)


class _PlainLines:
    """A line for each signature whose state is another one than before."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._before: dict[str, str] = {}

    def show(self, report: StatusReport) -> None:
        now = state_lines(report)
        for key, line in now.items():
            if self._before.get(key) != line:
                self._session.note(line)
        self._before = now
