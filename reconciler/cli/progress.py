"""How far an apply is, on stderr: a bar on a terminal, a line for each signature elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from reconciler.model.plan import Planned
from reconciler.model.report import Observer, Result
from reconciler.text import escape_line, local, named, say

_LINE_EVERY_S = 10.0
_WAITING: Final = "another run may have a call under way ({holder}); waiting {seconds:.0f} s for it"


class ApplyProgress(Observer, Protocol):
    """An observer that can leave the terminal to others for a while."""

    def pause(self) -> None:
        """Stop drawing until there is something new."""


@contextmanager
def progress() -> Iterator[ApplyProgress]:
    """Yield an observer that shows a person how far an apply is."""
    observer = _Bar() if sys.stderr.isatty() else _Lines()
    try:
        yield observer
    finally:
        observer.pause()


class FleetProgress(Protocol):
    """Shows how far a fleet is, and what happens within its accounts."""

    def account_done(self, name: str, words: str) -> None:
        """Show that an account has its result."""

    def observer(self, name: str) -> Observer:
        """Return what hears of the progress of one account's apply."""

    def pause(self) -> None:
        """Stop drawing until there is something new."""


@contextmanager
def fleet_progress(total: int) -> Iterator[FleetProgress]:
    """Yield what shows a person how far a fleet of ``total`` accounts is."""
    shown = _FleetBar(total) if sys.stderr.isatty() else _FleetLines(total)
    try:
        yield shown
    finally:
        shown.pause()


class _FleetLines:
    """A line for each account, and in an apply for each signature."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0

    def account_done(self, name: str, words: str) -> None:
        self._done += 1
        click.echo(f"[{self._done}/{self._total}] {escape_line(name)}: {words}", err=True)

    def observer(self, name: str) -> Observer:
        return _Lines(f"{escape_line(name)} ")

    def pause(self) -> None:
        """Lines are whole at any time."""


class _FleetBar:
    """A bar of accounts, with what happened last."""

    def __init__(self, total: int) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
        self._drawn = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._drawn.add_task("", total=total)
        self._drawn.start()

    def account_done(self, name: str, words: str) -> None:
        self._drawn.update(self._task, advance=1, description=f"{escape_line(name)}: {words}")

    def observer(self, name: str) -> Observer:
        return _Described(lambda words: self._drawn.update(self._task, description=f"{escape_line(name)}: {words}"))

    def pause(self) -> None:
        self._drawn.stop()


class _Described:
    """Says in words what happens in one account."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show

    def waiting(self, seconds: float, holder: str) -> None:
        self._show(say(_WAITING, holder=escape_line(local(holder)), seconds=seconds))

    def begins(self, planned: Planned, number: int, total: int) -> None:
        self._show(f"[{number}/{total}] {planned.desired.key}")

    def ended(self, planned: Planned, result: Result) -> None:
        self._show(f"{planned.desired.key} {named('outcome', result.outcome)}")


class _Lines:
    """One line per signature, as logs want it."""

    def __init__(self, whose: str = "") -> None:
        self._whose = whose
        self._place = ""
        self._announced = float("inf")

    def waiting(self, seconds: float, holder: str) -> None:
        if seconds <= self._announced - _LINE_EVERY_S or seconds > self._announced:
            where = escape_line(local(holder))
            words = say(_WAITING, holder=where, seconds=seconds)
            click.echo(f"{self._whose}{words}", err=True)
            self._announced = seconds

    def begins(self, planned: Planned, number: int, total: int) -> None:  # noqa: ARG002  # an observer's signature
        self._place = f"[{number}/{total}]"

    def ended(self, planned: Planned, result: Result) -> None:
        click.echo(f"{self._whose}{self._place} {planned.desired.key} {named('outcome', result.outcome)}", err=True)

    def pause(self) -> None:
        """Lines are whole at any time."""


class _Bar:
    """A bar with the time that is left."""

    def __init__(self) -> None:
        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
        )
        self._drawn = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._drawn.add_task("", total=None)

    def waiting(self, seconds: float, holder: str) -> None:
        self._drawn.start()
        words = say(_WAITING, holder=escape_line(local(holder)), seconds=seconds)
        self._drawn.update(self._task, description=words)

    def begins(self, planned: Planned, number: int, total: int) -> None:
        self._drawn.start()
        self._drawn.update(self._task, total=total, completed=number - 1, description=planned.desired.key)

    def ended(self, planned: Planned, result: Result) -> None:  # noqa: ARG002  # an observer's signature
        self._drawn.advance(self._task)

    def pause(self) -> None:
        self._drawn.stop()
