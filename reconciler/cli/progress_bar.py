"""The progress bar of an apply on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from reconciler.apply.context import Observer
from reconciler.model.plan import Planned
from reconciler.model.report import Result


@contextmanager
def bar() -> Iterator[Observer]:
    """Yield an observer that draws a bar on stderr, with the time left."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawn:
        yield _Bar(drawn)


class _Bar:
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
