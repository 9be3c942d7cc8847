"""How a turn ended: the results with their words, and the line of each step in the record's history."""

from __future__ import annotations

from typing import Final

from reconciler.contract.error_codes import (
    CHANGED_SINCE_PLAN,
    EVIDENCE_CHANGED,
    RECORD,
    STOPPED,
    Treatment,
    describe,
    look_up,
)
from reconciler.errors import ErrorInfo, Refusal, StateError, VendorError, said
from reconciler.model.plan import Compared, Decision, Planned, Verdict
from reconciler.model.report import Outcome, Result
from reconciler.model.signature import LiveSignature


def intended(planned: Planned) -> str:
    """Return the line for an intent: which signature, and which fields differ."""
    fields = ", ".join(change.field for change in planned.decision.changes) or "as defined"
    if planned.verdict is Verdict.CREATE:
        return f"intend to create {planned.desired.key}"
    return f"intend {planned.desired.key} ({planned.desired.id_text}): {fields}"


def withdrawn(planned: Planned) -> str:
    """Return the line for an intent whose call was not made, since the intent could not be stored or renewed."""
    return f"withdraw {planned.desired.key} ({planned.desired.id_text})"


def ended(planned: Planned, result: Result) -> str:
    """Return the line for an outcome, with the request id that the vendor's support asks for."""
    code = f" {result.error.code}" if result.error else ""
    request = f" request {result.request_id}" if result.request_id else ""
    return f"{result.outcome} {planned.desired.key} ({result.sign_id or planned.desired.id_text}){code}{request}"


# The results of a turn that did not end in an accepted submission, each with its words.


_PLAN_AGAIN: Final = "run `reconciler plan` and look at it again"


def from_error(outcome: Outcome, error: VendorError, shown: LiveSignature | None = None) -> Result:
    """Return the result for a call that the vendor or the way to it did not acknowledge."""
    return Result(outcome, error.request_id, describe(error), shown)


def unreachable(error: VendorError) -> Result:
    """Return the result where the signature could not be described, so that nothing was sent."""
    return Result(Outcome.NOT_ATTEMPTED, error.request_id, describe(error))


def evidence_changed(error: Refusal) -> Result:
    """Return the result where an image is not the one that was planned with."""
    return Result(Outcome.REFUSED, error=ErrorInfo(EVIDENCE_CHANGED, error.message, error.hint or said(_PLAN_AGAIN)))


def changed_since(fresh: Planned) -> Result:
    """Return the result where the fresh decision is not the planned one."""
    decision, row = fresh.decision, fresh.live
    if _in_place(decision):
        return Result(Outcome.NOT_ATTEMPTED, shown=row, in_place=True)
    held_back = decision.verdict in {Verdict.REFUSED, Verdict.BLOCKED, Verdict.IN_SYNC}
    message = said("since the plan: {reason}", reason=decision.reason)
    changed = ErrorInfo(CHANGED_SINCE_PLAN, message, fresh.hint or said(_PLAN_AGAIN))
    return Result(Outcome.REFUSED if held_back else Outcome.NOT_ATTEMPTED, error=changed, shown=row)


def _in_place(decision: Decision) -> bool:
    """Return whether just what is wanted was submitted meanwhile, as far as the record knows every field of it."""
    settled = decision.verdict in {Verdict.WAITING, Verdict.IN_SYNC}
    return settled and decision.compared is Compared.ALL


def stopped() -> Result:
    """Return the result where the person asked to stop before the call was made."""
    return Result(
        Outcome.NOT_ATTEMPTED, error=ErrorInfo(STOPPED, said("the run was stopped before"), said("run apply again"))
    )


def crowded_out() -> Result:
    """Return the result where other runs always were first to write the record."""
    return Result(
        Outcome.NOT_ATTEMPTED,
        error=ErrorInfo(RECORD, said("other runs keep writing the record"), said("run again later")),
    )


def record_error(error: StateError | Refusal) -> ErrorInfo:
    """Return how a run ended whose record could not be kept."""
    return ErrorInfo(RECORD, error.message, error.hint)


def ends_run(result: Result) -> bool:
    """Return whether no other signature can fare better: the account cannot be used or reached."""
    if result.error is None or result.outcome is Outcome.UNSETTLED:
        return False
    unreached = result.outcome is Outcome.NOT_ATTEMPTED and result.error.code not in {CHANGED_SINCE_PLAN, RECORD}
    return unreached or look_up(result.error.code).treatment is Treatment.STOP
