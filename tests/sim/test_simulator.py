from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.sim.clocks import Machine
from tests.sim.families import FAMILIES, scenario_of
from tests.sim.finding import explain
from tests.sim.judge import judge
from tests.sim.scenario import Fault, Scenario, Step
from tests.sim.schedule import run
from tests.sim.scheduler import Actor, EndlessScheduleError, Killed, Scheduler
from tests.sim.shrink import shrink
from tests.sim.trace import Line, columns


@pytest.mark.parametrize("family", ["any", "kill-late", "push-kill", "suspend-kill", "create-any", "fleet-any"])
def test_a_seed_replays_to_the_letter(family: str) -> None:
    for seed in range(5):
        first, second = (run(scenario_of(family, seed)) for _ in range(2))
        assert explain(first, judge(first)) == explain(second, judge(second))


_SAME = [
    ("kill", 1), ("kill-lost", 4), ("kill", 4), ("push-kill", 2), ("create-kill", 3),
    ("fleet-kill", 2),
]  # fmt: skip


@pytest.mark.parametrize(("family", "seed"), _SAME)
def test_real_git_and_real_files_tell_the_same_story(family: str, seed: int, tmp_path: Path) -> None:
    scenario = scenario_of(family, seed)
    assert columns(run(scenario, tmp_path).world.lines) == columns(run(scenario).world.lines)


def test_actors_run_in_the_order_of_their_times_and_equal_times_in_that_of_their_making() -> None:
    scheduler, said = Scheduler(), list[tuple[float, str]]()

    def actor(name: str, pauses: list[float]) -> Actor:
        def work() -> None:
            for pause in pauses:
                scheduler.sleep(made, scheduler.time + pause)
                said.append((scheduler.time, name))

        made = Actor(name, work, Random(0))  # noqa: S311  # no secret hangs on it
        return made

    scheduler.start(actor("a", [2.0, 2.0]), 0.0)
    scheduler.start(actor("b", [1.0, 1.0, 1.0]), 0.0)
    scheduler.run()
    assert said == [(1.0, "b"), (2.0, "a"), (2.0, "b"), (3.0, "b"), (4.0, "a")]


def test_a_killed_actor_reaches_no_seam_any_more() -> None:
    scheduler, said = Scheduler(), list[str]()

    def work() -> None:
        try:
            scheduler.sleep(actor, 5.0)
            said.append("alive")
        finally:
            with pytest.raises(Killed):
                scheduler.sleep(actor, 6.0)

    actor = Actor("a", work, Random(0))  # noqa: S311  # no secret hangs on it
    scheduler.start(actor, 0.0)
    scheduler.at(1.0, lambda: setattr(actor, "killed", True))
    scheduler.run()
    assert said == []
    assert not actor.alive


def test_a_schedule_without_an_end_is_ended() -> None:
    scheduler = Scheduler()

    def work() -> None:
        while True:
            scheduler.sleep(actor, scheduler.time + 60.0)

    actor = Actor("a", work, Random(0))  # noqa: S311  # no secret hangs on it
    scheduler.start(actor, 0.0)
    with pytest.raises(EndlessScheduleError):
        scheduler.run()
    assert not actor.alive


@pytest.mark.parametrize(
    ("kind", "stood"),
    [("stop", set()), ("lid", {"monotonic"}), ("vm", {"monotonic", "boottime", "wall"})],
)
def test_a_sleep_stops_the_clocks_of_its_kind(kind: str, stood: set[str]) -> None:
    machine = Machine("m")
    machine.suspend(10.0, 30.0, kind)
    for clock in ("monotonic", "boottime", "wall"):
        passed = machine.read(clock, 50.0) - machine.read(clock, 0.0)
        assert passed == (20.0 if clock in stood else 50.0)
    assert machine.awake(20.0) == 40.0
    assert machine.awake(41.0) == 41.0


def test_shrinking_takes_away_what_the_failure_does_not_need() -> None:
    steps = tuple(Step(f"run{n}", "apply", float(n)) for n in range(4))
    faults = (Fault("run1", "push", 1, "kill"), Fault("run2", "push", 1, "kill"))
    scenario = Scenario(1, "x", lag=3.0, names="case", steps=steps, faults=faults)
    small = shrink(scenario, lambda one: any(fault.actor == "run2" for fault in one.faults))
    assert small == replace(scenario, lag=0.0, names="kept", steps=(steps[2],), faults=(faults[1],))


def test_an_actor_less_changes_nobody_elses_chance() -> None:
    scenario = next(s for s in (scenario_of("plain", seed) for seed in range(50)) if len(s.steps) > 2)
    alone = replace(scenario, steps=scenario.steps[:1])
    name = scenario.steps[0].name
    first = [line for line in run(alone).world.lines if line.actor == name][:5]
    assert first == [line for line in run(scenario).world.lines if line.actor == name][:5]


def test_the_trace_is_in_columns_and_counts_looks_that_found_nothing_new() -> None:
    lines = [Line(1.0, "run1", "load", ""), Line(2.0, "run1", "load", ""), Line(3.5, "b", "save.done", "done")]
    assert columns(lines).splitlines() == [
        "     1.000  run1  load",
        "     3.500                   (1 looks and waits that found nothing new)",
        "     3.500  b     save.done  done",
    ]


def test_there_are_families_enough() -> None:
    assert len(FAMILIES) >= 16
