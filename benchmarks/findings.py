"""What a comparison found: a ratio or a figure, its spread, the goal, and what it was made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from benchmarks.paired import Pairs
from benchmarks.subject import Run


@dataclass(frozen=True)
class Figure:
    """One figure of a run, with its unit."""

    name: str
    unit: str
    of: Callable[[Run], float]


WALL: Final = Figure("wall", "s", lambda run: run.wall)
CPU: Final = Figure("processor time", "s", lambda run: run.cpu)
PEAK: Final = Figure("peak memory", "MB", lambda run: run.peak)


@dataclass(frozen=True)
class Finding:
    """``value`` is the median and ``spread`` the least and the most; ``goal`` is ``None`` where there is none.

    ``ours`` and ``other`` are the medians behind a ratio, in ``unit``; without ``other`` the value is a plain figure.
    """

    name: str
    value: float
    spread: tuple[float, float]
    goal: float | None
    unit: str
    ours: float
    other: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Return whether the goal is met, ``None`` where there is none."""
        return None if self.goal is None else self.value <= self.goal


def ratio(name: str, goal: float | None, pairs: Pairs, figure: Figure = WALL) -> Finding:
    """Return the median of the ratios of each pair."""
    ratios = pairs.ratios(figure.of)
    ours, other = pairs.medians(figure.of)
    # On a busy machine wall time also tells what else ran; processor time does not count a server or a wait.
    note = f"(processor time: {median(pairs.ratios(CPU.of)):.3g})" if figure is WALL else ""
    return Finding(name, median(ratios), (min(ratios), max(ratios)), goal, figure.unit, ours, other, note)


def plain(name: str, goal: float | None, runs: Sequence[Run], figure: Figure = WALL, note: str = "") -> Finding:
    """Return the median of one figure of the runs."""
    values = [figure.of(run) for run in runs]
    middle = median(values)
    return Finding(name, middle, (min(values), max(values)), goal, figure.unit, middle, note=note)
