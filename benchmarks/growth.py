"""How time and memory grow with the number of signatures, and what the vendor's own limit adds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from benchmarks.commands import planning, reconciler
from benchmarks.definitions import DEFINITIONS
from benchmarks.findings import Finding, plain
from benchmarks.plot import Curve, chart
from benchmarks.subject import Subject
from benchmarks.workshop import Workshop

_SIZES: Final = (1_000, 3_000, 10_000, 30_000, 100_000)
_AT_THE_LIMIT: Final = (1_000, 10_000, 100_000)
CHART: Final = "growth.svg"


class _Point(NamedTuple):
    size: int
    validate: tuple[float, float]
    plan: tuple[float, float]


def growth(shop: Workshop, output: Path) -> Iterator[Finding]:
    """Measure both commands at each size and draw the chart."""
    points = [_point(shop, shop.size(count)) for count in _SIZES]
    for point in points:
        yield _plain(f"plan {point.size:,}: seconds", point.plan[0])
        yield _plain(f"plan {point.size:,}: peak memory in MB", point.plan[1])
    counts = [point.size for point in points]
    seconds = [Curve("plan", [p.plan[0] for p in points]), Curve("validate", [p.validate[0] for p in points])]
    memory = [Curve("plan", [p.plan[1] for p in points]), Curve("validate", [p.validate[1] for p in points])]
    output.mkdir(parents=True, exist_ok=True)
    (output / CHART).write_text(chart(counts, {"seconds": seconds, "peak memory, MB": memory}), encoding="utf-8")


def _plain(name: str, value: float) -> Finding:
    return Finding(name, value, (value, value), None, "", value)


def _point(shop: Workshop, count: int) -> _Point:
    folder = shop.definitions(count)
    with shop.serving(folder) as url:
        validating = Subject("validate", reconciler("validate", DEFINITIONS), folder)
        return _Point(count, _measured(validating), _measured(Subject("plan", planning(url), folder)))


def _measured(subject: Subject) -> tuple[float, float]:
    runs = [subject.run() for _ in range(3)]
    return median(run.wall for run in runs), max(run.peak for run in runs)


def vendor_limit(shop: Workshop) -> Iterator[Finding]:
    """Plans at the vendor's 20 describes a second, of which the tool uses 19 in 1.05 s."""
    for goal_size in _AT_THE_LIMIT:
        count = shop.size(goal_size)
        folder = shop.definitions(count)
        with shop.serving(folder) as url:
            plan = Subject("plan", reconciler("plan", "--endpoint", url, DEFINITIONS), folder)
            yield plain(f"plan {count:,} at 20 describes a second: seconds", None, [plan.run()])
