"""The durations of the protocol, and who waits for what: a call's start, other runs' calls, rows that trail."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.clock import Clock
from reconciler.decision.transitions import Identity, as_lapsed, live_intents
from reconciler.errors import Exit, StateError, said
from reconciler.model.signature import Subject
from reconciler.model.state import OLD_INTENT_S, Entry, Intent, IntentState, State, holder_of
from reconciler.state.store import Snapshot, WentBack
from reconciler.tencent.endpoint import RequestLimits

if TYPE_CHECKING:
    from reconciler.apply.context import ApplyContext

_START_BRANCH_S: Final = 8.0
_START_FILE_S: Final = 5.0
_LEAST_START_S: Final = 2.0
_RATE_MARGIN_S: Final = 1.0

_LOOK_EVERY_S: Final = 1.0

# How often, and how many seconds apart, a row is looked at that must show what was accepted.
LOOKS: Final = 3
BETWEEN_LOOKS_S: Final = 0.3


class Timing(NamedTuple):
    """Seconds: from before the intent is stored to the first byte, of the call itself, after its reset, and of lag."""

    start: float
    call: float
    late: float
    lag: float

    @property
    def window(self) -> float:
        """Seconds after its intent was first seen for which a call may act. The last second covers clock rates."""
        return self.start + self.call + self.late + _RATE_MARGIN_S

    @classmethod
    def of(cls, limits: RequestLimits, *, costly: bool) -> Timing:
        """Return the durations for a store whose writes are quick or costly."""
        # Where calls are expected to be quick, so is what comes before them; one that is not is intended anew.
        start = min(_START_BRANCH_S if costly else _START_FILE_S, max(_LEAST_START_S, limits.request_timeout))
        return cls(start, limits.request_timeout, limits.request_timeout, limits.describe_lag)


class Stopwatch:
    """Measures for a sender: whichever clock shows most, so that no sleep of the machine goes unnoticed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._boottime, self._wall = clock.boottime(), clock.now()

    def passed(self) -> float:
        """Return the seconds since this was made."""
        return max(self._clock.boottime() - self._boottime, self._clock.now() - self._wall)


def may_start(stopwatch: Stopwatch, timing: Timing) -> bool:
    """Return whether a call may begin now: later, others may have waited it out before it ended."""
    return stopwatch.passed() <= timing.start


def is_in_window(stopwatch: Stopwatch, timing: Timing) -> bool:
    """Return whether nobody can have waited this run's call out yet."""
    return stopwatch.passed() <= timing.window


def check_not_moved(context: ApplyContext, snapshot: Snapshot) -> None:
    """Raise Refusal where nothing may be begun on the record any more, unless older ones are allowed."""
    moved = snapshot.moved
    if isinstance(moved, WentBack) and context.lineage is None:
        moved.allowed = True
    elif moved is not None:
        raise moved


class StoppedWaiting(StateError):
    """The person asked to stop while another run had a call under way."""

    exit_code = Exit.UNSETTLED


class Watch:
    """When this run first saw what. A waiter trusts its own monotonic clock alone."""

    def __init__(self, context: ApplyContext) -> None:
        self._context = context
        self._clock = context.clock
        self._first: dict[tuple[object, ...], float] = {}
        self.waited_out: set[Identity] = set()

    def await_turn(self) -> Snapshot:
        """Return the record once no call of another run can act any more.

        Raises Refusal where the record went back behind what this checkout saw, unless older ones are allowed, or was
        moved elsewhere meanwhile.
        """
        while True:
            snapshot = self._context.store.load()
            check_not_moved(self._context, snapshot)
            left, holder = self._longest_wait(snapshot.state)
            if left <= 0 or holder is None:
                self._note_outcomes(snapshot.state)
                return snapshot
            if self._context.stopped():
                raise StoppedWaiting("stopped while another run may have a call under way", hint="run again later")
            self._context.observer.waiting(
                left, said("{who}, {where}", who=holder_of(holder), where=self._context.store.where)
            )
            self._clock.wait(min(_LOOK_EVERY_S, left))

    def await_shown(self, state: State, subjects: Collection[Subject]) -> bool:
        """Wait until a lagging row must show what is recorded of these signatures. Return whether that took time."""
        self._note_outcomes(state)
        now, lag = self._clock.monotonic(), self._context.timing.lag
        ends = [self._first[mark] + lag for subject in subjects for mark in self._marks(subject, state.entry(subject))]
        left = max(ends, default=now) - now
        self._clock.wait(left)
        return left > 0

    def without_waited_out(self, subject: Subject, entry: Entry) -> Entry:
        """Return an entry in which no intent is live that this run has waited out."""
        lapsed = (
            as_lapsed(intent) if (subject, *intent.identity) in self.waited_out else intent for intent in entry.perhaps
        )
        return entry._replace(perhaps=tuple(lapsed))

    def _longest_wait(self, state: State) -> tuple[float, Intent | None]:
        """Return how many seconds another run's call can act yet, and its intent."""
        now, longest, holder = self._clock.monotonic(), 0.0, None
        for identity, intent in live_intents(state).items():
            first = self._first.setdefault(identity, now)
            is_old = self._clock.now() - intent.at > intent.window + OLD_INTENT_S
            left = first + intent.window - now
            if intent.run == self._context.run:
                continue
            if is_old or left <= 0:
                self.waited_out.add(identity)
            elif left > longest:
                longest, holder = left, intent
        return longest, holder

    def _note_outcomes(self, state: State) -> None:
        now = self._clock.monotonic()
        for subject, entry in state.entries.items():
            for mark in self._marks(subject, entry):
                self._first.setdefault(mark, now)

    def _marks(self, subject: Subject, entry: Entry) -> list[tuple[object, ...]]:
        """Return what names the outcome and the lapses of an entry that a row may not show yet."""
        return [*self._outcomes(subject, entry), *self._lapses(subject, entry)]

    def _outcomes(self, subject: Subject, entry: Entry) -> list[tuple[object, ...]]:
        own = entry.submitted
        if own is not None and abs(self._clock.now() - own.at) < OLD_INTENT_S + self._context.timing.window:
            return [("outcome", subject, own.epoch, own.run)]
        return []

    def _lapses(self, subject: Subject, entry: Entry) -> list[tuple[object, ...]]:
        return [
            ("lapse", subject, *intent.identity)
            for intent in entry.perhaps
            if intent.status is not IntentState.LIVE or (subject, *intent.identity) in self.waited_out
        ]
