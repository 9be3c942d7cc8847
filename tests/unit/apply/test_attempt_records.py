"""What a turn records and reports, whole: the intent, the submission, the result, and the lines of the history."""

from __future__ import annotations

import pytest

from reconciler.apply.attempt import Attempt
from reconciler.contract.error_codes import TIMEOUT, TOO_LATE, describe
from reconciler.errors import VendorError
from reconciler.model.report import Outcome, Result
from reconciler.model.signature import SignFields
from reconciler.model.state import Entry, Intent, IntentState, Submitted
from tests.fixtures.fake_run import EMPTY, RUN, Run
from tests.fixtures.turns import KNOWN, Turn, failing
from tests.fixtures.values import (
    HIDDEN_EDIT,
    NOW,
    REJECTED,
    RENAMED,
    SIGN_ID,
    desired,
    doubted,
    intent,
    known,
    row,
    submitted,
)

SHOWN = row(sign_name="Borealis")
COMMIT = "c0ffee00" * 5


def named(run: Run) -> Run:
    """Let the run be somebody's, with changes that no commit holds."""
    run.context = run.context._replace(by="somebody", uncommitted=True)
    return run


def intended(fields: SignFields = RENAMED, looked_at: float = NOW, tolerance: float = 300.0) -> Intent:
    return Intent(
        fields, row(), NOW, RUN, COMMIT, 1, looked_at, tolerance, window=26.0, by="somebody", uncommitted=True
    )


def error(code: str, request_id: str | None) -> VendorError:
    return VendorError("words of the vendor", code=code, request_id=request_id)


@pytest.mark.parametrize(("skew", "looked_at", "tolerance"), [(None, NOW, 300.0), (5.0, NOW - 5.0, 2.0)])
def test_intent_and_submission_hold_all_that_a_later_run_needs(
    skew: float | None, looked_at: float, tolerance: float
) -> None:
    run = named(Run(row()))
    run.vendor.skew = skew
    turn = Turn(run)
    seen: list[Entry] = []

    def look() -> str:
        seen.append(turn.entry)
        return run.vendor.take(SIGN_ID, RENAMED)

    run.vendor.answers = [look]
    assert turn.take() == Result(Outcome.ACCEPTED, "request-1", shown=SHOWN)
    assert seen == [Entry(1, None, (intended(looked_at=looked_at, tolerance=tolerance),))]
    assert turn.entry == Entry(1, Submitted(
        RENAMED, NOW, "request-1", COMMIT, shown=SHOWN, before=row(), epoch=1, run=RUN,
        until=looked_at + tolerance, by="somebody", uncommitted=True,
    ))  # fmt: skip
    assert run.store.state.saved_at == NOW


def test_the_history_names_signature_fields_outcome_and_where_it_came_from() -> None:
    turn = Turn(named(Run(row(), state=KNOWN)))
    turn.take()
    where = f"Applied-From: {COMMIT}, with changes that are not committed\nRun: {RUN}"
    assert turn.run.store.notes == [
        f"intend acme-otp (1110): sign_name\n\n{where}",
        f"accepted acme-otp (1110) request request-1\n\n{where}",
    ]


def test_the_next_intent_counts_on_from_the_one_before() -> None:
    turn = Turn(Run(row(), state=EMPTY._replace(entries={SIGN_ID: Entry(7)})))
    turn.take()
    assert turn.entry.epoch == 8
    assert turn.entry.submitted is not None
    assert turn.entry.submitted.epoch == 8


def test_an_acceptance_is_looked_for_three_times_a_third_of_a_second_apart() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.hidden = True
    result = turn.take()
    assert result == Result(Outcome.ACCEPTED, "request-1", shown=row())
    assert turn.run.vendor.looks == 4
    assert turn.run.clock.passed == pytest.approx(0.6)


def test_a_look_that_fails_keeps_what_the_one_before_it_showed() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.hidden = True
    turn.run.vendor.unreadable = [None, None, error(TIMEOUT, None), error(TIMEOUT, None)]
    assert turn.take().shown == row()


def test_a_call_whose_effect_need_not_show_is_recorded_with_the_first_row() -> None:
    turn = Turn(Run(row(), state=KNOWN), HIDDEN_EDIT)
    turn.take()
    assert turn.entry.submitted is not None
    assert turn.entry.submitted.shown == row()
    assert turn.run.clock.passed == 0.0


def test_an_answer_that_came_after_others_may_have_waited_it_out_does_not_undo_what_they_did() -> None:
    run = Run(row())
    turn = Turn(run)

    def late() -> str:
        run.clock.wait(30.0)
        theirs = submitted(HIDDEN_EDIT, ago=-30.0, epoch=2, run="other")
        run.store.put(run.store.state._replace(entries={SIGN_ID: Entry(2, theirs)}))
        return run.vendor.take(SIGN_ID, RENAMED)

    run.vendor.answers = [late]
    assert turn.take().outcome is Outcome.ACCEPTED
    assert [(made.status, made.epoch) for made in turn.entry.perhaps] == [(IntentState.LATE, 3)]


def test_an_answer_in_time_is_recorded_below_a_call_that_another_run_began_meanwhile() -> None:
    run = Run(row())
    turn = Turn(run)
    newer = intent(HIDDEN_EDIT, row(), run="other", epoch=7)

    def slow() -> str:
        run.clock.wait(26.0)
        entry = turn.entry
        run.store.put(
            run.store.state._replace(entries={SIGN_ID: entry._replace(epoch=7, perhaps=(*entry.perhaps, newer))})
        )
        return run.vendor.take(SIGN_ID, RENAMED)

    run.vendor.answers = [slow]
    turn.take()
    assert turn.entry.submitted is not None
    assert (turn.entry.submitted.run, turn.entry.perhaps) == (RUN, (newer,))


def test_an_acceptance_after_which_nobody_could_look_is_recorded_without_a_row() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.unreadable = [None, *([error(TIMEOUT, None)] * 3)]
    assert turn.take() == Result(Outcome.ACCEPTED, "request-1")
    assert turn.entry.submitted is not None
    assert turn.entry.submitted.shown is None


def test_a_call_that_always_started_too_late_says_so() -> None:
    result = Turn(Run(row(), slow=6.0)).take()
    assert result.error is not None
    assert result.error.code == TOO_LATE
    assert result.error.message.endswith("(the call was not started in time)")


def test_a_call_of_another_run_that_was_waited_out_is_settled_by_the_row_in_the_turn() -> None:
    run = Run(row())
    planned = run.plan(desired(RENAMED)).signatures[0]
    live = intent(RENAMED, row(), ago=0.0, run="other", status=IntentState.LIVE)
    run.store.put(EMPTY._replace(entries={SIGN_ID: doubted(live)}))
    result = Attempt(run.context, run.watch, run.journal(), planned).take()
    assert (result.outcome, len(run.vendor.calls)) == (Outcome.ACCEPTED, 1)
    assert run.vendor.calls[0][0] == 26.0 + run.context.timing.lag


def test_a_lagging_row_is_waited_for_before_the_turn() -> None:
    run = Run(row(), state=EMPTY._replace(entries={SIGN_ID: known(ago=1.0)}))
    turn = Turn(run)
    turn.take()
    assert run.vendor.calls[0][0] == run.context.timing.lag


def test_what_is_not_as_planned_is_looked_at_once_more_before_it_is_told() -> None:
    run = Run(row())
    turn = Turn(run)
    run.vendor.account[SIGN_ID] = row(REJECTED)
    result = turn.take()
    assert (result.outcome, result.shown, run.vendor.looks) == (Outcome.NOT_ATTEMPTED, row(REJECTED), 2)
    assert result.error is not None
    assert "rejected" in result.error.message


def test_a_verdict_that_changed_with_the_status_as_planned_is_not_sent() -> None:
    run = Run(row())
    turn = Turn(run)
    run.vendor.account[SIGN_ID] = SHOWN
    result = turn.take()
    assert (result.outcome, run.vendor.calls) == (Outcome.NOT_ATTEMPTED, [])
    assert result.error is not None
    assert "nothing visible differs" in result.error.message


def test_the_site_counts_in_the_turn_as_in_the_plan() -> None:
    run = Run(row(REJECTED))
    turn = Turn(run, RENAMED)
    run.context = run.context._replace(site="china")
    run.vendor.account[SIGN_ID] = row(REJECTED, sign_name="Borealis")
    result = turn.take()
    assert result.error is not None
    assert "filing" in result.error.message


def test_a_limit_that_was_met_five_times_is_told_as_the_vendor_said_it() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing("RequestLimitExceeded")] * 5
    limited = describe(error("RequestLimitExceeded", None))
    assert turn.take() == Result(Outcome.FAILED, "request-9", limited)
    assert turn.run.store.notes[-1].startswith("withdraw acme-otp (1110)\n")


@pytest.mark.parametrize("code", ["InvalidParameterValue.ImageInvalid", "FailedOperation.TemplateAlreadyPassedCheck"])
def test_what_the_vendor_refused_is_told_in_the_history_with_its_request(code: str) -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing(code)]
    result = turn.take()
    note = f"{result.outcome} acme-otp (1110) {code} request request-9\n"
    assert turn.run.store.notes[-1].startswith(note)


def test_a_stop_before_the_look_asks_the_vendor_nothing() -> None:
    turn = Turn(Run(row()))
    turn.run.stop_now()
    turn.take()
    assert turn.run.vendor.looks == 0
