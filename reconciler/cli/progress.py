"""How far an apply is, on stderr: a bar on a terminal, a line for each signature elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from reconciler.apply.context import Observer
from reconciler.model.plan import Planned
from reconciler.model.report import Result

_LINE_EVERY_S = 10.0


@contextmanager
def progress() -> Iterator[Observer]:
    """Yield an observer that shows a person how far an apply is."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawn:
        yield _Bar(drawn)


class _Lines:
    """One line per signature, as logs want it."""

    def __init__(self) -> None:
        self._place = ""
        self._announced = float("inf")

    def waiting(self, seconds: float) -> None:
        if seconds <= self._announced - _LINE_EVERY_S or seconds > self._announced:
            click.echo(f"another run holds the record; waiting for it, {seconds:.0f} s if it does not move", err=True)
            self._announced = seconds

    def begins(self, planned: Planned, number: int, total: int) -> None:  # noqa: ARG002  # an observer's signature
        self._place = f"[{number}/{total}]"

    def ended(self, planned: Planned, result: Result) -> None:
        click.echo(f"{self._place} {planned.desired.key} {result.outcome}", err=True)


class _Bar:
    """A bar with the time that is left."""

    def __init__(self, drawn: Progress) -> None:
        self._drawn = drawn
        self._task = drawn.add_task("", total=None)

    def waiting(self, seconds: float) -> None:
        words = f"another run holds the record; {seconds:.0f} s if it does not move"
        self._drawn.update(self._task, description=words)

    def begins(self, planned: Planned, number: int, total: int) -> None:
        self._drawn.update(self._task, total=total, completed=number - 1, description=planned.desired.key)

    def ended(self, planned: Planned, result: Result) -> None:  # noqa: ARG002  # an observer's signature
        self._drawn.advance(self._task)
