"""A signature is created once, whatever becomes of the call and of its answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.model.plan import Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.model.signature import NEW
from reconciler.model.state import Entry, IntentState, no_row
from tests.fixtures.fake_run import EMPTY, Run
from tests.fixtures.turns import failing
from tests.fixtures.values import ACME, APPROVED, desired, intent, row

WANTED = desired(ACME, "acme-otp", NEW)


def applied(run: Run) -> Result:
    plan = run.plan(WANTED)
    assert plan.signatures[0].verdict is Verdict.CREATE
    report: ApplyReport = run.execute(plan)
    return report.result(plan.signatures[0])


def lost(run: Run, code: str = "Client.Timeout") -> Callable[[], str]:
    def lose() -> str:
        run.vendor.create(ACME)
        return failing(code, None)()

    return lose


def test_the_id_is_recorded_under_the_key_and_the_submission_under_the_id() -> None:
    run = Run(row(APPROVED, sign_id=1, sign_name="Other"))
    result = applied(run)
    assert (result.outcome, result.sign_id) == (Outcome.ACCEPTED, 2)
    own, submitted = run.store.state.entry("acme-otp").submitted, run.store.state.entry(2).submitted
    assert own is not None
    assert submitted is not None
    assert (own.sign_id, submitted.sign_id, submitted.fields) == (2, None, ACME)
    assert run.plan(WANTED).signatures[0].verdict is Verdict.WAITING


def test_an_answer_that_was_lost_is_found_in_the_list_and_nothing_is_added_again() -> None:
    run = Run()
    run.vendor.answers = [lost(run)]
    result = applied(run)
    assert (result.outcome, result.sign_id, len(run.vendor.calls)) == (Outcome.ACCEPTED, 1000, 1)
    assert run.store.state.entry("acme-otp").perhaps == ()


def test_a_call_that_certainly_made_nothing_is_told_as_failed_once_nothing_can_come_any_more() -> None:
    run = Run()
    run.vendor.answers = [failing("Client.Timeout", None)]
    assert (applied(run).outcome, len(run.vendor.calls)) == (Outcome.FAILED, 1)
    assert run.store.state.entry("acme-otp") == Entry(1)


def test_an_answer_without_an_id_is_settled_by_the_list() -> None:
    run = Run()
    run.vendor.answers = [lost(run, "Client.BadAnswer")]
    assert applied(run).sign_id == 1000


def test_a_list_that_cannot_be_read_leaves_a_lost_answer_open() -> None:
    run = Run()
    plan = run.plan(WANTED)

    def lose() -> str:
        run.vendor.create(ACME)
        run.vendor.lists = False
        return failing("Client.Timeout", None)()

    run.vendor.answers = [lose]
    report = run.execute(plan)
    assert report.result(plan.signatures[0]).outcome is Outcome.UNSETTLED
    assert len(run.store.state.entry("acme-otp").perhaps) == 1
    run.vendor.lists = True
    assert run.plan(WANTED).signatures[0].desired.sign_id == 1000


@pytest.mark.parametrize("code", ["InvalidParameterValue.SignExistAndUnapproved", "FailedOperation.SignNumberLimit"])
def test_what_the_vendor_refuses_is_sent_once_and_leaves_no_intent(code: str) -> None:
    run = Run()
    run.vendor.answers = [failing(code)]
    result = applied(run)
    assert result.trouble is not None
    assert (result.trouble.code, len(run.vendor.calls)) == (code, 1)
    assert run.store.state.entry("acme-otp").perhaps == ()


def test_a_limit_that_was_met_is_tried_again() -> None:
    run = Run()
    run.vendor.answers = [failing("RequestLimitExceeded")]
    assert (applied(run).outcome, len(run.vendor.calls)) == (Outcome.ACCEPTED, 2)


def test_a_name_that_somebody_took_since_the_plan_is_refused_without_a_write() -> None:
    run = Run()
    plan = run.plan(WANTED)
    run.vendor.account[7] = row(sign_id=7)
    result = run.execute(plan).result(plan.signatures[0])
    assert (result.outcome, run.vendor.calls) == (Outcome.REFUSED, [])
    assert result.trouble is not None
    assert "7" in result.trouble.message


def test_a_record_that_another_run_changed_is_looked_at_again_before_anything_is_added() -> None:
    run = Run()

    def another() -> None:
        run.vendor.create(ACME)
        made = intent(ACME, no_row(ACME), run="other", known=(), status=IntentState.LAPSED, ago=0.0)
        run.store.put(EMPTY._replace(entries={"other-key": Entry(2, None, (made,))}))

    run.store.before_save = [another]
    plan = run.plan(WANTED)
    result = run.execute(plan).result(plan.signatures[0])
    assert (result.outcome, run.vendor.calls) == (Outcome.REFUSED, [])
