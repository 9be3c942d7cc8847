"""Makes a failing schedule small: fewer actors, fewer faults, less around them, as long as it fails in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeVar

from tests.sim.scenario import Scenario

_Value = TypeVar("_Value")
_MOST_TRIES: Final = 400
_PLAIN: Final = {
    "lag": 0.0, "names": "kept", "create_time": "moves", "date": True, "store": "file", "new": (), "twins": False,
}  # fmt: skip


def shrink(scenario: Scenario, fails: Callable[[Scenario], bool]) -> Scenario:
    """Return the smallest scenario found that still ``fails``."""
    tries = 0
    smaller = True
    while smaller and tries < _MOST_TRIES:
        smaller = False
        for candidate in _smaller(scenario):
            tries += 1
            if fails(candidate):
                scenario, smaller = candidate, True
                break
            if tries >= _MOST_TRIES:
                break
    return scenario


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios with one thing less, the greatest reductions first."""
    for place, step in enumerate(scenario.steps):
        rest = scenario.steps[:place] + scenario.steps[place + 1 :]
        yield replace(scenario, steps=rest, faults=tuple(f for f in scenario.faults if f.actor != step.name))
    for place in range(len(scenario.faults)):
        yield replace(scenario, faults=scenario.faults[:place] + scenario.faults[place + 1 :])
    if len(scenario.rows) > 1:
        yield replace(scenario, rows=scenario.rows[:-1], variants=tuple(commit[:-1] for commit in scenario.variants))
    yield from _plainer(scenario)
    yield from _smaller_accounts(scenario)


def _smaller_accounts(scenario: Scenario) -> Iterator[Scenario]:
    """Yield a fleet with one account less, then with one thing less in an account."""
    for place in range(len(scenario.accounts)):
        if len(scenario.accounts) > 1:
            yield replace(scenario, accounts=scenario.accounts[:place] + scenario.accounts[place + 1 :])
    for place, account in enumerate(scenario.accounts):
        for smaller in _smaller(account):
            yield replace(scenario, accounts=_put(scenario.accounts, place, smaller))


def _plainer(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios with one circumstance less."""
    for name, value in _PLAIN.items():
        if getattr(scenario, name) != value:
            yield replace(scenario, **{name: value})  # type: ignore[arg-type]  # the table names fields
    for place, (machine, offset) in enumerate(scenario.machines):
        if offset:
            yield replace(scenario, machines=_put(scenario.machines, place, (machine, 0.0)))
    for place, step in enumerate(scenario.steps):
        for name, plain in (("answers_after", 0.0), ("option", "")):
            if step.kind == "apply" and getattr(step, name) != plain:
                changed = replace(step, **{name: plain})  # type: ignore[arg-type]  # the pairs name fields
                yield replace(scenario, steps=_put(scenario.steps, place, changed))


def _put(values: tuple[_Value, ...], place: int, value: _Value) -> tuple[_Value, ...]:
    return (*values[:place], value, *values[place + 1 :])
