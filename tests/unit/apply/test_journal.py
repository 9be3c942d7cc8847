"""The record during an apply: what is stored at once, what travels with the next step, and what keeps it from that."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.apply.journal import Journal, check_lineage, from_where
from reconciler.decision.transitions import StepRefused
from reconciler.errors import Refusal, StateConflict, StateError
from reconciler.model.signature import Subject
from reconciler.model.state import Entry, IntentState, Lineage, State, no_row
from tests.fixtures.fake_run import EMPTY, RUN, Run
from tests.fixtures.values import ACME, HIDDEN_EDIT, NOW, RENAMED, SIGN_ID, intent, row

WHERE = f"Applied-From: {'c0ffee00' * 5}\nRun: {RUN}"
MINE = intent(RENAMED, row(), ago=0.0, run=RUN, epoch=1, status=IntentState.LIVE, commit="b" * 40)


def putting(subject: Subject, epoch: int) -> Callable[[State], State]:
    return lambda state: state._replace(entries={**state.entries, subject: Entry(epoch)})


def journal(run: Run) -> Journal:
    return Journal(run.context, run.watch, run.store.load())


def first_lines(run: Run) -> list[list[str]]:
    return [note.removesuffix(f"\n\n{WHERE}").splitlines() for note in run.store.notes]


@pytest.mark.parametrize(
    ("commit", "uncommitted", "words"),
    [
        ("b" * 40, False, f"\nApplied-From: {'b' * 40}\nRun: {RUN}"),
        ("b" * 40, True, f"\nApplied-From: {'b' * 40}, with changes that are not committed\nRun: {RUN}"),
        (None, True, f"\nRun: {RUN}"),
    ],
)
def test_the_history_tells_where_a_step_came_from(commit: str | None, uncommitted: bool, words: str) -> None:
    assert from_where(Run().context._replace(commit=commit, uncommitted=uncommitted)) == words


def test_an_apply_from_an_older_commit_is_refused() -> None:
    applied = EMPTY._replace(commit="a" * 40)
    asked: list[str] = []

    def lineage(commit: str) -> Lineage:
        asked.append(commit)
        return Lineage.OLDER

    context = Run().context._replace(lineage=lineage)
    with pytest.raises(Refusal, match="older"):
        check_lineage(context, applied)
    assert asked == ["a" * 40]
    check_lineage(context, EMPTY)
    check_lineage(Run().context, applied)


def test_what_need_not_be_durable_at_once_is_known_at_once_and_stored_with_the_next_step() -> None:
    run = Run(costly=True)
    kept = journal(run)
    kept.record(putting(1, 1), "first")
    kept.record(putting(2, 2), "second")
    assert (kept.state.entries, run.store.notes) == ({1: Entry(1), 2: Entry(2)}, [])
    kept.store(putting(1, 3), "third")
    assert run.store.state.entries == {1: Entry(3), 2: Entry(2)}
    assert first_lines(run) == [["first", "second", "third"]]
    assert kept.state == run.store.state
    kept.close()
    assert len(run.store.notes) == 1


def test_an_outcome_is_stored_at_once_where_that_is_cheap() -> None:
    run = Run()
    kept = journal(run)
    kept.record(putting(1, 1), "first")
    assert first_lines(run) == [["first"]]
    assert run.store.state.saved_at == NOW


def test_what_is_queued_is_stored_at_the_end() -> None:
    run = Run(costly=True)
    kept = journal(run)
    kept.later(putting(1, 1), "first")
    kept.later(putting(2, 2), "second")
    kept.close()
    assert first_lines(run) == [["first", "second"]]
    assert run.store.state.entries == {1: Entry(1), 2: Entry(2)}
    assert (run.store.state.saved_at, kept.state) == (NOW, run.store.state)


@pytest.mark.parametrize("close", [True, False], ids=["at the end", "with a step"])
def test_what_could_not_be_stored_stays_queued_in_its_order(close: bool) -> None:
    run = Run(costly=True)
    kept = journal(run)
    kept.later(putting(1, 1), "first")
    kept.later(putting(1, 2), "second")
    run.store.error = [StateError("disk full")]
    with pytest.raises(StateError, match="disk full"):
        kept.close() if close else kept.store(putting(1, 3), "third")
    assert kept.state.entries == {1: Entry(2)}
    kept.close()
    assert first_lines(run) == [["first", "second"]]
    assert run.store.state.entries == {1: Entry(2)}


def test_what_a_step_queues_itself_comes_after_what_was_queued_before() -> None:
    run = Run(costly=True)
    kept = journal(run)
    kept.later(putting(1, 1), "first")

    def refused(_: State) -> State:
        kept.later(putting(1, 2), "second")
        raise StateConflict("moved")

    with pytest.raises(StateConflict):
        kept.store(refused, "not stored")
    kept.close()
    assert first_lines(run) == [["first", "second"]]


def test_an_outcome_that_cannot_be_stored_does_not_end_the_turn_and_is_stored_later() -> None:
    run = Run()
    kept = journal(run)
    run.store.error = [StateError("disk full")]
    kept.record(putting(1, 1), "first")
    assert (run.store.notes, kept.state.entries) == ([], {1: Entry(1)})
    kept.close()
    assert first_lines(run) == [["first"]]


def test_a_step_that_changes_nothing_is_no_write() -> None:
    run = Run(state=EMPTY._replace(saved_at=1.0))
    journal(run).store(lambda state: state._replace(), "nothing")
    assert (run.store.state.saved_at, run.store.notes) == (1.0, [])


def test_steps_that_wait_are_taken_on_the_newest_record() -> None:
    run = Run(costly=True)
    kept = journal(run)
    kept.later(putting(1, 1), "first")
    run.store.put(EMPTY._replace(entries={7: Entry(7)}))
    kept.start_over(run.store.load())
    assert kept.state.entries == {7: Entry(7), 1: Entry(1)}


def test_an_intent_is_stored_over_what_was_decided_on() -> None:
    run = Run(row())
    kept = journal(run)
    kept.intend(SIGN_ID, Entry(), MINE, "intend")
    assert run.store.state.entry(SIGN_ID) == Entry(1, None, (MINE,))
    assert run.store.state.commit == "b" * 40
    assert first_lines(run) == [["intend"]]


OTHERS = intent(HIDDEN_EDIT, row(), ago=0.0, run="other", epoch=1, status=IntentState.LIVE)


def test_an_intent_is_refused_while_another_runs_call_can_act() -> None:
    run = Run(row(), state=EMPTY._replace(entries={7: Entry(1, None, (OTHERS,))}))
    with pytest.raises(StepRefused, match="under way"):
        journal(run).intend(SIGN_ID, Entry(), MINE, "intend")
    run.watch.waited_out.add((7, 1, "other"))
    journal(run).intend(SIGN_ID, Entry(), MINE, "intend")
    assert run.store.state.entry(SIGN_ID).perhaps == (MINE,)


def test_an_intent_of_its_own_run_is_in_nobodys_way() -> None:
    run = Run(row(), state=EMPTY._replace(entries={7: Entry(1, None, (OTHERS._replace(run=RUN),))}))
    journal(run).intend(SIGN_ID, Entry(), MINE, "intend")
    assert run.store.state.entry(SIGN_ID).perhaps == (MINE,)


def test_an_intent_from_a_commit_that_became_older_meanwhile_is_refused() -> None:
    run = Run(row())
    run.context = run.context._replace(lineage=lambda _: Lineage.OLDER)
    kept = journal(run)
    run.store.before_save = [lambda: run.store.put(EMPTY._replace(commit="d" * 40))]
    with pytest.raises(Refusal, match="older"):
        kept.intend(SIGN_ID, Entry(), MINE, "intend")
    assert run.store.notes == []


@pytest.mark.parametrize(("known", "stored"), [((1,), False), ((), False), (None, True)])
def test_only_a_create_hangs_on_the_whole_record(known: tuple[int, ...] | None, stored: bool) -> None:
    run = Run(row())
    kept = journal(run)
    run.store.before_save = [lambda: run.store.put(EMPTY._replace(entries={7: Entry(7)}))]
    made = MINE._replace(fields=ACME, before=no_row(ACME), known=known)
    if stored:
        kept.intend("acme-otp", Entry(), made, "intend")
    else:
        with pytest.raises(StepRefused, match="another run changed the record"):
            kept.intend("acme-otp", Entry(), made, "intend")
    assert (run.store.state.entry("acme-otp").perhaps == (made,)) is stored
