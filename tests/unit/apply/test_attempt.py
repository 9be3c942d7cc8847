from __future__ import annotations

import pytest

from reconciler.contract.error_codes import CHANGED_SINCE_PLAN, EVIDENCE_CHANGED, TIMEOUT
from reconciler.errors import Refusal, VendorError
from reconciler.model.report import Outcome, Result
from reconciler.model.signature import LiveSignature
from reconciler.model.state import Entry
from tests.fixtures.fake_run import EMPTY, Run
from tests.fixtures.turns import KNOWN, Turn
from tests.fixtures.values import (
    ACME,
    APPROVED,
    NOT_EFFECTIVE,
    REJECTED,
    RENAMED,
    SIGN_ID,
    UNDOCUMENTED,
    row,
    submitted,
)


def test_an_accepted_submission_is_recorded_with_its_request_and_the_rows_around_it() -> None:
    turn = Turn(Run(row(REJECTED)))
    result = turn.take()
    shown = row(sign_name="Borealis")
    assert result == Result(Outcome.ACCEPTED, "request-1", shown=shown)
    own = turn.entry.submitted
    assert own is not None
    assert (own.fields, own.request_id, own.commit) == (RENAMED, "request-1", turn.run.context.commit)
    assert (own.before, own.shown) == (row(REJECTED), shown)
    assert (turn.entry.perhaps, turn.exit) == ((), 0)


@pytest.mark.parametrize("code", [APPROVED, NOT_EFFECTIVE])
def test_an_approval_between_plan_and_call_is_a_refusal_without_a_write(code: int) -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.account[SIGN_ID] = row(code)
    result = turn.take()
    assert result.outcome is Outcome.REFUSED
    assert result.error is not None
    assert result.error.code == CHANGED_SINCE_PLAN
    assert (turn.exit, turn.run.vendor.calls, turn.run.store.notes) == (6, [], [])


@pytest.mark.parametrize(
    ("now", "outcome", "code"),
    [
        (row(REJECTED), Outcome.NOT_ATTEMPTED, 7),
        (row(UNDOCUMENTED), Outcome.REFUSED, 6),
        (row(international=True), Outcome.REFUSED, 6),
        (row(sign_id=1), Outcome.REFUSED, 6),
    ],
    ids=["rejected meanwhile", "unknown code", "other series", "gone"],
)
def test_a_row_that_is_not_as_planned_ends_the_turn_without_a_write(
    now: LiveSignature, outcome: Outcome, code: int
) -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.account = {now.sign_id: now}
    assert turn.take().outcome is outcome
    assert (turn.exit, turn.run.vendor.calls) == (code, [])


def test_what_another_run_submitted_just_so_meanwhile_is_in_place() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.account[SIGN_ID] = row(sign_name="Borealis")
    own = submitted(RENAMED, ago=1.0, epoch=1, run="other-run")
    turn.run.store.put(EMPTY._replace(entries={SIGN_ID: Entry(1, own)}))
    turn.journal.start_over(turn.run.store.load())
    result = turn.take()
    assert (result.outcome, result.in_place, turn.exit) == (Outcome.NOT_ATTEMPTED, True, 0)
    assert turn.run.vendor.calls == []


def test_an_image_that_changed_since_the_plan_is_refused() -> None:
    turn = Turn(Run(row()))

    def changed(_: object) -> None:
        raise Refusal("evidence/license.png is not the planned one")

    turn.run.images = changed  # type: ignore[assignment]  # it answers with an error
    result = turn.take()
    assert result.error is not None
    assert (result.outcome, result.error.code) == (Outcome.REFUSED, EVIDENCE_CHANGED)
    assert (turn.exit, turn.run.vendor.calls, turn.run.store.notes) == (6, [], [])


def test_a_signature_that_cannot_be_looked_at_is_not_written() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.unreadable = [VendorError("", code=TIMEOUT)]
    result = turn.take()
    assert result.error is not None
    assert (result.outcome, result.error.code, turn.exit) == (Outcome.NOT_ATTEMPTED, TIMEOUT, 7)
    assert turn.run.vendor.calls == []


def test_an_acceptance_that_does_not_show_yet_is_recorded_without_a_row() -> None:
    run = Run(row())
    turn = Turn(run)
    run.vendor.hidden = True
    assert turn.take().outcome is Outcome.ACCEPTED
    assert turn.entry.submitted is not None
    assert turn.entry.submitted.shown is None
    assert turn.entry.submitted.before == row()


def test_an_acceptance_that_shows_a_little_later_is_recorded_with_its_row() -> None:
    run = Run(row())
    turn = Turn(run)
    run.vendor.hidden = True

    def show() -> None:
        run.vendor.hidden = False
        run.vendor.take(SIGN_ID, RENAMED)

    run.clock.at(0.5, show)
    turn.take()
    assert turn.entry.submitted is not None
    assert turn.entry.submitted.shown == row(sign_name="Borealis")


def test_a_resubmission_that_was_asked_for_is_sent_although_nothing_differs() -> None:
    turn = Turn(Run(row(), state=KNOWN, resubmit=["acme-otp"]), ACME)
    assert turn.take().outcome is Outcome.ACCEPTED
