"""What the vendor shows after a call: whether it took effect, and what to remember of it."""

from __future__ import annotations

from typing import Final

from reconciler.apply import results
from reconciler.apply.context import ApplyContext
from reconciler.apply.journal import Journal, Stored, await_lease
from reconciler.contract.error_codes import Treatment, look_up
from reconciler.decision.compare import DecisionTime
from reconciler.decision.intents import intent_status, shows, would_show
from reconciler.decision.table import decide
from reconciler.decision.transitions import accept_own, forget_own, intend
from reconciler.errors import Refusal, StateConflict, StateError, VendorError
from reconciler.model.plan import Decision, IntentStatus, Planned, Verdict
from reconciler.model.report import Outcome, Result
from reconciler.model.signature import LiveSignature, Signature
from reconciler.model.state import Intent, Submitted
from reconciler.tencent.api import Images

_LOOKS: Final = 3


_BETWEEN_LOOKS_S: Final = 0.3


_SETTLE_EVERY_S: Final = 1.0


def shown_after(context: ApplyContext, desired: Signature, before: LiveSignature) -> tuple[LiveSignature | None, bool]:
    """Return the row after an accepted call, and whether it shows the submission already.

    Whether describes lag behind writes is not documented, so a row that does not show it yet is looked at again.
    """
    row = None
    for look in range(_LOOKS):
        if look:
            context.clock.wait(_BETWEEN_LOOKS_S)
        row = _look(context, desired) or row
        if row is not None and (not would_show(desired.fields, before) or _shows(desired, before, row)):
            return row, True
    return row, False


def _shows(desired: Signature, before: LiveSignature, row: LiveSignature) -> bool:
    """Tell whether anything moved: after an accepted call, that is the submission in the form the vendor gave it."""
    return shows(desired.fields, before, row) or row.sign_name != before.sign_name


def settled(context: ApplyContext, desired: Signature, intent: Intent) -> tuple[IntentStatus, LiveSignature | None]:
    """Find out by describing what became of a call without an answer.

    It may prove at once that the call arrived; that it did not arrive is only believed after the time in which it could
    still be on its way.
    """
    end = context.clock.monotonic() + context.pacing.settle_after
    while True:
        over = context.clock.monotonic() >= end
        row = _look(context, desired)
        fate = _fate(context, intent, row, over=over)
        if fate is not IntentStatus.OPEN or over or context.stopped() or not would_show(intent.fields, intent.before):
            return fate, row
        context.clock.wait(_SETTLE_EVERY_S)


def _fate(context: ApplyContext, intent: Intent, row: LiveSignature | None, *, over: bool) -> IntentStatus:
    if row is None:
        return IntentStatus.OPEN
    now = context.clock.now()
    return intent_status(intent, row, DecisionTime(now, settle_after=0.0 if over else float("inf")))


def _look(context: ApplyContext, desired: Signature) -> LiveSignature | None:
    try:
        return context.reader.row(desired.sign_id, international=desired.fields.international)
    except VendorError:
        return None


# One write, made at its time and repeated only where it certainly did not happen.


FRESH_S: Final = 5.0
"""A call starts at most this long after its intent was known to be durable; later, it is renewed first."""


_RENEWALS: Final = 5


_PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0)


class StoppedBeforeCall(Exception):  # named for what happened
    """The person asked to stop before the call was made."""


def submit(context: ApplyContext, ledger: Journal, desired: Signature, images: Images, stored: Stored) -> str | None:
    """Make the call and return its request id.

    Raises VendorError where it was not acknowledged, Stopped where it was not made because the person asked to stop,
    StateError where it was not made because its intent could not be renewed: StateConflict if another run took over.
    """
    for pause in _PAUSES_S:
        try:
            return _once(context, ledger, desired, images, stored)
        except VendorError as error:
            if look_up(error.code).treatment is not Treatment.RETRY:
                raise
            context.pace.slow_down()
            context.clock.wait(pause)
    return _once(context, ledger, desired, images, stored)


def _once(context: ApplyContext, ledger: Journal, desired: Signature, images: Images, stored: Stored) -> str | None:
    context.pace.wait()
    if context.stopped():
        raise StoppedBeforeCall
    _renewed(context, ledger, stored)
    context.pace.started()
    try:
        return context.writer.modify(desired.sign_id, desired.fields, images)
    finally:
        context.pace.answered()


def _renewed(context: ApplyContext, ledger: Journal, stored: Stored) -> None:
    """Renew the intent until it is fresh: nobody can have given this run up before a call that starts now has ended."""
    for _ in range(_RENEWALS):
        if _is_fresh(context, stored):
            return
        stored = ledger.renew()
    raise StateError(
        "the record takes longer to store than a run may be silent",
        hint="raise --request-timeout for a slow remote",
    )


def _is_fresh(context: ApplyContext, stored: Stored) -> bool:
    """Tell whether others, who wait for twice the request timeout, still wait while a call of that length runs."""
    now = context.clock.monotonic()
    return now - stored.known <= FRESH_S and now - stored.begun <= context.pacing.request_timeout


# One signature's turn: look again, decide again, intend, call, record.
#
# Only a fresh decision that is the planned one leads on to the call; everything else ends the turn without a write.


_TURNS: Final = 5


def attempt(context: ApplyContext, ledger: Journal, planned: Planned) -> Result:
    """Take one signature's turn and return its result.

    Raises StateError where the record cannot be kept: nothing is sent that could not be recorded before.
    """
    for _ in range(_TURNS):
        try:
            return _turn(context, ledger, planned)
        except StateConflict:
            ledger.start_over(await_lease(context))
    return results.crowded_out()


def _turn(context: ApplyContext, ledger: Journal, planned: Planned) -> Result:
    desired = planned.desired
    try:
        row = context.reader.row(desired.sign_id, international=desired.fields.international)
        images = context.load_images(desired)
    except VendorError as error:
        return results.unreachable(error)
    except Refusal as error:
        return results.evidence_changed(error)
    decision = _decide_again(context, ledger, planned, row)
    if row is None or decision.verdict is not Verdict.MODIFY or decision.status is not planned.decision.status:
        return results.changed_since(Planned(desired, row, decision))
    return _write(context, ledger, planned, row, images)


def _decide_again(context: ApplyContext, ledger: Journal, planned: Planned, row: LiveSignature | None) -> Decision:
    desired = planned.desired
    moment = DecisionTime(context.clock.now(), settle_after=0.0)
    resubmit = desired.key in context.choice.resubmit
    return decide(desired.fields, row, ledger.state.entry(desired.sign_id), moment, resubmit=resubmit)


def _write(context: ApplyContext, ledger: Journal, planned: Planned, row: LiveSignature, images: Images) -> Result:
    desired = planned.desired
    intent = Intent(desired.fields, row, context.clock.now(), context.run, context.commit)
    stored = ledger.intend(lambda state: intend(state, desired.sign_id, intent), results.intended(planned))
    try:
        request_id = submit(context, ledger, desired, images, stored)
    except StoppedBeforeCall:
        return _not_sent(context, ledger, planned, results.stopped())
    except StateError:
        ledger.later(lambda state: forget_own(state, desired.sign_id, context.run), results.withdrawn(planned))
        raise
    except VendorError as error:
        return _after_error(context, ledger, planned, intent, error)
    shown, certain = shown_after(context, desired, row)
    own = Submitted(
        desired.fields, context.clock.now(), request_id, context.commit, shown=shown if certain else None, before=row
    )
    return _record(context, ledger, planned, own, Result(Outcome.ACCEPTED, request_id, shown=shown))


def _after_error(
    context: ApplyContext, ledger: Journal, planned: Planned, intent: Intent, error: VendorError
) -> Result:
    """Treat a call that was not acknowledged as the table of codes says."""
    match look_up(error.code).treatment:
        case Treatment.SETTLE:
            return _settle(context, ledger, planned, intent, error)
        case Treatment.REFUSE:
            return _not_sent(context, ledger, planned, results.from_error(Outcome.REFUSED, error))
        case _:
            return _not_sent(context, ledger, planned, results.from_error(Outcome.FAILED, error))


def _settle(context: ApplyContext, ledger: Journal, planned: Planned, intent: Intent, error: VendorError) -> Result:
    """Find out what became of a call without an answer; where nothing tells, its intent stays open."""
    fate, row = settled(context, planned.desired, intent)
    if fate is IntentStatus.PROVEN:
        now = context.clock.now()
        own = Submitted(planned.desired.fields, now, error.request_id, context.commit, shown=row, before=intent.before)
        return _record(context, ledger, planned, own, Result(Outcome.ACCEPTED, error.request_id, shown=row))
    if fate is IntentStatus.DROPPED:
        return _not_sent(context, ledger, planned, results.from_error(Outcome.FAILED, error, shown=row))
    if context.stopped():
        ledger.keep()
    return results.from_error(Outcome.UNSETTLED, error, shown=row)


def _record(context: ApplyContext, ledger: Journal, planned: Planned, own: Submitted, result: Result) -> Result:
    sign_id = planned.desired.sign_id
    ledger.record(lambda state: accept_own(state, sign_id, own, context.run), results.ended(planned, result))
    return result


def _not_sent(context: ApplyContext, ledger: Journal, planned: Planned, result: Result) -> Result:
    sign_id = planned.desired.sign_id
    ledger.record(lambda state: forget_own(state, sign_id, context.run), results.ended(planned, result))
    return result
