"""A call without an answer: what it is told and recorded as, whole, by what the account shows of it."""

from __future__ import annotations

import pytest

from reconciler.contract.error_codes import TIMEOUT, describe
from reconciler.errors import VendorError
from reconciler.model.report import Outcome, Result
from reconciler.model.state import Entry, IntentState, Submitted
from tests.fixtures.fake_run import RUN, Run
from tests.fixtures.turns import KNOWN, Turn, failing, taken_but
from tests.fixtures.values import (
    HIDDEN_EDIT,
    NOW,
    RENAMED,
    SIGN_ID,
    doubted,
    intent,
    row,
    submitted,
)

SHOWN = row(sign_name="Borealis")
COMMIT = "c0ffee00" * 5


def named(run: Run) -> Run:
    """Let the run be somebody's, with changes that no commit holds."""
    run.context = run.context._replace(by="somebody", uncommitted=True)
    return run


def error(code: str, request_id: str | None) -> VendorError:
    return VendorError("words of the vendor", code=code, request_id=request_id)


def test_an_uncertain_call_that_arrived_is_recorded_as_the_row_proves_it() -> None:
    run = named(Run(row()))
    run.vendor.skew = 5.0
    turn = Turn(run)
    run.vendor.answers = [lambda: run.vendor.take(SIGN_ID, RENAMED) and failing(TIMEOUT)()]
    assert turn.take() == Result(Outcome.ACCEPTED, "request-9", shown=SHOWN)
    assert turn.entry == Entry(1, Submitted(
        RENAMED, NOW, None, COMMIT, shown=SHOWN, before=row(), epoch=1, run=RUN, until=NOW - 5.0 + 26.0 + 2.0,
        by="somebody", uncommitted=True,
    ))  # fmt: skip
    assert run.store.notes[-1].startswith("accepted acme-otp (1110) request request-9\n")


def test_an_uncertain_call_that_never_shows_is_looked_after_once_a_second_until_it_cannot_show() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing(TIMEOUT)]
    timeout = describe(error(TIMEOUT, None))
    assert turn.take() == Result(Outcome.FAILED, "request-9", timeout, row())
    limits = turn.run.context.timing
    assert turn.run.clock.passed == limits.late + limits.lag
    assert turn.run.vendor.looks == 2 + limits.late + limits.lag
    assert turn.run.store.notes[-1].startswith(f"failed acme-otp (1110) {TIMEOUT} request request-9\n")


def test_an_uncertain_call_that_stays_open_is_told_with_the_row_and_in_the_history() -> None:
    turn = Turn(Run(row(), state=KNOWN), HIDDEN_EDIT)
    turn.run.vendor.answers = [failing(TIMEOUT)]
    timeout = describe(error(TIMEOUT, None))
    assert turn.take() == Result(Outcome.UNSETTLED, "request-9", timeout, row())
    assert turn.run.store.notes[-1].startswith(f"unsettled acme-otp (1110) {TIMEOUT} request request-9\n")
    assert turn.run.clock.passed == turn.run.context.timing.late + turn.run.context.timing.lag


def test_a_row_that_cannot_be_read_at_the_end_tells_nothing() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing(TIMEOUT)]
    turn.run.vendor.unreadable = [None, *([None] * 15), error(TIMEOUT, None)]
    result = turn.take()
    assert (result.outcome, result.shown) == (Outcome.UNSETTLED, None)


def test_a_row_that_is_gone_proves_neither() -> None:
    run = Run(row())
    turn = Turn(run)

    def gone() -> str:
        run.vendor.account.clear()
        return failing(TIMEOUT)()

    run.vendor.answers = [gone]
    assert turn.take().outcome is Outcome.UNSETTLED
    assert [(made.run, made.status) for made in turn.entry.perhaps] == [(RUN, IntentState.LAPSED)]


def test_a_row_that_may_show_anothers_call_does_not_prove_this_one() -> None:
    run = Run(row())
    turn = Turn(run)
    newer = doubted(intent(RENAMED, row(), run="other", epoch=7))

    def lost() -> str:
        run.store.put(run.store.state._replace(entries={SIGN_ID: newer}))
        return taken_but(run, TIMEOUT)()

    run.vendor.answers = [lost]
    result = turn.take()
    assert result == Result(Outcome.UNSETTLED, None, describe(error(TIMEOUT, None)), SHOWN)
    assert [(made.run, made.status) for made in turn.entry.perhaps] == [
        ("other", IntentState.LAPSED), (RUN, IntentState.LATE)
    ]  # fmt: skip


@pytest.mark.parametrize("own", [{"run": "other"}, {"epoch": 9}], ids=["another run's", "another one's"])
def test_a_submission_that_another_run_recorded_meanwhile_is_not_taken_for_this_one(own: dict[str, object]) -> None:
    run = Run(row())
    turn = Turn(run)
    theirs = submitted(RENAMED, epoch=1, run=RUN)._replace(**own)  # type: ignore[arg-type]  # by name

    def lost() -> str:
        run.store.put(run.store.state._replace(entries={SIGN_ID: Entry(9, theirs)}))
        return taken_but(run, TIMEOUT)()

    run.vendor.answers = [lost]
    assert turn.take().outcome is Outcome.UNSETTLED


def test_a_call_that_ends_in_a_mistake_of_the_program_is_not_taken_for_one_that_was_not_made() -> None:
    turn = Turn(Run(row()))

    def mistaken() -> str:
        turn.run.vendor.take(SIGN_ID, RENAMED)
        raise AssertionError("a mistake")

    turn.run.vendor.answers = [mistaken]
    with pytest.raises(AssertionError, match="a mistake"):
        turn.take()
    assert [each.is_live for each in turn.entry.perhaps] == [True]
