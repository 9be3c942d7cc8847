from __future__ import annotations

import pytest

from tests.sim.families import scenario_of
from tests.sim.finding import GUARD_CASES, explain, load
from tests.sim.guards import GUARDS, removed
from tests.sim.judge import judge
from tests.sim.schedule import run

SEARCHED = 1_500


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_taken_out_is_found_by_its_kept_schedule(name: str) -> None:
    scenario = load(GUARD_CASES / f"{name}.json")
    with removed(name):
        history = run(scenario)
        found = {violation.kind for violation in judge(history)}
        assert found & GUARDS[name].kinds, explain(history, judge(history))
    history = run(scenario)
    named = GUARDS[name].beyond
    assert {violation.kind for violation in judge(history)} <= named, explain(history, judge(history))


@pytest.mark.soak
@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_taken_out_is_found_by_search(name: str) -> None:
    with removed(name):
        assert any(
            violation.kind in GUARDS[name].kinds
            for family in GUARDS[name].families
            for seed in range(SEARCHED)
            for violation in judge(run(scenario_of(family, seed)))
        )


def test_there_are_guards_enough() -> None:
    assert len(GUARDS) >= 16
