"""Taking over what another record of the account knows."""

from __future__ import annotations

from reconciler.decision.transitions import take_over
from reconciler.model.state import Entry, IntentState, State
from tests.fixtures.values import ACME, HIDDEN_EDIT, NOW, SIGN_ID, doubted, intent, known, row, submitted

EMPTY = State("1", "x")
OLD, NEW = known(ago=500.0), known(HIDDEN_EDIT, ago=100.0)
DOUBT = intent(HIDDEN_EDIT, row(), ago=50.0)


def joined(here: Entry, there: Entry) -> Entry:
    return take_over(EMPTY._replace(entries={SIGN_ID: here}), EMPTY._replace(entries={SIGN_ID: there})).entry(SIGN_ID)


def test_what_is_not_known_yet_is_taken_as_it_is() -> None:
    other = EMPTY._replace(entries={SIGN_ID: OLD}, commit="c" * 40)
    assert take_over(EMPTY, other) == other
    assert take_over(other, other) == other


def test_nothing_newer_is_overwritten() -> None:
    assert joined(NEW, OLD) == NEW
    assert joined(NEW, doubted(intent(ACME, row(), ago=200.0), own=OLD.submitted)) == NEW


def test_a_newer_submission_is_taken_with_an_epoch_that_neither_had() -> None:
    assert joined(OLD, NEW) == Entry(2, NEW.submitted)


def test_doubts_of_both_stay_and_a_call_under_way_stays_one() -> None:
    live = DOUBT._replace(run="run-9", status=IntentState.LIVE)
    found = joined(doubted(DOUBT, own=OLD.submitted), doubted(live, own=OLD.submitted))
    assert found == Entry(3, OLD.submitted, (DOUBT, live))


def test_doubts_of_both_stay_also_where_nothing_was_submitted_yet() -> None:
    other = DOUBT._replace(run="run-9")
    assert joined(doubted(DOUBT), doubted(other)) == Entry(3, None, (DOUBT, other))


def test_doubts_alone_are_newer_than_nothing_and_older_than_what_was_submitted_since() -> None:
    assert joined(doubted(DOUBT), NEW) == Entry(3, NEW.submitted, (DOUBT,))
    assert joined(NEW, doubted(DOUBT, own=OLD.submitted)) == Entry(3, NEW.submitted, (DOUBT,))
    assert joined(NEW, doubted(DOUBT._replace(at=NOW - 100.0), own=OLD.submitted)) == NEW


def test_an_outcome_that_comes_after_its_intent_closes_it() -> None:
    live = DOUBT._replace(run="run-9", status=IntentState.LIVE)
    own = submitted(HIDDEN_EDIT, ago=10.0, epoch=live.epoch, run="run-9")
    assert joined(doubted(DOUBT, live, own=OLD.submitted), Entry(live.epoch, own)) == Entry(3, own, (DOUBT,))


def test_taking_over_twice_is_taking_over_once() -> None:
    here = EMPTY._replace(entries={SIGN_ID: OLD})
    there = EMPTY._replace(entries={SIGN_ID: doubted(DOUBT, own=submitted(HIDDEN_EDIT, ago=80.0))})
    once = take_over(here, there)
    assert once != here
    assert take_over(once, there) == once


def test_a_commit_that_is_recorded_stays() -> None:
    assert take_over(EMPTY._replace(commit="a" * 40), EMPTY._replace(commit="b" * 40)).commit == "a" * 40
