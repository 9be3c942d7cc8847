"""How an apply goes on, told on stderr: a bar on a terminal, a line per signature elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from reconciler.apply.context import Observer
from reconciler.model.plan import Planned
from reconciler.model.report import Result

_LINE_EVERY_S = 10.0


@contextmanager
def progress() -> Iterator[Observer]:
    """Yield an observer that tells a person how far an apply is."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from reconciler.cli.progress_bar import bar  # noqa: PLC0415  # only where there is a terminal

    with bar() as observer:
        yield observer


class _Lines:
    """One line per signature, as logs want it."""

    def __init__(self) -> None:
        self._place = ""
        self._told = float("inf")

    def waiting(self, seconds: float) -> None:
        if seconds <= self._told - _LINE_EVERY_S or seconds > self._told:
            click.echo(f"another run holds the record; waiting for it, {seconds:.0f} s if it does not move", err=True)
            self._told = seconds

    def begins(self, planned: Planned, number: int, total: int) -> None:  # noqa: ARG002  # an observer's signature
        self._place = f"[{number}/{total}]"

    def ended(self, planned: Planned, result: Result) -> None:
        click.echo(f"{self._place} {planned.desired.key} {result.outcome}", err=True)
