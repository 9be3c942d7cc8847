"""The record during an apply: an intent is stored before its call, an outcome with the next intent or at the end."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from reconciler.apply.waiting import Watch, check_not_moved
from reconciler.decision import transitions
from reconciler.errors import StateError
from reconciler.model.signature import Subject
from reconciler.model.state import Entry, Intent, State
from reconciler.planning.planner import lineage_refusal
from reconciler.state.store import Snapshot, Step

if TYPE_CHECKING:
    from reconciler.apply.context import ApplyContext


def check_lineage(context: ApplyContext, state: State) -> None:
    """Raise Refusal where an apply from this commit could undo a newer one."""
    refusal = lineage_refusal(context.lineage, state)
    if refusal is not None:
        raise refusal


def from_where(context: ApplyContext) -> str:
    """Return the last lines of what the audit trail says of a step: the commit applied from, and which run it was."""
    changes = ", with changes that are not committed" if context.uncommitted else ""
    commit = f"Applied-From: {context.commit}{changes}\n" if context.commit else ""
    return f"\n{commit}Run: {context.run}"


class Journal:
    """Stores the steps of one run. A step that need not be durable at once travels with the next one that must."""

    def __init__(self, context: ApplyContext, watch: Watch, snapshot: Snapshot) -> None:
        self._context = context
        self._watch = watch
        self._snapshot = snapshot
        self._queue: list[tuple[Step, str]] = []

    @property
    def state(self) -> State:
        """The record as it will be once every step is stored."""
        state = self._snapshot.state
        for step, _ in self._queue:
            state = step(state)
        return state

    def start_over(self, snapshot: Snapshot) -> None:
        """Go on from a newer record; steps not stored yet stay queued."""
        self._snapshot = snapshot

    @property
    def went_back(self) -> bool:
        """Return whether the record does not go on from what was seen before."""
        return self._snapshot.moved is not None

    def check_not_moved(self) -> None:
        """Raise Refusal where the record, as it was found when something was stored last, is not to go on from."""
        check_not_moved(self._context, self._snapshot)

    def intend(self, subject: Subject, seen: Entry, intent: Intent, note: str) -> None:
        """Store an intent. Raises StepRefused where another run came first, Refusal for an older commit.

        One to create was decided on by the whole record, and is stored only as long as nothing else changed there.
        """
        context, watch, whole = self._context, self._watch, self.state.entries

        def step(state: State) -> State:
            # On the record as it is by then: a newer commit may have been applied since this run planned.
            check_lineage(context, state)
            transitions.check_nobody_live(state, watch.waited_out, context.run)
            if intent.known is not None:
                transitions.check_whole(state, whole, intent)
            return transitions.intend(state, subject, seen, intent)

        self.store(step, note)

    def store(self, step: Step, note: str) -> None:
        """Store a step now, with what is queued before it."""
        queued, self._queue = self._queue, []

        def all_steps(state: State) -> State:
            for earlier, _ in queued:
                state = earlier(state)
            return step(state)

        try:
            self._snapshot = self._context.store.update(
                lambda state: self._stamped(state, all_steps(state)),
                "\n".join([*(words for _, words in queued), note, from_where(self._context)]),
            )
        # An interrupt too may come after the push: a step whose effect is there already changes nothing, so
        # it can be repeated.
        except BaseException:
            self._queue = [*queued, *self._queue]
            raise

    def _stamped(self, before: State, after: State) -> State:
        return before if before == after else after._replace(saved_at=self._context.clock.now())

    def later(self, step: Step, note: str) -> None:
        """Queue a step for the next store."""
        self._queue.append((step, note))

    def record(self, step: Step, note: str) -> None:
        """Store an outcome: at once where that is cheap, else with the next intent."""
        self.later(step, note)
        if not self._context.store.costly:
            # It stays queued: the next intent stores it, or the end of the run says why it could not be.
            with suppress(StateError):
                self.close()

    def close(self) -> None:
        """Store what is queued."""
        if self._queue:
            (step, note) = self._queue.pop()
            try:
                self.store(step, note)
            except BaseException:
                self._queue.append((step, note))
                raise
