"""Many schedules in a row, a few processes side by side, and a table of what they did."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tests.sim.families import scenario_of
from tests.sim.judge import judge
from tests.sim.schedule import run


class Tally(NamedTuple):
    """What some schedules of one family came to. ``first`` is the first seed of each kind of violation."""

    family: str
    schedules: int
    calls: int
    taken: int
    faults: int
    kinds: Counter[str]
    first: dict[str, int]


def search(family: str, seeds: Iterable[int]) -> Tally:
    """Run the schedules of a family for some seeds."""
    kinds: Counter[str] = Counter()
    first: dict[str, int] = {}
    schedules = calls = taken = faults = 0
    for seed in seeds:
        history = run(scenario_of(family, seed))
        schedules += 1
        calls += sum(len(log.calls) for log in history.logs)
        taken += sum(len(log.taken) for log in history.logs)
        faults += sum(line.what.startswith("**") for line in history.world.lines)
        for kind in {violation.kind for violation in judge(history)}:
            kinds[kind] += 1
            first.setdefault(kind, seed)
    return Tally(family, schedules, calls, taken, faults, kinds, first)


def search_all(families: Sequence[str], schedules: int, first: int = 0, jobs: int = 1) -> Iterator[Tally]:
    """Run about so many schedules, spread over families, and yield each family's tally when it is done."""
    each = -(-schedules // len(families))
    work = [(family, range(first, first + each)) for family in families]
    if jobs == 1:
        for family, seeds in work:
            yield search(family, seeds)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(_search, work)


def _search(work: tuple[str, range]) -> Tally:
    return search(*work)


def table(tallies: Iterable[Tally]) -> str:
    """Return the tallies as aligned text, with the sum below."""
    listed = list(tallies)
    rows: list[tuple[str, ...]] = [("family", "schedules", "calls", "accepted", "faults met", "violations")]
    rows += [_row(tally) for tally in listed]
    total = Counter[str]()
    for tally in listed:
        total += tally.kinds
    sums = [sum(getattr(tally, name) for tally in listed) for name in ("schedules", "calls", "taken", "faults")]
    rows.append(("all", *map(str, sums), ", ".join(f"{kind} {count}" for kind, count in total.items()) or "none"))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join("  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)


def _row(tally: Tally) -> tuple[str, ...]:
    found = ", ".join(f"{kind} {count} (seed {tally.first[kind]})" for kind, count in tally.kinds.most_common())
    return (tally.family, *map(str, (tally.schedules, tally.calls, tally.taken, tally.faults)), found or "none")
