"""A fleet's apply in a schedule: the real command and its real workers, each account in a world of its own.

Its threads are actors of the scheduler; a process that is killed or stopped is so with all of them, in every account.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, Final, cast
from unittest.mock import patch

from reconciler.apply.context import ApplyContext
from reconciler.apply.executor import Steps
from reconciler.cli import fleet_apply
from reconciler.cli.apply import WriteSession
from reconciler.cli.connect import Shared
from reconciler.cli.fleet_apply import FleetApply, carried_out
from reconciler.cli.fleet_run import FleetChoice, FleetReport, InvalidDefinitions
from reconciler.cli.formats import Allowed
from reconciler.cli.output import Session
from reconciler.cli.validate import Inputs
from reconciler.definitions.load import Definitions
from reconciler.errors import Refusal
from reconciler.fleet import workers
from reconciler.fleet.accounts import FleetAccount
from reconciler.model.plan import Plan, Target
from reconciler.model.report import ApplyReport, Observer
from reconciler.signals import StopFlag
from reconciler.tencent.endpoint import ConnectionOptions
from tests.sim import production
from tests.sim.definitions import ACCOUNT
from tests.sim.places import Place
from tests.sim.scenario import Scenario, Step
from tests.sim.scheduler import Actor
from tests.sim.trace import Line
from tests.sim.world import Run, World

BUG: Final = "bug"
"""What the fault is called that stands for a mistake in the code that meets one account only."""


class AccountWorld(World):
    """The world of one account, whose lines are in the fleet's trace too."""

    name: str
    whole: World

    def note(self, actor: str, seam: str, what: str) -> None:
        """Write a line of both traces."""
        super().note(actor, seam, what)
        self.whole.lines.append(Line(self.now, f"{actor}/{self.name}", seam, what))


@dataclass
class Process:
    """One run of the command: an actor for the main thread and each of the workers, and a run in every account."""

    main: Run
    actors: list[Actor] = field(default_factory=list)
    runs: dict[str, AccountRun] = field(default_factory=dict)
    stopped_at: float | None = None
    killed: bool = False
    entries: list[dict[str, Any]] = field(default_factory=list)

    def end(self) -> None:
        """Be killed as a whole."""
        self.killed = True
        for actor in self.actors:
            actor.killed = True
            self.main.world.scheduler.wake(actor)

    def stop(self) -> None:
        """Get a signal, which every account hears of."""
        self.stopped_at = self.main.world.now
        for run in (self.main, *self.runs.values()):
            run.stopped = True


class AccountRun(Run):
    """One process's side of one account's world."""

    def __init__(self, world: World, process: Process) -> None:
        super().__init__(world, process.main.step)
        self.process = process
        self.actor = process.main.actor

    def end(self) -> None:
        """Be killed, with every other account."""
        self.process.end()

    def stop(self) -> None:
        """Get a signal."""
        self.process.stop()


class Fleet:
    """The accounts of a schedule and the processes that apply them."""

    def __init__(self, scenario: Scenario, place_of: Callable[[World], Place]) -> None:
        self.world = World(scenario)
        self.worlds: dict[str, World] = {}
        self.places: dict[str, Place] = {}
        self.processes: dict[str, Process] = {}
        self._at_work: dict[str, AccountRun] = {}
        for number, account in enumerate(scenario.accounts, start=1):
            store = "file" if scenario.store == "file" else "branch"
            account = replace(account, store=store, machines=scenario.machines)  # noqa: PLW2901  # as it is in this fleet
            made = AccountWorld(account, scheduler=self.world.scheduler)
            made.name, made.whole, made.machines = f"a{number}", self.world, self.world.machines
            self.worlds[made.name] = made
            self.places[made.name] = place_of(made)

    def begin(self, step: Step) -> None:
        """Let a process begin at its time."""
        main = self.world.begin(step, self._applied)
        process = Process(main, [main.actor])
        main.end, main.stop = process.end, process.stop  # type: ignore[method-assign]  # of this process alone
        self.processes[step.name] = process
        for name, world in self.worlds.items():
            world.runs[step.name] = process.runs[name] = AccountRun(world, process)
            world.runs[step.name].record = self.places[name].record

    def _applied(self, main: Run) -> None:
        process, session = self.processes[main.name], _Kept()
        accounts = tuple(FleetAccount(name, name) for name in self.worlds)
        choice = FleetChoice("fleet", accounts, self.world.scenario.jobs)
        stop = cast("StopFlag", SimpleNamespace(is_set=lambda: main.stopped))
        fleet = FleetApply(choice, ConnectionOptions(), stop, Allowed(), {})
        with FleetReport(session) as report:
            carried_out(fleet, report, lambda *_: production.agreed(main), text=False)
        process.entries = json.loads(session.text)["accounts"]

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the simulated seams below the command and its workers for a while."""
        started: Mapping[str, Any] = {
            "threading": SimpleNamespace(Thread=partial(_Thread, self), Lock=threading.Lock),
            "SimpleQueue": partial(_Queue, self),
            "time": SimpleNamespace(monotonic=lambda: self.world.now),
        }
        with (
            patch.multiple(workers, **started),
            patch.multiple(
                fleet_apply,
                valid_inputs=self._inputs,
                open_for_writing=self._opened,
                run=self._run,
                fleet_progress=_unseen,
            ),
        ):
            yield

    def current(self) -> Process:
        """Return the process that has the baton."""
        return self.processes[self.world.scheduler.current.name.partition("#")[0]]

    def _inputs(self, account: FleetAccount, _cwd: Path) -> Inputs:
        """Read an account's definitions."""
        actor = self.world.scheduler.current
        run = self._at_work[actor.name] = self.current().runs[account.name]
        run.actor = actor
        if (fault := run.point("read")) is not None:
            raise _trouble(fault.kind)
        return Inputs(production.definitions_of(run), ACCOUNT)

    @contextmanager
    def _opened(
        self,
        _inputs: Inputs,
        _choice: object,
        _options: ConnectionOptions,
        _allowed: Allowed,
        _stop: StopFlag,
        _observer: Observer,
        shared: Shared,
    ) -> Iterator[WriteSession]:
        run = self._run_at_work()
        if (fault := run.point("open")) is not None:
            raise _trouble(fault.kind)
        target = production.target_of(run)
        shared.claim(target)
        yield WriteSession(production.context_of(run, self.places[cast("AccountWorld", run.world).name]), target)

    def _run(
        self, context: ApplyContext, _target: Target, definitions: Definitions, steps: Steps
    ) -> ApplyReport | None:
        run = self._run_at_work()
        # What the second pass plans is shown to nobody.
        kind = "submits" if steps.present is fleet_apply._shown_before else "plan"

        def present(plan: Plan) -> None:
            steps.present(plan)
            production.planned(run, plan, kind)

        return production.carry_out(run, context, definitions, steps._replace(present=present))

    def _run_at_work(self) -> AccountRun:
        return self._at_work[self.world.scheduler.current.name]


def _trouble(kind: str) -> Exception:
    if kind == BUG:
        return RuntimeError("simulated")
    return InvalidDefinitions(()) if kind == "invalid" else Refusal("simulated: not this account's keys")


class _Kept(Session):
    """A session whose result is kept, as one JSON document."""

    def __init__(self) -> None:
        super().__init__()
        self.format = "json"
        self.text = ""

    def result(self, text: str) -> None:
        self.text += text


@contextmanager
def _unseen(_total: int) -> Iterator[Any]:
    yield SimpleNamespace(account_done=lambda *_: None, observer=lambda _name: None)


class _Thread:
    """Stands where the workers' threads stand: an actor of its process."""

    def __init__(self, fleet: Fleet, *, target: Callable[[], None], **_named: object) -> None:
        process = fleet.current()
        name = f"{process.main.name}#{len(process.actors)}"
        self._scheduler = fleet.world.scheduler
        self._actor = Actor(name, target, Random(name), process.main.machine.awake)  # noqa: S311  # no secret
        process.actors.append(self._actor)

    def start(self) -> None:
        self._scheduler.start(self._actor, self._scheduler.time)

    def join(self, timeout: float) -> None:
        end = self._scheduler.time + timeout
        while self._actor.alive and self._scheduler.time < end:
            self._scheduler.sleep(self._scheduler.current, self._scheduler.time + 0.1)


class _Queue:
    """Stands where the workers' queue stands; whoever waits for it is woken by what is put in."""

    def __init__(self, fleet: Fleet) -> None:
        self._scheduler = fleet.world.scheduler
        self._reader = self._scheduler.current
        self._items: list[Any] = []

    def put(self, item: object) -> None:
        self._items.append(item)
        self._scheduler.wake(self._reader)

    def get(self, timeout: float) -> Any:  # noqa: ARG002  # a look in between would find nothing here
        while not self._items:
            self._scheduler.park(self._reader)
        return self._items.pop(0)
