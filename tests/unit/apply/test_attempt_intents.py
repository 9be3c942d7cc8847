"""Intents: durable before the call, young when it starts, withdrawn where it is not made."""

from __future__ import annotations

import pytest

from reconciler.contract.error_codes import RECORD, STOPPED, TOO_LATE
from reconciler.errors import StateConflict, StateError
from reconciler.model.report import Outcome
from reconciler.model.state import Entry, IntentState
from reconciler.state.store import Snapshot, Step
from tests.fixtures.fake_run import EMPTY, RUN, Run
from tests.fixtures.turns import Turn, failing
from tests.fixtures.values import (
    HIDDEN_EDIT,
    RENAMED,
    SIGN_ID,
    doubted,
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
    (made,) = seen[0].perhaps
    assert (made.fields, made.before, made.run, made.commit) == (RENAMED, row(), RUN, turn.run.context.commit)
    assert (made.is_live, made.epoch, seen[0].epoch) == (True, 1, 1)


def test_a_stop_before_the_turn_sends_nothing() -> None:
    run = Run(row())
    turn = Turn(run)
    run.stop_now()
    result = turn.take()
    assert result.error is not None
    assert (result.outcome, result.error.code) == (Outcome.NOT_ATTEMPTED, STOPPED)
    assert (run.vendor.calls, turn.entry) == ([], Entry())


def test_an_intent_is_followed_by_its_outcome() -> None:
    turn = Turn(Run(row()))
    turn.take()
    assert [note.split()[0] for note in turn.run.store.notes] == ["intend", "accepted"]


def test_a_call_that_would_start_too_late_is_intended_anew() -> None:
    run = Run(row(), slow=0.0)
    turn = Turn(run)
    run.store.before_save = [lambda: run.clock.wait(5.5)]
    assert turn.take().outcome is Outcome.ACCEPTED
    assert [note.split()[0] for note in run.store.notes] == ["intend", "intend", "accepted"]
    assert len(run.vendor.calls) == 1


def test_a_machine_that_slept_between_intent_and_call_does_not_send() -> None:
    run = Run(row())
    turn = Turn(run)
    asleep = run.clock.asleep
    run.store.before_save = [lambda: asleep(3600.0)]
    assert turn.take().outcome is Outcome.ACCEPTED
    assert len([note for note in run.store.notes if note.startswith("intend")]) == 2


def test_a_record_that_is_always_too_slow_means_no_call() -> None:
    run = Run(row(), slow=6.0)
    turn = Turn(run)
    result = turn.take()
    assert result.error is not None
    assert (result.outcome, result.error.code) == (Outcome.FAILED, TOO_LATE)
    assert (run.vendor.calls, turn.entry.perhaps, turn.exit) == ([], (), 7)


def test_an_intent_that_cannot_be_stored_means_no_call() -> None:
    run = Run(row())
    turn = Turn(run)
    run.store.error = [StateError("disk full")]
    with pytest.raises(StateError, match="disk full"):
        turn.take()
    assert run.vendor.calls == []


def test_an_intent_that_is_stored_although_its_last_flush_failed_is_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(row())
    turn = Turn(run)
    update = run.store.update

    def fail_once(step: Step, note: str) -> Snapshot:
        update(step, note)
        monkeypatch.setattr(run.store, "update", update)
        raise StateError("disk full")

    monkeypatch.setattr(run.store, "update", fail_once)
    with pytest.raises(StateError, match="disk full"):
        turn.take()
    assert (run.vendor.calls, turn.entry.perhaps) == ([], ())
    assert [note.split(" ")[0] for note in run.store.notes] == ["intend", "withdraw"]


def test_whoever_loses_the_race_for_the_intent_waits_and_finds_it_in_place() -> None:
    run = Run(row())
    turn = Turn(run)

    def won_by_another() -> None:
        theirs = intent(RENAMED, row(), ago=0.0, run="other-run", epoch=1, status=IntentState.LIVE)
        run.store.put(EMPTY._replace(entries={SIGN_ID: Entry(1, None, (theirs,))}))

    def ended() -> None:
        run.vendor.take(SIGN_ID, RENAMED)
        own = submitted(RENAMED, ago=0.0, epoch=1, run="other-run")
        run.store.put(EMPTY._replace(entries={SIGN_ID: Entry(1, own)}))

    run.store.before_save = [won_by_another]
    run.clock.at(4.0, ended)
    result = turn.take()
    assert (result.in_place, run.vendor.calls, turn.exit) == (True, [], 0)


def test_a_run_that_was_killed_is_waited_for_and_its_doubt_is_kept() -> None:
    live = intent(HIDDEN_EDIT, row(), ago=0.0, status=IntentState.LIVE)
    run = Run(row(), state=EMPTY._replace(entries={SIGN_ID: doubted(live)}))
    turn = Turn(run)
    assert run.clock.passed >= 26.0
    run.vendor.answers = [failing("InvalidParameterValue.ImageInvalid")]
    assert turn.take().outcome is Outcome.FAILED
    assert [(known.run, known.status) for known in turn.entry.perhaps] == [("run-1", IntentState.LAPSED)]


def test_a_record_that_others_always_move_first_is_given_up_for_now() -> None:
    run = Run(row())
    turn = Turn(run)
    run.store.error = [StateConflict("moved")] * 101
    result = turn.take()
    assert result.error is not None
    assert (result.outcome, result.error.code, turn.exit) == (Outcome.NOT_ATTEMPTED, RECORD, 7)
    assert (run.vendor.calls, len(run.store.error)) == ([], 1)
