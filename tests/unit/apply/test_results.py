from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.apply import results
from reconciler.contract.api import Status
from reconciler.contract.error_codes import CHANGED_SINCE_PLAN, EVIDENCE_CHANGED, RECORD, STOPPED, TIMEOUT
from reconciler.decision.rules import Rule
from reconciler.errors import ErrorInfo, Refusal, StateError, VendorError
from reconciler.model.plan import Change, Compared, Decision, Planned, Verdict
from reconciler.model.report import Outcome, Result
from reconciler.model.signature import NEW
from tests.fixtures.translated import is_said
from tests.fixtures.values import because, desired, planned, row


def test_the_history_tells_which_signature_and_which_fields() -> None:
    made = planned(live=row())
    changes = (Change("remark", "", "x"), Change("sign_name", "a", "b"))
    changed = made._replace(decision=made.decision._replace(changes=changes))
    assert results.intended(changed) == "intend acme-otp (1110): remark, sign_name"
    assert results.intended(made) == "intend acme-otp (1110): as defined"
    assert results.intended(planned(Verdict.CREATE, sign_id=NEW)) == "intend to create acme-otp"
    assert results.withdrawn(made) == "withdraw acme-otp (1110)"


def test_the_history_tells_the_outcome_with_code_and_request() -> None:
    made = planned(live=row())
    assert results.ended(made, Result(Outcome.ACCEPTED, "request-1")) == "accepted acme-otp (1110) request request-1"
    failed = Result(Outcome.FAILED, None, ErrorInfo("InternalError", "words", "what to do"))
    assert results.ended(made, failed) == "failed acme-otp (1110) InternalError"
    created = Result(Outcome.ACCEPTED, sign_id=1200)
    assert results.ended(planned(Verdict.CREATE, sign_id=NEW), created) == "accepted acme-otp (1200)"


@pytest.mark.parametrize(
    ("told", "code"),
    [(results.stopped, STOPPED), (results.crowded_out, RECORD)],
    ids=["stopped", "crowded out"],
)
def test_what_was_not_attempted_says_why_and_what_to_do(told: Callable[[], Result], code: str) -> None:
    result = told()
    assert result.error is not None
    assert (result.outcome, result.error.code) == (Outcome.NOT_ATTEMPTED, code)
    assert is_said(result.error.message)
    assert is_said(result.error.hint)


def test_an_account_that_cannot_be_described_is_told_with_the_vendors_request() -> None:
    result = results.unreachable(VendorError("no answer", code=TIMEOUT, request_id="request-9"))
    assert (result.outcome, result.request_id) == (Outcome.NOT_ATTEMPTED, "request-9")
    assert result.error is not None
    assert result.error.code == TIMEOUT
    assert "no answer" in result.error.message


def test_a_call_that_was_not_acknowledged_is_told_with_request_and_row() -> None:
    error = VendorError("no answer", code=TIMEOUT, request_id="request-9")
    result = results.from_error(Outcome.FAILED, error, row())
    assert (result.outcome, result.request_id, result.shown) == (Outcome.FAILED, "request-9", row())
    assert result.error is not None
    assert "no answer" in result.error.message


def test_an_image_that_changed_is_told_in_the_words_of_the_refusal() -> None:
    told = results.evidence_changed(Refusal("{image} is another one", hint="plan", image="a.png"))
    assert told == Result(Outcome.REFUSED, error=ErrorInfo(EVIDENCE_CHANGED, "a.png is another one", "plan"))
    without = results.evidence_changed(Refusal("another one")).error
    assert without is not None
    assert is_said(without.hint)


@pytest.mark.parametrize("error", [StateError("disk full", hint="make room"), Refusal("disk full", hint="make room")])
def test_a_record_that_cannot_be_kept_is_told_in_its_own_words(error: StateError | Refusal) -> None:
    assert results.record_error(error) == ErrorInfo(RECORD, "disk full", "make room")


def fresh(verdict: Verdict, compared: Compared = Compared.VISIBLE, hint: str = "") -> Planned:
    return Planned(desired(), row(), Decision(because(verdict, hint), Status.PENDING, compared=compared))


@pytest.mark.parametrize("verdict", [Verdict.WAITING, Verdict.IN_SYNC])
def test_just_what_is_wanted_is_in_place_only_where_every_field_is_known(verdict: Verdict) -> None:
    in_place = Result(Outcome.NOT_ATTEMPTED, shown=row(), in_place=True)
    assert results.changed_since(fresh(verdict, Compared.ALL)) == in_place
    assert not results.changed_since(fresh(verdict)).in_place
    assert not results.changed_since(fresh(Verdict.STUCK, Compared.ALL)).in_place


@pytest.mark.parametrize("verdict", Verdict)
def test_a_signature_that_is_not_as_planned_is_refused_where_nothing_may_be_sent(verdict: Verdict) -> None:
    result = results.changed_since(fresh(verdict))
    held_back = verdict in {Verdict.REFUSED, Verdict.BLOCKED, Verdict.IN_SYNC}
    assert result.outcome is (Outcome.REFUSED if held_back else Outcome.NOT_ATTEMPTED)
    assert result.shown == row()
    assert result.error is not None
    assert result.error.code == CHANGED_SINCE_PLAN
    assert result.error.message.endswith("because")
    assert is_said(result.error.message)
    assert is_said(result.error.hint)


def test_the_hint_of_the_fresh_decision_goes_before_the_one_to_plan_again() -> None:
    held = Planned(desired(), row(), Decision(Rule.NAME_HELD, Status.PENDING, {"status": "pending", "sign_id": 5}))
    result = results.changed_since(held)
    assert result.error is not None
    assert result.error.hint == held.hint


@pytest.mark.parametrize(
    ("outcome", "code", "ends"),
    [
        (Outcome.ACCEPTED, None, False),
        (Outcome.UNSETTLED, TIMEOUT, False),
        (Outcome.UNSETTLED, "AuthFailure.TokenFailure", False),
        (Outcome.NOT_ATTEMPTED, TIMEOUT, True),
        (Outcome.NOT_ATTEMPTED, STOPPED, True),
        (Outcome.NOT_ATTEMPTED, CHANGED_SINCE_PLAN, False),
        (Outcome.NOT_ATTEMPTED, RECORD, True),
        (Outcome.FAILED, TIMEOUT, False),
        (Outcome.FAILED, "AuthFailure.TokenFailure", True),
        (Outcome.REFUSED, EVIDENCE_CHANGED, False),
    ],
)
def test_a_run_ends_where_no_other_signature_can_fare_better(outcome: Outcome, code: str | None, ends: bool) -> None:
    found = None if code is None else ErrorInfo(code, "words", "")
    assert results.ends_run(Result(outcome, error=found)) is ends
