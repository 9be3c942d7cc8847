"""One schedule from its scenario to its end: all actors, then a quiet run and a second one that may plan nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from reconciler.state import store
from tests.sim import production
from tests.sim.definitions import ACCOUNT
from tests.sim.fleet import Fleet, Process
from tests.sim.places import Branch, FileFolder, Folder, Place, Remote, git_remote, memory_remote
from tests.sim.record import Record
from tests.sim.scenario import Scenario, Step
from tests.sim.scheduler import EndlessScheduleError
from tests.sim.vendor import Log
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
    """What a schedule left behind. A fleet's has its processes, and a part for each account."""

    def __init__(self, world: World, places: Mapping[str, Place], endless: str = "") -> None:
        self.world = world
        self.scenario = world.scenario
        self.records = {name: place.record for name, place in places.items()}
        self.endless = endless
        self.parts: Mapping[str, History] = {}
        self.processes: Mapping[str, Process] = {}

    @property
    def logs(self) -> list[Log]:
        """The logs of all accounts."""
        return [part.world.vendor.log for part in (self.parts.values() or (self,))]


def run(scenario: Scenario, real: Path | None = None) -> History:
    """Run a scenario, over real git and real files in the folder ``real``. The same one leaves the same history."""
    kept = random.getstate()
    random.seed(scenario.seed)  # the back-off of the branch store spreads its writers by it
    try:
        return _run_fleet(scenario, real) if scenario.accounts else _run_account(scenario, real)
    finally:
        random.setstate(kept)


def _run_account(scenario: Scenario, real: Path | None) -> History:
    world = World(scenario)
    places = _places(world, real)
    endless = _to_the_end(world, lambda step: _begin(world, places, step))
    return History(world, places, endless)


def _run_fleet(scenario: Scenario, real: Path | None) -> History:
    fleet = Fleet(scenario, FleetPlaces(scenario, real).place_of)
    for name, world in fleet.worlds.items():
        for step in world.scenario.steps:
            _begin(world, {name: fleet.places[name]}, step)
    with fleet.in_place():
        endless = _to_the_end(fleet.world, fleet.begin)
    history = History(fleet.world, {}, endless)
    history.parts = {name: History(world, {name: fleet.places[name]}) for name, world in fleet.worlds.items()}
    history.processes = fleet.processes
    return history


def _to_the_end(world: World, begin: Callable[[Step], None]) -> str:
    """Let everything happen, then two quiet runs; return why it has no end, if it has none."""
    try:
        for step in world.scenario.steps:
            begin(step)
        world.scheduler.run()
        for name in (QUIET, SECOND):
            begin(Step(name, "apply", world.now + _QUIET_AFTER_S, commit=len(world.scenario.variants)))
            world.scheduler.run()
    except EndlessScheduleError as error:
        return str(error)
    return ""


def _places(world: World, real: Path | None) -> dict[str, Place]:
    """Return the one branch, or each clone's own folder."""

    def record() -> Record:
        return _record(world)

    if world.scenario.store == "branch":
        return {"branch": Branch(record(), *(memory_remote() if real is None else git_remote(real)))}
    clones = set(world.machines) if world.scenario.store == "clones" else {"file"}
    return {name: Folder(record()) if real is None else FileFolder(record(), real / name) for name in sorted(clones)}


def _record(world: World) -> Record:
    # By the module's own name, so that it can be taken out.
    return Record(store.empty_state(store.record_name(world.scenario.uin, ACCOUNT.region)), lambda: world.now)


class FleetPlaces:
    """Where the records of a fleet are kept: by name in one folder, on one branch, or on a branch for each account."""

    def __init__(self, scenario: Scenario, real: Path | None) -> None:
        self._kind = scenario.store
        self._real = real
        self._folders: dict[str, Place] = {}
        self._remote: Remote | None = None

    def place_of(self, world: World) -> Place:
        """Return where an account's record is kept."""
        record = _record(world)
        if self._kind == "file":
            made: Place = Folder(record) if self._real is None else FileFolder(record, self._real / record.name)
            return self._folders.setdefault(record.name, made)
        if self._kind == "one-branch" and self._remote is not None:
            return Branch(record, *self._remote)
        self._remote = memory_remote() if self._real is None else git_remote(self._real / record.name)
        return Branch(record, *self._remote)


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
