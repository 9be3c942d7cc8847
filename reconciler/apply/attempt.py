"""One signature's turn: look again, decide again, intend, call, record.

Only a fresh decision that is the planned one leads on to the call; everything else ends the turn without a write.
"""

from __future__ import annotations

from typing import Final

from reconciler.apply import audit, results
from reconciler.apply.aftermath import settled, shown_after
from reconciler.apply.call import Stopped, submit
from reconciler.apply.context import Context
from reconciler.apply.fence import await_turn
from reconciler.apply.ledger import Ledger
from reconciler.cloud.api import Images
from reconciler.contract.codes import look_up
from reconciler.contract.treatment import Treatment
from reconciler.decision.moment import Moment
from reconciler.decision.record import accept_own, forget_own, intend
from reconciler.decision.table import decide
from reconciler.errors import Refusal, StateConflict, StateError, VendorError
from reconciler.model.live import Row
from reconciler.model.plan import Decision, IntentFate, Planned, Verdict
from reconciler.model.report import Outcome, Result
from reconciler.model.state import Intent, Submitted

_TURNS: Final = 5


def attempt(context: Context, ledger: Ledger, planned: Planned) -> Result:
    """Take one signature's turn and return its result.

    Raises StateError where the record cannot be kept: nothing is sent that could not be recorded before.
    """
    for _ in range(_TURNS):
        try:
            return _turn(context, ledger, planned)
        except StateConflict:
            ledger.start_over(await_turn(context))
    return results.crowded_out()


def _turn(context: Context, ledger: Ledger, planned: Planned) -> Result:
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


def _decide_again(context: Context, ledger: Ledger, planned: Planned, row: Row | None) -> Decision:
    desired = planned.desired
    moment = Moment(context.clock.now(), settle_after=0.0)
    resubmit = desired.key in context.choice.resubmit
    return decide(desired.fields, row, ledger.state.entry(desired.sign_id), moment, resubmit=resubmit)


def _write(context: Context, ledger: Ledger, planned: Planned, row: Row, images: Images) -> Result:
    desired = planned.desired
    intent = Intent(desired.fields, row, context.clock.now(), context.run, context.commit)
    stored = ledger.intend(lambda state: intend(state, desired.sign_id, intent), audit.intended(planned))
    try:
        request_id = submit(context, ledger, desired, images, stored)
    except Stopped:
        return _not_sent(context, ledger, planned, results.stopped())
    except StateError:
        ledger.later(lambda state: forget_own(state, desired.sign_id, context.run), audit.withdrawn(planned))
        raise
    except VendorError as error:
        return _after_error(context, ledger, planned, intent, error)
    shown, certain = shown_after(context, desired, row)
    own = Submitted(
        desired.fields, context.clock.now(), request_id, context.commit, shown=shown if certain else None, before=row
    )
    return _record(context, ledger, planned, own, Result(Outcome.ACCEPTED, request_id, shown=shown))


def _after_error(context: Context, ledger: Ledger, planned: Planned, intent: Intent, error: VendorError) -> Result:
    """Treat a call that was not acknowledged as the table of codes says."""
    match look_up(error.code).treatment:
        case Treatment.SETTLE:
            return _settle(context, ledger, planned, intent, error)
        case Treatment.REFUSE:
            return _not_sent(context, ledger, planned, results.from_error(Outcome.REFUSED, error))
        case _:
            return _not_sent(context, ledger, planned, results.from_error(Outcome.FAILED, error))


def _settle(context: Context, ledger: Ledger, planned: Planned, intent: Intent, error: VendorError) -> Result:
    """Find out what became of a call without an answer; where nothing tells, its intent stays open."""
    fate, row = settled(context, planned.desired, intent)
    if fate is IntentFate.PROVEN:
        now = context.clock.now()
        own = Submitted(planned.desired.fields, now, error.request_id, context.commit, shown=row, before=intent.before)
        return _record(context, ledger, planned, own, Result(Outcome.ACCEPTED, error.request_id, shown=row))
    if fate is IntentFate.DROPPED:
        return _not_sent(context, ledger, planned, results.from_error(Outcome.FAILED, error, shown=row))
    if context.stopped():
        ledger.keep()
    return results.from_error(Outcome.UNSETTLED, error, shown=row)


def _record(context: Context, ledger: Ledger, planned: Planned, own: Submitted, result: Result) -> Result:
    sign_id = planned.desired.sign_id
    ledger.record(lambda state: accept_own(state, sign_id, own, context.run), audit.ended(planned, result))
    return result


def _not_sent(context: Context, ledger: Ledger, planned: Planned, result: Result) -> Result:
    sign_id = planned.desired.sign_id
    ledger.record(lambda state: forget_own(state, sign_id, context.run), audit.ended(planned, result))
    return result
