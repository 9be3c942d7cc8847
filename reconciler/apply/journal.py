"""Waiting for another run: until it lets go of the record, or has not moved for so long that its call must be over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from reconciler.apply.context import ApplyContext
from reconciler.clock import Clock
from reconciler.decision.transitions import hold, release
from reconciler.errors import Exit, StateConflict, StateError
from reconciler.model.state import State
from reconciler.state.store import Snapshot, Store

_LOOK_EVERY_S: Final = 1.0


class StoppedWaiting(StateError):
    """The person asked to stop while another run held the record."""

    exit_code = Exit.UNSETTLED


def await_lease(context: ApplyContext) -> Snapshot:
    """Return the record once nobody else writes.

    A holder still in it has not moved for twice the request timeout, its own or this run's, whichever is longer. That
    time passes on this machine's own clock, since nobody knows the other's. Raises StoppedWaiting where the person did
    not want to wait that long: a holder that was not waited out may have a call under way, so nothing may be concluded
    from the record or changed in it.
    """
    store, clock = context.store, context.clock
    snapshot = store.load()
    holder, since = snapshot.state.holder, clock.monotonic()
    while snapshot.state.holder is not None and snapshot.state.holder.run != context.run:
        if context.stopped():
            raise StoppedWaiting("stopped while another run holds the record", hint="run again when it ended")
        patience = max(context.pacing.settle_after, snapshot.state.holder.patience)
        left = since + patience - clock.monotonic()
        if left <= 0:
            break
        context.observer.waiting(left)
        clock.wait(min(_LOOK_EVERY_S, left))
        snapshot = store.load()
        if snapshot.state.holder != holder:
            holder, since = snapshot.state.holder, clock.monotonic()
    return snapshot


# The record during an apply: every step is stored before the next is taken.
#
# Writing is exclusive by a fence. A run's first step stores it as the holder, each further step moves the holder's
# beat,
# and its last step clears it. The store's compare-and-swap lets one of two runs win each step; the loser waits.


Step = Callable[[State], State]


_TRIES: Final = 5


class Stored(NamedTuple):
    """When a step was stored, in monotonic seconds: others may have seen it since ``begun``, and we knew at ``known``.

    The two are far apart where the answer of a remote store is slow.
    """

    begun: float
    known: float


class Journal:
    """Holds the record for one run. A step that need not be durable at once travels with the next one that must."""

    def __init__(self, store: Store, snapshot: Snapshot, run: str, clock: Clock, patience: float = 0.0) -> None:
        """``snapshot`` is the record as the fence let it through; a holder in it is one that was waited out.

        ``patience`` is how many seconds others have to wait for this run once it does not move, see ``Holder``.
        """
        self._store = store
        self._base = snapshot
        self._stale = snapshot.state.holder
        self._run = run
        self._clock = clock
        self._patience = patience
        self._waiting: list[tuple[Step, str]] = []
        self._held = False
        self._kept = False

    @property
    def state(self) -> State:
        """The record as it will be once every step is stored."""
        state = self._base.state
        for step, _ in self._waiting:
            state = step(state)
        return state

    def start_over(self, snapshot: Snapshot) -> None:
        """Go on from a newer record that the fence let through; steps not stored yet stay to be stored."""
        self._base = snapshot
        self._stale = snapshot.state.holder

    def intend(self, step: Step, note: str) -> Stored:
        """Store an intent with this run as the holder, and return when that was.

        Raises StateConflict, with the intent not stored, where another run moved the record, and StateError where it
        cannot be stored.
        """
        begun = self._clock.monotonic()
        self._waiting.append((step, note))
        try:
            self._store_waiting(self._take)
        except StateError:
            self._waiting.pop()
            raise
        self._held = True
        return Stored(begun, self._clock.monotonic())

    def renew(self) -> Stored:
        """Move the beat, so that others see this run alive. Raises StateConflict where they took over."""
        return self.intend(lambda state: state, "still at work")

    def later(self, step: Step, note: str) -> None:
        """Take a step that is to be stored with the next one."""
        self._waiting.append((step, note))

    def record(self, step: Step, note: str) -> None:
        """Store an outcome: at once where that is cheap, else together with the next intent.

        Where it cannot be stored it stays to be stored, and no further intent is without it.
        """
        self._waiting.append((step, note))
        if not self._store.costly:
            with suppress(StateError):
                self._store_persistently(self._move)

    def keep(self) -> None:
        """Stay the holder when this run ends: a call of it may still be on its way, and whoever is next has to wait."""
        self._kept = True

    def close(self) -> None:
        """Store what is left and let go of the record, also of a holder that was waited out, or all would wait for it.

        Does nothing where none of this is to be done.
        """
        if self._held or self._waiting or self._stale is not None:
            self._store_persistently(self._let_go)
            self._held, self._stale = False, None

    def _take(self, state: State) -> State:
        return hold(state, self._run, self._patience)

    def _move(self, state: State) -> State:
        return self._take(state) if self._is_mine(state) else state

    def _let_go(self, state: State) -> State:
        if self._kept:
            return state
        return release(state) if self._is_mine(state) or state.holder == self._stale else state

    def _is_mine(self, state: State) -> bool:
        return state.holder is not None and state.holder.run == self._run

    def _store_persistently(self, finish: Step) -> None:
        """Store outcomes on top of whatever others stored meanwhile: an outcome is a fact and never given up."""
        for _ in range(_TRIES):
            try:
                return self._store_waiting(finish)
            except StateConflict:
                self._base = self._store.load()
        raise StateError(
            "the record could not be stored: other runs keep changing it", hint="run again when they ended"
        )

    def _store_waiting(self, finish: Step) -> None:
        state = finish(self.state)._replace(saved_at=self._clock.now())
        note = "\n".join(note for _, note in self._waiting) or "release the record"
        self._base = self._store.save(self._base, state, note)
        self._waiting.clear()
