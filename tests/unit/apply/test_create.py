"""A signature is created once, whatever becomes of the call and of its answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.apply.create import CreateAttempt
from reconciler.contract.error_codes import TIMEOUT
from reconciler.errors import VendorError
from reconciler.model.plan import Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.model.signature import NEW, LiveSignature
from reconciler.model.state import Entry, Intent, IntentState, Submitted, no_row
from tests.fixtures.fake_run import EMPTY, RUN, Run
from tests.fixtures.turns import failing
from tests.fixtures.values import ACME, APPROVED, NOW, PENDING, REJECTED, RENAMED, desired, intent, row, submitted

WANTED = desired(ACME, "acme-otp", NEW)


def applied(run: Run) -> Result:
    plan = run.plan(WANTED)
    assert plan.signatures[0].verdict is Verdict.CREATE
    report: ApplyReport = run.execute(plan)
    return report.result(plan.signatures[0])


def lost(run: Run, code: str = "Client.Timeout", request_id: str | None = None) -> Callable[[], str]:
    def lose() -> str:
        run.vendor.create(ACME)
        return failing(code, request_id)()

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
    assert result.error is not None
    assert (result.error.code, len(run.vendor.calls)) == (code, 1)
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
    assert result.error is not None
    assert "7" in result.error.message


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


def test_all_that_a_later_run_needs_is_recorded_under_key_and_id() -> None:
    run = Run(row(APPROVED, sign_id=1, sign_name="Other"))
    run.vendor.skew = 5.0
    run.context = run.context._replace(by="somebody", uncommitted=True)
    seen: list[Entry] = []

    def look() -> str:
        seen.append(run.store.state.entry("acme-otp"))
        return str(run.vendor.create(ACME).sign_id)

    run.vendor.answers = [look]
    result = applied(run)
    shown = run.vendor.account[2]
    assert result == Result(Outcome.ACCEPTED, "request-1", shown=shown, sign_id=2)
    commit = run.context.commit
    assert seen == [Entry(1, None, (Intent(
        ACME, no_row(ACME), NOW, RUN, commit, 1, NOW - 5.0, 2.0, 26.0, by="somebody", uncommitted=True, known=(1,)
    ),))]  # fmt: skip
    own = Submitted(
        ACME, NOW, "request-1", commit, shown=shown, epoch=1, run=RUN, until=NOW - 3.0, by="somebody",
        uncommitted=True, sign_id=2,
    )  # fmt: skip
    assert run.store.state.entries == {"acme-otp": Entry(1, own), 2: Entry(1, own._replace(sign_id=None))}
    assert [note.splitlines()[0] for note in run.store.notes] == [
        "intend to create acme-otp", "accepted acme-otp (2) request request-1"
    ]  # fmt: skip


def show(run: Run) -> None:
    run.vendor.create(ACME)


def test_a_row_that_shows_a_little_later_is_recorded_all_the_same() -> None:
    run = Run()
    run.clock.at(0.3, lambda: show(run))
    run.vendor.answers = [lambda: "1000"]
    result = applied(run)
    assert result.shown == run.vendor.account[1000]
    assert run.clock.passed == pytest.approx(0.3)


@pytest.mark.parametrize(("failing_looks", "passed"), [(1, 0.3), (2, 0.6), (3, 0.6)])
def test_a_new_row_is_looked_for_three_times_whatever_a_look_meets(failing_looks: int, passed: float) -> None:
    run = Run()
    run.vendor.unreadable = [None, *([VendorError("", code=TIMEOUT)] * failing_looks)]
    planned = run.plan(WANTED).signatures[0]
    result = CreateAttempt(run.context, run.watch, run.journal(), planned).take()
    assert (result.outcome, result.shown is None) == (Outcome.ACCEPTED, failing_looks == 3)
    assert run.clock.passed == pytest.approx(passed)


def test_a_lost_answer_is_told_with_its_request_and_the_row_that_proves_it() -> None:
    run = Run()
    run.vendor.answers = [lost(run, request_id="request-9")]
    assert applied(run) == Result(Outcome.ACCEPTED, "request-9", shown=run.vendor.account[1000], sign_id=1000)
    assert run.store.notes[-1].startswith("accepted acme-otp (1000) request request-9\n")
    assert {subject for subject, entry in run.store.state.entries.items() if entry.submitted} == {"acme-otp", 1000}


def test_a_call_that_would_start_too_late_is_intended_anew() -> None:
    run = Run()
    plan = run.plan(WANTED)
    run.store.before_save = [lambda: run.clock.wait(5.5)]
    assert run.execute(plan).result(plan.signatures[0]).outcome is Outcome.ACCEPTED
    assert [note.split()[0] for note in run.store.notes] == ["intend", "intend", "accepted"]
    assert len(run.vendor.calls) == 1


def taken_first(run: Run, *doubts: Intent, forgotten: bool = False, status: int = PENDING) -> Result:
    """Return the result where another run created just this between plan and turn."""
    plan = run.plan(WANTED)
    made = run.vendor.create(ACME, status)
    at_once = submitted(ACME, ago=60.0, sign_id=made.sign_id, until=NOW, run="other", epoch=1)
    under_id = Entry(2, None if forgotten else at_once._replace(sign_id=None), doubts)
    run.store.put(EMPTY._replace(entries={"acme-otp": Entry(1, at_once), made.sign_id: under_id}))
    return run.execute(plan).result(plan.signatures[0])


def test_what_another_run_created_just_so_meanwhile_is_in_place() -> None:
    run = Run()
    result = taken_first(run)
    assert (result.in_place, result.outcome, run.vendor.calls) == (True, Outcome.NOT_ATTEMPTED, [])


def test_what_is_open_of_a_signature_that_was_created_meanwhile_is_settled_by_its_row() -> None:
    run = Run()
    before = LiveSignature(1000, False, 1, "Acme", "", int(NOW))
    assert taken_first(run, intent(RENAMED, before, run="other")).in_place


def test_a_signature_that_was_created_meanwhile_and_forgotten_is_told_as_its_site_has_it() -> None:
    run = Run()
    run.context = run.context._replace(site="china")
    result = taken_first(run, forgotten=True, status=REJECTED)
    assert result.error is not None
    assert "filing" in result.error.message


def test_a_call_of_another_key_that_was_waited_out_stands_in_nobodys_way() -> None:
    run = Run()
    plan = run.plan(WANTED)
    live = intent(ACME, no_row(ACME), ago=0.0, run="other", known=(), status=IntentState.LIVE)
    run.store.put(EMPTY._replace(entries={"other-key": Entry(2, None, (live,))}))
    assert run.execute(plan).result(plan.signatures[0]).outcome is Outcome.ACCEPTED
    assert run.vendor.calls[0][0] == 26.0 + run.context.timing.lag


@pytest.mark.parametrize(("creator", "waits"), [("other", True), (RUN, False)])
def test_what_another_run_created_under_another_key_must_show_in_the_list_first(creator: str, waits: bool) -> None:
    run = Run()
    plan = run.plan(WANTED)
    just_now = submitted(RENAMED, ago=0.0, run=creator, sign_id=7, epoch=1)
    run.store.put(EMPTY._replace(entries={"other-key": Entry(1, just_now)}))
    assert run.execute(plan).result(plan.signatures[0]).outcome is Outcome.ACCEPTED
    assert (run.vendor.calls[0][0] >= run.context.timing.lag) is waits


def test_what_the_list_proves_that_another_run_created_meanwhile_is_in_place() -> None:
    run = Run()
    plan = run.plan(WANTED)
    run.vendor.create(ACME)
    lost_answer = intent(ACME, no_row(ACME), ago=0.0, run="other", known=())
    run.store.put(EMPTY._replace(entries={"acme-otp": Entry(2, None, (lost_answer,))}))
    result = run.execute(plan).result(plan.signatures[0])
    assert (result.in_place, run.vendor.calls) == (True, [])
