"""One signature's turn that has no id yet: list the account, decide again, intend, add once, record the id."""

from __future__ import annotations

from collections.abc import Callable, Collection

from reconciler.apply import results
from reconciler.apply.attempt import Attempt
from reconciler.apply.waiting import Stopwatch
from reconciler.decision import transitions
from reconciler.decision.new_signature import AccountRows, decide_new, is_not_created, proof_of, with_created
from reconciler.decision.plan import decide_known
from reconciler.errors import VendorError
from reconciler.model.plan import Decision, Planned
from reconciler.model.report import Outcome, Result
from reconciler.model.signature import LiveSignature, Subject
from reconciler.model.state import Intent, State, Submitted
from reconciler.tencent.api import Acknowledged, Images

_NOTHING = AccountRows({}, complete=False)


class CreateAttempt(Attempt):
    """A turn in which everything hangs on the account's list: whether it is there, and what became of a lost answer."""

    _account = _NOTHING

    def _awaited(self) -> Collection[Subject]:
        # A list that lags does not show what another run has created just now, under whichever key.
        others = (
            key
            for key, entry in self._journal.state.creates.items()
            if entry.perhaps or (entry.submitted is not None and entry.submitted.run != self._context.run)
        )
        return [self._subject, *others]

    def _look(self) -> LiveSignature | None:
        """List the account. A signature without an id has no row of its own."""
        self._account = _NOTHING
        self._account = AccountRows(*self._context.reader.rows({}))
        return None

    def _decide(self) -> Decision:
        state = self._state_of_others()
        found = decide_new(self._desired, self._account, state)
        if isinstance(found, Planned):
            return found.decision
        state = with_created(state, self._desired, self._account)
        live = self._account.rows.get(found.sign_id)
        return decide_known(found, live, state, self._context.clock.now(), site=self._context.site)

    def _state_of_others(self) -> State:
        state = self._journal.state
        return state._replace(
            entries={subject: self._others(subject, entry) for subject, entry in state.entries.items()}
        )

    def _known_ids(self) -> tuple[int, ...] | None:
        return tuple(sorted(self._account.rows))

    def _send(self, images: Images, check: Callable[[], None]) -> Acknowledged:
        return self._context.writer.add(self._desired.fields, images, check)

    def _accepted(self, intent: Intent, answer: Acknowledged, _stopwatch: Stopwatch) -> Result:
        vendor_now, tolerance = self._vendor_time()
        reader, international = self._context.reader, self._desired.fields.international
        # Whatever it shows: nobody else can have been given this id.
        row, _ = self._await_row(lambda: reader.row(answer.sign_id, international=international), lambda _: True)
        own = Submitted(
            intent.fields, self._context.clock.now(), answer.request_id, intent.commit, shown=row, epoch=intent.epoch,
            run=intent.run, until=vendor_now + tolerance, by=intent.by, uncommitted=intent.uncommitted,
            sign_id=answer.sign_id,
        )  # fmt: skip
        result = Result(Outcome.ACCEPTED, answer.request_id, shown=row, sign_id=answer.sign_id)
        self._journal.record(
            lambda state: transitions.created(state, self._desired.key, intent, own),
            results.ended(self._planned, result),
        )
        return result

    def _proof(self, intent: Intent) -> tuple[Submitted | None, bool]:
        state = self._state_of_others()
        return proof_of(intent, self._account, state), is_not_created(intent, self._account, state)

    def _proven(self, intent: Intent, own: Submitted, error: VendorError) -> Result:
        """Record the id that the list proves; nobody else can have been given it."""
        result = Result(Outcome.ACCEPTED, error.request_id, shown=own.shown, sign_id=own.sign_id)
        self._journal.store(
            lambda state: transitions.created(state, self._desired.key, intent, own),
            results.ended(self._planned, result),
        )
        return result
