"""One signature's turn: look again, decide again, intend, call, record."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final

from reconciler.apply import results, waiting
from reconciler.apply.context import ApplyContext
from reconciler.apply.journal import Journal
from reconciler.apply.waiting import Stopwatch, Watch
from reconciler.contract.error_codes import TOO_LATE, Treatment, look_up
from reconciler.decision import transitions
from reconciler.decision.compare import DecisionTime
from reconciler.decision.intents import is_not_sent, is_sent, must_show, sent_submission
from reconciler.decision.table import decide
from reconciler.errors import Refusal, StateConflict, StateError, VendorError
from reconciler.model.plan import Decision, Planned
from reconciler.model.report import Outcome, Result
from reconciler.model.signature import LiveSignature, Signature, Subject
from reconciler.model.state import Entry, Intent, Submitted, no_row
from reconciler.tencent.api import Acknowledged, Images

# Each try is a call that certainly was not made, under an intent of its own (docs/protocol.md, step 1b).
_TRIES: Final = 5
# Many: a run with more to do than this one comes first with each of its signatures.
_CONFLICTS: Final = 100
_SETTLE_EVERY_S: Final = 1.0
# Seconds by which a moment in vendor time may be wrong: with the `Date` of an answer, and without.
_WITH_DATE_S: Final = 2.0
_WITHOUT_DATE_S: Final = 300.0


class Attempt:
    """One signature's turn. ``intent`` is the one in the record for a call that certainly was not made."""

    def __init__(self, context: ApplyContext, watch: Watch, journal: Journal, planned: Planned) -> None:
        self._context = context
        self._watch = watch
        self._journal = journal
        self._planned = planned
        self._desired: Signature = planned.desired
        self._subject = planned.desired.subject
        self._row: LiveSignature | None = None
        self._unused: Intent | None = None
        self._not_made: Result | None = None
        self._read_again = False

    def take(self) -> Result:
        """Take the turn and return its result.

        Raises StateError where the record cannot be kept: nothing is sent that could not be recorded before.
        """
        result: Result | None = None
        try:
            tries = conflicts = 0
            while result is None and tries < _TRIES and conflicts < _CONFLICTS:
                try:
                    result = self._turn()
                    tries += 1
                except StateConflict:
                    conflicts += 1
                    self._journal.start_over(self._watch.await_turn())
        finally:
            if self._unused is not None:
                self._withdraw(self._unused, results.withdrawn(self._planned))
        return result or self._not_made or results.crowded_out()

    def _turn(self) -> Result | None:
        """Return the result, or None where the call was not made and the turn begins anew."""
        context = self._context
        # Before the intent: afterwards the wait would use up the seconds within which the call has to start.
        context.rate_limit.wait()
        self._watch.await_shown(self._journal.state, self._awaited())
        if context.stopped():
            return results.stopped()
        try:
            self._row = self._look()
            # In every turn anew: what is sent is what lies there now, and the images of one signature
            # alone are in memory.
            images = context.load_images(self._desired)
        except VendorError as error:
            return results.unreachable(error)
        except Refusal as error:
            return results.evidence_changed(error)
        decision = self._decide()
        planned = self._planned.decision
        if (decision.verdict, decision.status) != (planned.verdict, planned.status):
            if not self._read_again:
                # The record held here may be older than the row: another run may have submitted just this.
                self._read_again = True
                raise StateConflict("the signature is not as planned", hint="look again")
            return results.changed_since(Planned(self._desired, self._row, decision))
        stopwatch = Stopwatch(context.clock)
        entry = self._journal.state.entry(self._subject)
        intent = self._intent(entry)
        self._intend(entry, intent)
        self._unused = intent
        # Others may have moved the record between the look at it and the push, which then came second.
        self._journal.check_not_moved()
        return self._call(intent, images, stopwatch)

    def _intend(self, entry: Entry, intent: Intent) -> None:
        try:
            self._journal.intend(self._subject, entry, intent, results.intended(self._planned))
        except StateConflict:
            raise
        except StateError:
            # It may be in the record all the same, as where only the last flush to disk failed, and nothing is sent.
            self._withdraw(intent, results.withdrawn(self._planned))
            raise

    def _awaited(self) -> Collection[Subject]:
        """Return what has to show in the account before it is looked at."""
        return [self._subject]

    def _look(self) -> LiveSignature | None:
        return self._context.reader.row(self._desired.sign_id, international=self._desired.fields.international)

    def _decide(self) -> Decision:
        """Decide on what the record says apart from an intent of this run whose call was not made."""
        moment = DecisionTime(self._context.clock.now())
        resubmit = self._desired.key in self._context.choice.resubmit
        return decide(
            self._desired.fields,
            self._row,
            self._others(self._subject, self._journal.state.entry(self._subject)),
            moment,
            resubmit=resubmit,
            site=self._context.site,
        )

    def _others(self, subject: Subject, entry: Entry) -> Entry:
        """Return an entry without this run's own intents, and those lapsed that it has waited out."""
        others = tuple(intent for intent in entry.perhaps if intent.run != self._context.run)
        return self._watch.without_waited_out(subject, entry._replace(perhaps=others))

    def _intent(self, entry: Entry) -> Intent:
        context = self._context
        looked_at, tolerance = self._vendor_time()
        return Intent(
            self._desired.fields, self._row or no_row(self._desired.fields), context.clock.now(), context.run,
            context.commit, entry.epoch + 1, looked_at, tolerance, context.timing.window, by=context.by,
            uncommitted=context.uncommitted, known=self._known_ids(),
        )  # fmt: skip

    def _known_ids(self) -> tuple[int, ...] | None:
        """Return the ids that the account has before a call that creates, None for any other."""
        return None

    def _vendor_time(self) -> tuple[float, float]:
        skew = self._context.reader.skew
        now = self._context.clock.now()
        return (now, _WITHOUT_DATE_S) if skew is None else (now - skew, _WITH_DATE_S)

    def _call(self, intent: Intent, images: Images, stopwatch: Stopwatch) -> Result | None:
        context = self._context

        def check() -> None:
            if not waiting.may_start(stopwatch, context.timing):
                raise VendorError("the call was not started in time", code=TOO_LATE)

        context.rate_limit.started()
        # Whatever comes out of the call, it may have been made: only a code that says it was not lets it be withdrawn.
        self._unused = None
        try:
            answer = self._send(images, check)
        except VendorError as error:
            return self._after_error(intent, error)
        finally:
            context.rate_limit.answered()
        return self._accepted(intent, answer, stopwatch)

    def _send(self, images: Images, check: Callable[[], None]) -> Acknowledged:
        desired = self._desired
        return Acknowledged(
            desired.sign_id, self._context.writer.modify(desired.sign_id, desired.fields, images, check)
        )

    def _accepted(self, intent: Intent, answer: Acknowledged, stopwatch: Stopwatch) -> Result:
        vendor_now, tolerance = self._vendor_time()
        row, certain = self._await_row(
            self._look, lambda live: is_sent(intent, live) or not must_show(intent.fields, intent.before)
        )
        own = Submitted(
            intent.fields, self._context.clock.now(), answer.request_id, intent.commit, shown=row if certain else None,
            before=intent.before, epoch=intent.epoch, run=intent.run, until=vendor_now + tolerance,
            by=intent.by, uncommitted=intent.uncommitted,
        )  # fmt: skip
        # An answer after the window may come after another run has taken the signature over.
        in_window = waiting.is_in_window(stopwatch, self._context.timing)
        result = Result(Outcome.ACCEPTED, answer.request_id, shown=row)
        self._journal.record(
            lambda state: transitions.accept(state, answer.sign_id, intent, own, in_window=in_window),
            results.ended(self._planned, result),
        )
        return result

    def _await_row(
        self, read: Callable[[], LiveSignature | None], shows: Callable[[LiveSignature], bool]
    ) -> tuple[LiveSignature | None, bool]:
        """Return the row as it is after a call, and whether it shows what the call did; a trailing row may not yet."""
        row = None
        for look in range(waiting.LOOKS):
            if look:
                self._context.clock.wait(waiting.BETWEEN_LOOKS_S)
            with suppress(VendorError):
                row = read() or row
            if row is not None and shows(row):
                return row, True
        return row, False

    def _after_error(self, intent: Intent, error: VendorError) -> Result | None:
        treatment = look_up(error.code).treatment
        if treatment is Treatment.RETRY:
            self._unused = intent
            self._not_made = results.from_error(Outcome.FAILED, error)
            if error.code != TOO_LATE:
                self._context.rate_limit.slow_down()
            return None
        if treatment is Treatment.SETTLE:
            return self._settle(intent, error)
        outcome = Outcome.REFUSED if treatment is Treatment.REFUSE else Outcome.FAILED
        result = results.from_error(outcome, error)
        self._withdraw(intent, results.ended(self._planned, result))
        return result

    def _settle(self, intent: Intent, error: VendorError) -> Result:
        """Find out by describing what became of a call without an answer."""
        limits, clock = self._context.timing, self._context.clock
        # From the end of the call, not its start: a machine that slept in between may have sent its bytes just now.
        end = clock.monotonic() + limits.late + limits.lag
        while True:
            over = clock.monotonic() >= end
            self._row, proven, refuted = None, None, False
            with suppress(VendorError):
                self._row = self._look()
                proven, refuted = self._proof(intent)
            if proven is not None:
                return self._proven(intent, proven, error)
            if over and refuted:
                result = results.from_error(Outcome.FAILED, error, shown=self._row)
                self._withdraw(intent, results.ended(self._planned, result))
                return result
            if over or self._context.stopped():
                break
            clock.wait(_SETTLE_EVERY_S)
        result = results.from_error(Outcome.UNSETTLED, error, shown=self._row)
        # A stop before the end leaves the intent live: the call may still act, so the next run has to wait for it.
        if over:
            self._journal.record(
                lambda state: transitions.leave_open(state, self._subject, intent), results.ended(self._planned, result)
            )
        return result

    def _proof(self, intent: Intent) -> tuple[Submitted | None, bool]:
        """Return what the account proves to have been sent, and whether it proves that nothing was."""
        row = self._row
        if row is None:
            return None, False
        sent = sent_submission(intent, row) if is_sent(intent, row) else None
        return sent, is_not_sent(intent, row, self._context.clock.now())

    def _proven(self, intent: Intent, own: Submitted, error: VendorError) -> Result:
        """Record what the row proves, if nobody else has touched the signature since."""
        result = Result(Outcome.ACCEPTED, error.request_id, shown=self._row)
        self._journal.store(
            lambda state: transitions.settle_sent(state, self._desired.sign_id, intent, own),
            results.ended(self._planned, result),
        )
        found = self._journal.state.entry(self._subject).submitted
        if found is not None and (found.epoch, found.run) == intent.identity:
            return result
        return results.from_error(Outcome.UNSETTLED, error, shown=self._row)

    def _withdraw(self, intent: Intent, note: str) -> None:
        self._journal.record(lambda state: transitions.withdraw(state, self._subject, intent), note)
