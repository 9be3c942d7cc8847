from __future__ import annotations

import pytest

from tests.sim.families import BEYOND, FAMILIES, scenario_of
from tests.sim.finding import explain, kept, load
from tests.sim.judge import judge
from tests.sim.scenario import Scenario, from_json
from tests.sim.schedule import run

# The tests of single steps show what is covered; here it would double the time.
pytestmark = pytest.mark.no_cover

SEEDS = 9
SEEDS_OF_A_FLEET = 5
ASLEEP = {"DUP", "OLDER", "TWO CALLS", "STALE", "NO INTENT", "WAS SENT"}
NAMED = {
    "R1-asleep": ASLEEP,
    "R1-hidden": ASLEEP,
    "R1-paused": ASLEEP,
    "R2-late": {"DUP", "OLDER", "TWO CALLS", "FALSE", "WAS SENT", "RECORD", "REPORT"},
    "R3-lag": {"DUP", "WAS SENT", "NEVER SENT", "FALSE", "RECORD", "REPORT", "NOT QUIET", "LOST DOUBT"},
    "R4-console": {"NEVER SENT", "FALSE", "RECORD", "DUP"},
    "R5-rejected": {"DUP", "WAS SENT"},
    "R8-rollback": {"DUP", "OLDER", "OLDER RUN", "RECORD", "FALSE", "NO INTENT", "NEVER SENT", "TWO CALLS", "WAS SENT"},
    "clones": {"DUP", "OLDER", "RECORD", "FALSE", "TWO CALLS", "NEVER SENT", "WAS SENT"},
}
"""What may happen where an assumption is left on purpose: the page on the protocol names it.

A run that slept in its call (R1) may send twice; what it then reports and records is true all the same.
"""


def check(scenario: Scenario) -> None:
    history = run(scenario)
    violations = judge(history)
    assert not violations, explain(history, violations)


@pytest.mark.parametrize("family", FAMILIES)
def test_within_the_assumptions_nothing_is_broken(family: str) -> None:
    for seed in range(SEEDS_OF_A_FLEET if family.startswith("fleet") else SEEDS):
        check(scenario_of(family, seed))


@pytest.mark.parametrize("family", BEYOND)
def test_outside_them_only_what_is_named_happens(family: str) -> None:
    for seed in range(SEEDS):
        history = run(scenario_of(family, seed))
        unnamed = [found for found in judge(history) if found.kind not in NAMED[family]]
        assert not unnamed, explain(history, unnamed)


@pytest.mark.parametrize("path", kept(), ids=lambda path: path.stem)
def test_what_was_once_found_stays_away(path: object) -> None:
    scenario = load(path)  # type: ignore[arg-type]  # pytest hands on what it was given
    assert scenario.note, "a kept case says why it was kept"
    check(scenario)


def test_every_family_meets_its_faults_and_reaches_the_vendor() -> None:
    for family in FAMILIES:
        histories = [run(scenario_of(family, seed)) for seed in range(3 if family.startswith("fleet") else 8)]
        assert sum(len(log.taken) for history in histories for log in history.logs) > 8, family
        if any(history.scenario.faults for history in histories):
            met = [line for history in histories for line in history.world.lines if line.what.startswith("** ")]
            assert met, family


def test_a_scenario_survives_its_file() -> None:
    for family in (*FAMILIES, *BEYOND):
        scenario = scenario_of(family, 3)
        assert from_json(scenario.to_json()) == scenario
