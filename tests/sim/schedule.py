"""One schedule from its scenario to its end: all actors, then a quiet run and a second one that may plan nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from reconciler.state.store import empty_state
from tests.sim import production
from tests.sim.definitions import NAME
from tests.sim.places import Branch, FileFolder, Folder, Place, git_branch, memory_branch
from tests.sim.record import Record
from tests.sim.scenario import Scenario, Step
from tests.sim.scheduler import EndlessScheduleError
from tests.sim.world import Run, World

QUIET: Final = "quiet"
SECOND: Final = "second"
_QUIET_AFTER_S: Final = 60.0

_PRODUCTION: Final[Mapping[str, Callable[[Run, Place], None]]] = {
    "apply": production.apply,
    "plan": production.plan,
    "adopt": production.adopt,
    "forget": production.forget,
}


class History:
    """What a schedule left behind."""

    def __init__(self, world: World, places: Mapping[str, Place], endless: str = "") -> None:
        self.world = world
        self.scenario = world.scenario
        self.records = {name: place.record for name, place in places.items()}
        self.endless = endless


def run(scenario: Scenario, real: Path | None = None) -> History:
    """Run a scenario, over real git and real files in the folder ``real``. The same one leaves the same history."""
    world = World(scenario)
    places = _places(world, real)
    kept = random.getstate()
    random.seed(scenario.seed)  # the back-off of the branch store spreads its writers by it
    endless = ""
    try:
        for step in scenario.steps:
            _begin(world, places, step)
        world.scheduler.run()
        for name in (QUIET, SECOND):
            last = Step(name, "apply", world.now + _QUIET_AFTER_S, commit=len(scenario.variants))
            _begin(world, places, last)
            world.scheduler.run()
    except EndlessScheduleError as error:
        endless = str(error)
    finally:
        random.setstate(kept)
    return History(world, places, endless)


def _places(world: World, real: Path | None) -> dict[str, Place]:
    """Return the one branch, or each clone's own folder."""

    def record() -> Record:
        return Record(empty_state(NAME), lambda: world.now)

    if world.scenario.store == "branch":
        return {"branch": memory_branch(record()) if real is None else git_branch(record(), real)}
    clones = set(world.machines) if world.scenario.store == "clones" else {"file"}
    return {name: Folder(record()) if real is None else FileFolder(record(), real / name) for name in sorted(clones)}


def _place(places: Mapping[str, Place], run: Run) -> Place:
    return places.get(run.machine.name) or next(iter(places.values()))


def _begin(world: World, places: Mapping[str, Place], step: Step) -> None:
    work = _PRODUCTION.get(step.kind)
    if work is not None:
        run = world.begin(step, lambda run: work(run, _place(places, run)))
        run.record = _place(places, run).record
    else:
        world.scheduler.at(step.at, lambda: _happen(world, places, step))


def _happen(world: World, places: Mapping[str, Place], step: Step) -> None:
    """Let an actor that is one moment long act: reviewer, console, forced moves of the branch."""
    vendor, scenario = world.vendor, world.scenario
    place_of = {f"s{n + 1}": n for n in range(len(scenario.rows))}
    number = place_of.get(step.key, 0)
    sign_id = scenario.rows[number][0]
    if step.kind == "review":
        verdict, _, reply = step.option.partition(" ")
        world.note(step.name, "review", vendor.review(sign_id, verdict, reply))
    elif step.kind == "console":
        world.note(step.name, "console", vendor.console(sign_id, number, step.option, step.commit))
    else:
        branch = places.get("branch")
        if isinstance(branch, Branch):
            back = int(step.option or 1) if step.kind == "rollback" else None
            world.note(step.name, "push --force", branch.force(step.name, back))
