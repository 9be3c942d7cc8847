"""One schedule's world: the scheduler, the machines, the vendor, the record, and the faults that wait in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from reconciler.model.signature import SignFields, Subject
from tests.sim.clocks import BASE, Machine
from tests.sim.record import Record
from tests.sim.scenario import Fault, Scenario, Step
from tests.sim.scheduler import Actor, Killed, Scheduler
from tests.sim.trace import Line
from tests.sim.vendor import Call, Vendor

_SUSPEND: Final = "suspend:"


@dataclass
class Seen:
    """What a run was heard to say, for the invariants: plans, results, waits and refusals with their times."""

    time: float
    run: str
    kind: str
    value: object


@dataclass
class World:
    """Everything that actors share. ``lines`` is the trace, ``seen`` what the invariants judge beside the logs."""

    scenario: Scenario
    scheduler: Scheduler = field(default_factory=Scheduler)
    lines: list[Line] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    runs: dict[str, Run] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.machines = {name: Machine(name, offset) for name, offset in self.scenario.machines}
        self.vendor = Vendor(self.scenario, lambda: self.scheduler.time, self.rng("vendor"))
        self._faults = {(fault.actor, fault.seam, fault.nth): fault for fault in self.scenario.faults}

    @property
    def now(self) -> float:
        """Virtual seconds."""
        return self.scheduler.time

    def rng(self, name: str) -> Random:
        """Return an actor's own source of chance, so that one actor more or less changes no other's."""
        return Random(f"{self.scenario.seed}/{name}")  # noqa: S311  # no secret hangs on it

    def note(self, actor: str, seam: str, what: str) -> None:
        """Write a line of the trace."""
        self.lines.append(Line(self.scheduler.time, actor, seam, what))

    def saw(self, run: str, kind: str, value: object) -> None:
        """Keep what a run said for the invariants."""
        self.seen.append(Seen(self.scheduler.time, run, kind, value))

    def fault(self, actor: str, seam: str, nth: int) -> Fault | None:
        """Return the fault that waits there."""
        return self._faults.get((actor, seam, nth)) or self._faults.get((actor, seam, 0))

    def begin(self, step: Step, work: Callable[[Run], None]) -> Run:
        """Let an actor begin at its time, or later if its machine sleeps then."""
        run = Run(self, step)
        run.actor = Actor(step.name, lambda: work(run), run.rng, run.machine.awake)
        self.runs[step.name] = run
        self.scheduler.start(run.actor, step.at)
        return run


class Run:
    """One actor's side of the world: its clock, its seams and the faults that meet it there."""

    actor: Actor
    record: Record

    def __init__(self, world: World, step: Step) -> None:
        self.world = world
        self.step = step
        self.name = step.name
        self.machine = world.machines[step.machine]
        self.rng = world.rng(step.name)
        self.stopped = False
        self.turn = ""
        self.asked: SignFields | None = None
        self.statuses: dict[int, int] = {}
        self._counts: Counter[str] = Counter()

    def point(self, seam: str, what: str = "") -> Fault | None:
        """Come to a seam: a line in the trace, and whatever waits here. Returns a fault that the seam itself knows."""
        if self.actor.killed:
            raise Killed
        self._counts[seam] += 1
        self.world.note(self.name, seam, what)
        fault = self.world.fault(self.name, seam, self._counts[seam])
        if fault is None:
            return None
        self.world.note(self.name, seam, f"** {fault.kind} {fault.seconds or ''} {fault.text}".rstrip())
        if fault.kind == "kill":
            self.end()
            raise Killed
        if fault.kind == "stop":
            self.stop()
        elif fault.kind == "slow":
            self.pass_time(fault.seconds)
        elif fault.kind.startswith(_SUSPEND):
            self.machine.suspend(self.world.now, fault.seconds, fault.kind.removeprefix(_SUSPEND))
            self.sleep_until(self.world.now)
        else:
            return fault
        return None

    def end(self) -> None:
        """Be killed: nothing of the process goes on."""
        self.actor.killed = True

    def stop(self) -> None:
        """Get a signal."""
        self.stopped = True

    def uniform(self, least: float, most: float) -> float:
        """Return seconds from the actor's own chance, in whole milliseconds so that traces read well."""
        return round(self.rng.uniform(least, most), 3)

    def travel(self, least: float, most: float) -> None:
        """Let a leg of a journey take its time."""
        self.pass_time(self.uniform(least, most))

    def pass_time(self, seconds: float) -> None:
        """Let virtual seconds pass."""
        self.sleep_until(self.world.now + seconds)

    def sleep_until(self, until: float) -> None:
        """Give the baton away until a time, or until the machine wakes after it."""
        self.world.scheduler.sleep(self.actor, until)

    def wall(self) -> float:
        """Return unix seconds by this machine's clock."""
        return self.machine.read("wall", self.world.now)

    def new_call(self, subject: Subject) -> Call:
        """Note that a write begins, with what the run is about to send."""
        assert self.asked is not None
        call = Call(self.name, subject, self.asked, self.step.commit, self.world.now)
        self.world.vendor.log.calls.append(call)
        return call

    def sends(self, call: Call) -> None:
        """Note the first byte of a call."""
        call.sent = self.world.now
        call.state_then = self.record.state
        call.status_then = self.statuses.get(call.subject) if isinstance(call.subject, int) else None
        call.others_then = [
            other.run
            for other in self.world.vendor.log.calls
            if other is not call and other.subject == call.subject and other.pending
        ]


class SimClock:
    """The clock of one run's machine."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def now(self) -> float:
        """Return unix seconds."""
        return self._run.wall()

    def monotonic(self) -> float:
        """Return seconds that stand still while the machine sleeps."""
        return self._run.machine.read("monotonic", self._run.world.now)

    def boottime(self) -> float:
        """Return seconds that go on while the machine sleeps."""
        return self._run.machine.read("boottime", self._run.world.now)

    def wait(self, seconds: float) -> None:
        """Wait on the monotonic clock; a stopped run waits no more."""
        if seconds <= 0:
            return
        self._run.point("wait", f"{seconds:.3f} s")
        end = self.monotonic() + seconds
        while not self._run.stopped and (left := end - self.monotonic()) > 0.0005:
            self._run.pass_time(max(left, 0.001))


def at_base(seconds: float) -> float:
    """Return virtual seconds for unix seconds by the vendor's clock."""
    return seconds - BASE
