"""A few schedules of the simulator, as tests of apply by itself: whole runs among others that are killed or late."""

from __future__ import annotations

import pytest

from tests.sim.families import FAMILIES, scenario_of
from tests.sim.finding import GUARD_CASES, explain, kept, load
from tests.sim.guards import GUARDS
from tests.sim.judge import judge
from tests.sim.scenario import Scenario
from tests.sim.schedule import run

# The tests of single steps show what is covered; here it would double the time.
pytestmark = pytest.mark.no_cover

SEEDS = 2


def check(scenario: Scenario, named: frozenset[str] = frozenset()) -> None:
    history = run(scenario)
    violations = [found for found in judge(history) if found.kind not in named]
    assert not violations, explain(history, violations)


@pytest.mark.parametrize("family", FAMILIES)
def test_runs_that_are_killed_late_or_at_odds_break_no_promise(family: str) -> None:
    for seed in range(SEEDS):
        check(scenario_of(family, seed))


@pytest.mark.parametrize("path", kept(), ids=lambda path: path.stem)
def test_a_schedule_that_once_broke_a_promise_does_not_any_more(path: object) -> None:
    check(load(path))  # type: ignore[arg-type]  # pytest hands on what it was given


@pytest.mark.parametrize("name", GUARDS)
def test_a_schedule_that_needs_a_guard_breaks_no_promise_with_it(name: str) -> None:
    check(load(GUARD_CASES / f"{name}.json"), frozenset(GUARDS[name].beyond))
