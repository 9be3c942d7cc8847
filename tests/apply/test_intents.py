"""Intents: durable before the call, fresh when it starts, withdrawn where it is not made."""

from __future__ import annotations

import pytest

from reconciler.contract.error_codes import RECORD, STOPPED
from reconciler.decision.transitions import intend
from reconciler.errors import StateConflict, StateError
from reconciler.model.report import Outcome
from reconciler.model.state import Entry, Intent, State
from tests.support.fake_run import EMPTY, RUN, Run
from tests.support.turns import KNOWN, OTHER, Turn, slow_pace
from tests.support.values import (
    HIDDEN_EDIT,
    RENAMED,
    SIGN_ID,
    intent,
    row,
    submitted,
)


def test_the_intent_is_durable_when_the_call_is_made() -> None:
    turn = Turn(Run(row()))
    seen: list[Entry] = []

    def look() -> str:
        seen.append(turn.entry)
        return turn.run.vendor.take(SIGN_ID, RENAMED)

    turn.run.vendor.answers = [look]
    turn.take()
    assert seen == [Entry(intent=Intent(RENAMED, row(), turn.run.clock.now(), RUN, turn.run.context.commit))]


def test_a_stop_before_the_call_withdraws_the_intent() -> None:
    run = Run(row())
    turn = Turn(run)
    run.store.before_save = [run.stop_now]
    result = turn.take()
    assert result.trouble is not None
    assert (result.outcome, result.trouble.code) == (Outcome.NOT_ATTEMPTED, STOPPED)
    assert (run.vendor.calls, turn.entry) == ([], Entry())


def test_an_intent_that_grew_stale_is_renewed_before_the_call() -> None:
    run = Run(row())
    turn = Turn(run)
    slow_pace(run)
    assert turn.take().outcome is Outcome.ACCEPTED
    assert run.vendor.calls[0][0] > 5.0
    assert run.store.notes[1] == "still at work"


def test_a_fresh_intent_is_not_renewed() -> None:
    turn = Turn(Run(row()))
    turn.take()
    assert [note.split()[0] for note in turn.run.store.notes] == ["intend", "accepted"]


def test_a_short_request_timeout_bounds_how_old_an_intent_may_be() -> None:
    run = Run(row(), timeout=0.5)
    turn = Turn(run)
    run.context.pace.started()
    assert turn.take().outcome is Outcome.ACCEPTED
    assert run.store.notes[1] == "still at work"


def test_a_record_too_slow_to_be_seen_moving_stops_the_run_before_the_call() -> None:
    run = Run(row(), slow=11.0, timeout=10.0)
    turn = Turn(run)
    with pytest.raises(StateError, match="longer to store"):
        turn.take()
    turn.ledger.close()
    assert (run.vendor.calls, turn.entry) == ([], Entry())


def test_an_intent_that_cannot_be_stored_means_no_call() -> None:
    run = Run(row())
    turn = Turn(run)
    run.store.trouble = [StateError("disk full")]
    with pytest.raises(StateError, match="disk full"):
        turn.take()
    assert run.vendor.calls == []


def test_whoever_loses_the_race_for_the_intent_waits_and_finds_it_in_place() -> None:
    run = Run(row())
    turn = Turn(run)

    def won_by_another() -> None:
        theirs = intent(RENAMED, row(), ago=0.0, run=OTHER.run)
        run.store.put(intend(EMPTY._replace(holder=OTHER), SIGN_ID, theirs))

    def ended() -> None:
        run.vendor.take(SIGN_ID, RENAMED)
        run.store.put(State(EMPTY.uin, EMPTY.region, {SIGN_ID: Entry(submitted(RENAMED, ago=0.0))}))

    run.store.before_save = [won_by_another]
    run.clock.at(4.0, ended)
    result = turn.take()
    assert (result.in_place, run.vendor.calls, turn.exit) == (True, [], 0)


def test_whoever_was_taken_over_while_pacing_withdraws_and_decides_anew() -> None:
    run = Run(row(), state=KNOWN)
    turn = Turn(run, HIDDEN_EDIT)
    slow_pace(run)
    run.store.before_save = [lambda: None, lambda: run.store.put(run.store.state._replace(holder=OTHER))]
    run.clock.at(9.0, lambda: run.store.put(run.store.state._replace(holder=None)))
    assert turn.take().outcome is Outcome.ACCEPTED
    assert [at >= 9.0 for at, _, _ in run.vendor.calls] == [True]
    assert turn.entry.intent is None


def test_a_record_that_others_always_move_first_is_given_up_for_now() -> None:
    run = Run(row())
    turn = Turn(run)
    run.store.trouble = [StateConflict("moved")] * 5
    result = turn.take()
    assert result.trouble is not None
    assert (result.outcome, result.trouble.code, turn.exit) == (Outcome.NOT_ATTEMPTED, RECORD, 7)
    assert run.vendor.calls == []
