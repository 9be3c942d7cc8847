"""What becomes of a write that was not acknowledged, for each code of the table."""

from __future__ import annotations

from itertools import pairwise

import pytest

from reconciler.contract.error_codes import CODES, TIMEOUT, TOO_LATE, Treatment
from reconciler.errors import VendorError
from reconciler.model.report import Outcome
from reconciler.model.state import Entry, IntentState
from tests.fixtures.fake_run import RUN, Run
from tests.fixtures.turns import KNOWN, Turn, arrive, failing, taken_but
from tests.fixtures.values import (
    HIDDEN_EDIT,
    RENAMED,
    known,
    row,
)

NOT_TAKEN = [row.code for row in CODES.values() if row.treatment in {Treatment.FAIL, Treatment.STOP, Treatment.REFUSE}]


@pytest.mark.parametrize("code", NOT_TAKEN)
def test_a_code_that_says_no_is_sent_once_and_leaves_no_intent(code: str) -> None:
    turn = Turn(Run(row(), state=KNOWN))
    turn.run.vendor.answers = [failing(code)]
    result = turn.take()
    refused = CODES[code].treatment is Treatment.REFUSE
    assert result.outcome is (Outcome.REFUSED if refused else Outcome.FAILED)
    assert result.request_id == "request-9"
    assert result.error is not None
    assert result.error.code == code
    assert "words of the vendor" in result.error.message
    assert turn.exit == (6 if refused else 7)
    assert (len(turn.run.vendor.calls), turn.entry) == (1, known()._replace(epoch=2))


RETRIED = [row.code for row in CODES.values() if row.treatment is Treatment.RETRY and row.code != TOO_LATE]


@pytest.mark.parametrize("code", RETRIED)
def test_what_certainly_did_not_happen_is_tried_again_slower_each_time(code: str) -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing(code), failing(code), failing(code)]
    assert turn.take().outcome is Outcome.ACCEPTED
    starts = [at for at, _, _ in turn.run.vendor.calls]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert len(gaps) == 3
    assert gaps == sorted(gaps)
    assert gaps[0] >= 1.5
    assert gaps[2] >= 3.5


def test_a_retry_ends_after_five_calls_as_a_failure_without_an_intent() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing("RequestLimitExceeded")] * 9
    result = turn.take()
    assert result.error is not None
    assert (result.outcome, result.error.code) == (Outcome.FAILED, "RequestLimitExceeded")
    assert (len(turn.run.vendor.calls), turn.entry.perhaps, turn.exit) == (5, (), 7)


UNCERTAIN = [row.code for row in CODES.values() if row.treatment is Treatment.SETTLE]


@pytest.mark.parametrize("code", UNCERTAIN)
def test_an_uncertain_call_that_arrived_counts_as_accepted_and_is_not_repeated(code: str) -> None:
    run = Run(row())
    turn = Turn(run)
    run.vendor.answers = [taken_but(run, code)]
    assert turn.take().outcome is Outcome.ACCEPTED
    assert turn.entry.submitted is not None
    assert (turn.entry.perhaps, turn.entry.submitted.fields) == ((), RENAMED)
    assert (len(run.vendor.calls), turn.exit) == (1, 0)


@pytest.mark.parametrize("code", UNCERTAIN)
def test_an_uncertain_call_that_never_shows_failed_once_it_cannot_be_under_way(code: str) -> None:
    turn = Turn(Run(row(), timeout=10.0))
    turn.run.vendor.answers = [failing(code)]
    assert turn.take().outcome is Outcome.FAILED
    assert (len(turn.run.vendor.calls), turn.entry, turn.exit) == (1, Entry(1), 7)
    assert turn.run.clock.passed >= 15.0  # as long as it may act, and as long as a row may trail it


def test_a_call_that_arrives_late_is_seen() -> None:
    run = Run(row(), timeout=10.0)
    turn = Turn(run)
    run.vendor.answers = [failing(TIMEOUT, None)]
    run.clock.at(9.0, lambda: arrive(run))
    assert turn.take().outcome is Outcome.ACCEPTED
    assert len(run.vendor.calls) == 1


def test_an_uncertain_call_that_could_not_show_stays_open_and_says_so() -> None:
    turn = Turn(Run(row(), state=KNOWN), HIDDEN_EDIT)
    turn.run.vendor.answers = [failing(TIMEOUT)]
    assert turn.take().outcome is Outcome.UNSETTLED
    assert [intent.status for intent in turn.entry.perhaps] == [IntentState.LAPSED]
    assert (turn.entry.submitted, turn.exit) == (known().submitted, 7)


def test_an_uncertain_call_that_nobody_could_look_after_stays_open() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing(TIMEOUT)]
    turn.run.vendor.unreadable = [None, *([VendorError("", code=TIMEOUT)] * 99)]
    assert turn.take().outcome is Outcome.UNSETTLED
    assert [intent.status for intent in turn.entry.perhaps] == [IntentState.LAPSED]


def test_a_stop_does_not_wait_for_the_end_of_doubt_but_lets_the_next_run_wait_for_it() -> None:
    run = Run(row())
    turn = Turn(run)

    def stopped() -> str:
        run.stop_now()
        return failing(TIMEOUT)()

    run.vendor.answers = [stopped]
    assert turn.take().outcome is Outcome.UNSETTLED
    assert [(intent.run, intent.is_live) for intent in turn.entry.perhaps] == [(RUN, True)]
    assert run.clock.passed < 2.0
