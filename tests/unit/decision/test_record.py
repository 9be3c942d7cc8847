"""Each step of the record says what it must and nothing about anybody else's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.decision.compare import DecisionTime
from reconciler.decision.intents import intent_status
from reconciler.decision.transitions import (
    accept,
    accept_own,
    forget_intent,
    forget_own,
    hold,
    intend,
    put,
    release,
    settle,
    settlements,
)
from reconciler.model.plan import IntentStatus
from reconciler.model.state import Entry, Lease, State
from tests.support.strategies import Account, Situation, accounts, situations
from tests.support.values import ACME, HIDDEN_EDIT, MOMENT, NOW, RENAMED, SIGN_ID, intent, known, row, submitted

OTHER_ID = 1111
EMPTY = State("100000000001", "ap-singapore")


def holding(entry: Entry) -> State:
    return EMPTY._replace(entries={SIGN_ID: entry, OTHER_ID: known(RENAMED)})


@given(situations())
def test_a_step_touches_no_other_signature(case: Situation) -> None:
    state = holding(case.entry)
    for step in (
        intend(state, SIGN_ID, intent(ACME, row())),
        accept(state, SIGN_ID, submitted()),
        accept_own(state, SIGN_ID, submitted(), "run-1"),
        forget_own(state, SIGN_ID, "run-1"),
        forget_intent(state, SIGN_ID),
    ):
        assert step.entry(OTHER_ID) == known(RENAMED)


def test_an_entry_that_says_nothing_is_left_out() -> None:
    assert put(holding(known()), SIGN_ID, Entry()).entries.keys() == {OTHER_ID}
    assert forget_intent(EMPTY._replace(entries={1: Entry(intent=intent(ACME, row()))}), 1) == EMPTY


def test_an_intent_keeps_what_was_submitted_before() -> None:
    about_to = intend(holding(known()), SIGN_ID, intent(HIDDEN_EDIT, row()))
    assert about_to.entry(SIGN_ID) == Entry(submitted(), intent(HIDDEN_EDIT, row()))


def test_an_acceptance_closes_the_intent_and_moves_the_commit() -> None:
    state = holding(Entry(submitted(), intent(HIDDEN_EDIT, row())))._replace(commit="a" * 40)
    own = submitted(HIDDEN_EDIT, ago=0.0)
    assert accept(state, SIGN_ID, own).commit == "a" * 40
    accepted = accept(state, SIGN_ID, own._replace(commit="b" * 40))
    assert accepted.entry(SIGN_ID) == Entry(own._replace(commit="b" * 40))
    assert accepted.commit == "b" * 40


@given(situations())
def test_the_outcome_of_one_run_leaves_another_runs_intent_alone(case: Situation) -> None:
    state = holding(case.entry)
    if case.entry.intent is None:
        return
    stranger = case.entry.intent.run + "-other"
    assert accept_own(state, SIGN_ID, submitted(ago=-86400.0), stranger) == state
    assert forget_own(state, SIGN_ID, stranger) == state


def test_a_run_closes_its_own_intent() -> None:
    state = holding(Entry(submitted(), intent(HIDDEN_EDIT, row(), run="run-1")))
    own = submitted(HIDDEN_EDIT, ago=0.0)
    assert accept_own(state, SIGN_ID, own, "run-1").entry(SIGN_ID) == Entry(own)
    assert forget_own(state, SIGN_ID, "run-1").entry(SIGN_ID) == known()


def test_a_late_acceptance_does_not_replace_a_newer_submission() -> None:
    newer, late = submitted(RENAMED, ago=10.0), submitted(HIDDEN_EDIT, ago=20.0)
    assert accept_own(holding(Entry(newer)), SIGN_ID, late, "run-1") == holding(Entry(newer))
    assert accept_own(holding(Entry(late)), SIGN_ID, newer, "run-1") == holding(Entry(newer))


def test_an_acceptance_is_kept_where_the_intent_was_taken_for_not_sent() -> None:
    own = submitted(HIDDEN_EDIT, ago=0.0)
    assert accept_own(EMPTY, SIGN_ID, own, "run-1").entry(SIGN_ID) == Entry(own)


@given(accounts())
def test_an_intent_is_closed_only_by_a_row_that_proves_what_became_of_it(account: Account) -> None:
    settled = settlements(account.state, account.live, account.moment)
    for sign_id, entry in account.state.entries.items():
        fate = intent_status(entry.intent, account.live[sign_id], account.moment) if sign_id in account.live else None
        assert (sign_id in settled) is (fate in {IntentStatus.PROVEN, IntentStatus.DROPPED})
        if fate is IntentStatus.DROPPED:
            assert settled[sign_id] == Entry(entry.submitted)
        if fate is IntentStatus.PROVEN and entry.intent is not None:
            own = settled[sign_id].submitted
            assert own is not None
            assert (own.fields, own.at, own.shown) == (entry.intent.fields, entry.intent.at, account.live[sign_id])


@given(accounts(), st.booleans())
def test_settling_changes_only_entries_that_nobody_changed_meanwhile(account: Account, moved: bool) -> None:
    settled = settlements(account.state, account.live, account.moment)
    now = account.state
    for sign_id in settled:
        now = intend(now, sign_id, intent(RENAMED, row(), run="run-3")) if moved else now
    after = settle(now, account.state, settled)
    for sign_id in account.state.entries:
        expected = settled.get(sign_id) if not moved else None
        assert after.entry(sign_id) == (expected if expected is not None else now.entry(sign_id))


def test_a_dropped_intent_is_settled_as_never_sent() -> None:
    state = holding(Entry(submitted(), intent(RENAMED, row())))
    rows = {SIGN_ID: row()}
    assert settlements(state, rows, MOMENT) == {SIGN_ID: known()}
    assert settlements(state, rows, DecisionTime(NOW, settle_after=600.0)) == {}
    assert settlements(state, {}, MOMENT) == {}


def test_an_entry_that_another_run_wrote_meanwhile_is_not_settled_over() -> None:
    seen = holding(Entry(submitted(), intent(RENAMED, row())))
    moved = intend(seen, SIGN_ID, intent(HIDDEN_EDIT, row(), ago=1.0, run="run-2"))
    settled = settlements(seen, {SIGN_ID: row()}, MOMENT)
    assert settle(seen, seen, settled).entry(SIGN_ID) == known()
    assert settle(moved, seen, settled) == moved


def test_each_holder_beats_once_more_than_the_one_before() -> None:
    first = hold(EMPTY, "run-1", 20.0)
    assert first.holder == Lease("run-1", 1, 20.0)
    assert hold(first, "run-2", 20.0).holder == Lease("run-2", 2, 20.0)
    assert release(first) == EMPTY
