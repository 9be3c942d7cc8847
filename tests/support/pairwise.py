"""Few combinations of many choices that still hold every pair of ways together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product

Pair = frozenset[tuple[str, object]]


def pairwise(choices: Mapping[str, Sequence[object]]) -> list[dict[str, object]]:
    """Return rows that choose one way each, such that each two ways of two choices meet in at least one row."""
    missing = {
        frozenset({(one, way), (other, way_of_other)})
        for one, other in combinations(choices, 2)
        for way, way_of_other in product(choices[one], choices[other])
    }
    rows = []
    while missing:
        row = _row(choices, missing)
        missing -= pairs(row)
        rows.append(row)
    return rows


def pairs(row: Mapping[str, object]) -> set[Pair]:
    """Return the pairs of ways that meet in a row."""
    return {frozenset(pair) for pair in combinations(row.items(), 2)}


def _row(choices: Mapping[str, Sequence[object]], missing: set[Pair]) -> dict[str, object]:
    """Begin with a pair that is missing, and choose each other way so that most of what is missing is met."""
    row = dict(min(missing, key=lambda pair: sorted(map(str, pair))))
    for name, ways in choices.items():
        if name not in row:
            row[name] = max(ways, key=lambda way: len(pairs({**row, name: way}) & missing))
    return {name: row[name] for name in choices}
