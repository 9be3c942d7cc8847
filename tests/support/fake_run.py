"""An apply's surroundings without disk, network or waiting: fakes that answer as told and remember what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.apply.context import ApplyContext
from reconciler.apply.executor import execute
from reconciler.apply.journal import Journal
from reconciler.apply.timing import Timing
from reconciler.apply.waiting import Watch
from reconciler.decision.compare import DecisionTime
from reconciler.decision.plan import make_plan
from reconciler.errors import VendorError
from reconciler.model.plan import Plan, Planned, Selection
from reconciler.model.report import ApplyReport, Result
from reconciler.model.signature import LiveSignature, Signature, SignFields
from reconciler.model.state import State
from reconciler.state.store import Snapshot, Step
from reconciler.tencent.api import Images, Listing
from reconciler.tencent.connection import RequestLimits
from reconciler.tencent.rate_limit import ModifyRateLimit
from tests.support.values import NOW, TARGET

RUN: Final = "this-run"
EMPTY: Final = State(TARGET.uin, TARGET.account.region)
BYTES: Final = Images(b"proof", None)


class FakeClock:
    """Time that passes only where somebody waits; ``at`` lets something happen on the way."""

    def __init__(self) -> None:
        self.passed = 0.0
        self._asleep = 0.0
        self._to_come: list[tuple[float, Callable[[], None]]] = []

    def now(self) -> float:
        return NOW + self.passed + self._asleep

    def monotonic(self) -> float:
        return 5000.0 + self.passed

    def boottime(self) -> float:
        return self.monotonic() + self._asleep

    def asleep(self, seconds: float) -> None:
        """Let the machine sleep: the monotonic clock stands still."""
        self._asleep += seconds

    def wait(self, seconds: float) -> None:
        self.passed += max(0.0, seconds)
        due = [(at, happen) for at, happen in self._to_come if at <= self.passed]
        self._to_come = [event for event in self._to_come if event not in due]
        for _, happen in sorted(due, key=lambda event: event[0]):
            happen()

    def at(self, passed: float, happen: Callable[[], None]) -> None:
        """Let something happen once that many seconds have passed."""
        self._to_come.append((passed, happen))


class MemoryStore:
    """A record in memory that takes steps as the real stores do. ``trouble`` is raised by the next updates."""

    where = "memory"

    def __init__(self, clock: FakeClock, state: State = EMPTY, *, costly: bool = False, slow: float = 0.0) -> None:
        self.state = state
        self.costly = costly
        self.notes: list[str] = []
        self.trouble: list[Exception | None] = []
        self.before_save: list[Callable[[], None]] = []
        self._clock = clock
        self._slow = slow
        self._version = 0

    def load(self) -> Snapshot:
        return Snapshot(self.state, str(self._version))

    def update(self, step: Step, note: str) -> Snapshot:
        if self.before_save:
            self.before_save.pop(0)()
        problem = self.trouble.pop(0) if self.trouble else None
        if problem is not None:
            raise problem
        state = step(self.state)
        if state is not self.state:
            self.put(state)
            self.notes.append(note)
        self._clock.wait(self._slow)
        return self.load()

    def put(self, state: State) -> None:
        """Change the record as another run does."""
        self.state = state
        self._version += 1


class FakeVendor:
    """An account that reads and writes. ``answers`` are what the next modifies do instead of working."""

    def __init__(self, clock: FakeClock, *rows: LiveSignature) -> None:
        self.account = {row.sign_id: row for row in rows}
        self.answers: list[Callable[[], str | None] | None] = []
        self.calls: list[tuple[float, int, SignFields]] = []
        self.looks = 0
        self.hidden = False
        self.unreadable: list[VendorError | None] = []
        self._clock = clock

    def row(self, sign_id: int, *, international: bool) -> LiveSignature | None:
        self.looks += 1
        problem = self.unreadable.pop(0) if self.unreadable else None
        if problem is not None:
            raise problem
        found = self.account.get(sign_id)
        return found if found is not None and found.international == international else None

    def rows(self, declared: Mapping[int, bool], *, everything: bool = True) -> Listing:
        found = ((sign_id, self.row(sign_id, international=flag)) for sign_id, flag in declared.items())
        return Listing({sign_id: row for sign_id, row in found if row is not None}, complete=everything)

    skew: float | None = None

    def modify(
        self, sign_id: int, fields: SignFields, images: Images, check: Callable[[], None] | None = None
    ) -> str | None:
        assert images is BYTES
        if check is not None:
            check()
        self.calls.append((self._clock.passed, sign_id, fields))
        answer = self.answers.pop(0) if self.answers else None
        return answer() if answer is not None else self.take(sign_id, fields)

    def take(self, sign_id: int, fields: SignFields) -> str:
        """Accept a submission: the row shows it and is pending again."""
        if not self.hidden:
            before = self.account[sign_id]
            self.account[sign_id] = before._replace(sign_name=fields.sign_name, status_code=1, review_reply="")
        return f"request-{len(self.calls)}"


@dataclass
class Told:
    """What an observer heard."""

    waits: list[float] = field(default_factory=list)
    ends: list[tuple[str, str]] = field(default_factory=list)

    def waiting(self, seconds: float) -> None:
        self.waits.append(seconds)

    def begins(self, planned: Planned, number: int, total: int) -> None:
        assert 1 <= number <= total, planned

    def ended(self, planned: Planned, result: Result) -> None:
        self.ends.append((planned.desired.key, result.outcome))


class Run:
    """One apply with everything around it faked. ``stop`` makes it hear that the person asked to stop."""

    def __init__(
        self,
        *rows: LiveSignature,
        state: State = EMPTY,
        costly: bool = False,
        slow: float = 0.0,
        timeout: float = 10.0,
        resubmit: Iterable[str] = (),
    ) -> None:
        self.clock = FakeClock()
        self.store = MemoryStore(self.clock, state, costly=costly, slow=slow)
        self.vendor = FakeVendor(self.clock, *rows)
        self.told = Told()
        self.stop = False
        self.images: Callable[[Signature], Images] = lambda _: BYTES
        pacing = RequestLimits(request_timeout=timeout)
        self.context = ApplyContext(
            self.vendor,
            self.vendor,
            self.store,
            self.clock,
            ModifyRateLimit(self.clock, pacing.modify_interval),
            pacing,
            Selection(resubmit=frozenset(resubmit)),
            self.told,
            lambda: self.stop,
            self._load,
            RUN,
            Timing.of(pacing, costly=costly),
            "c0ffee00" * 5,
        )
        self.watch = Watch(self.context)

    def _load(self, desired: Signature) -> Images:
        return self.images(desired)

    def stop_now(self) -> None:
        """Ask the run to stop."""
        self.stop = True

    def plan(self, *wishes: Signature) -> Plan:
        """Plan as an apply does, against the account and the record as they are."""
        moment = DecisionTime(self.clock.now())
        return make_plan(TARGET, wishes, dict(self.vendor.account), self.store.state, moment, self.context.choice)

    def journal(self) -> Journal:
        """Open the record once no other run can have a call under way."""
        return Journal(self.context, self.watch, self.watch.await_turn())

    def execute(self, plan: Plan, journal: Journal | None = None) -> ApplyReport:
        """Carry a plan out."""
        return execute(plan, self.context, self.watch, journal or self.journal())
