"""Each step of the protocol by itself: what it notes, what it leaves alone, and what makes it refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from reconciler.decision import transitions
from reconciler.decision.transitions import StepRefused
from reconciler.model.signature import Subject
from reconciler.model.state import Entry, Intent, IntentState, State, Submitted, no_row
from tests.fixtures.translated import says_what_to_do
from tests.fixtures.values import ACME, HIDDEN_EDIT, RENAMED, SIGN_ID, intent, row, submitted

LIVE, LAPSED, LATE = IntentState.LIVE, IntentState.LAPSED, IntentState.LATE
MINE: Final = intent(HIDDEN_EDIT, row(), run="mine", epoch=5, status=LIVE, commit="b" * 40)
OWN: Final = submitted(HIDDEN_EDIT, epoch=5, run="mine")
OLD: Final = submitted(ACME, epoch=4, run="old")
EARLIER: Final = MINE._replace(epoch=3, run="other", status=LAPSED)
TWIN: Final = MINE._replace(run="other", status=LAPSED)
LATER: Final = MINE._replace(epoch=6, run="other", status=LAPSED)


def of(entry: Entry, subject: Subject = SIGN_ID, commit: str | None = "a" * 40) -> State:
    return State("1", "x", {7: Entry(9), subject: entry}, commit)


def late(epoch: int, made: Intent = MINE) -> Intent:
    return made._replace(epoch=epoch, status=LATE)


# What is recorded, whether the answer came in time, and what is recorded after it; None where nothing changes.
ACCEPTED: Final[dict[str, tuple[Entry, bool, Entry | None]]] = {
    "its own intent": (Entry(5, OLD, (EARLIER, MINE)), True, Entry(5, OWN)),
    "its own intent, too late for others to wait": (Entry(5, OLD, (EARLIER, MINE)), False, Entry(5, OWN)),
    "its own intent beside one of its own that was not used": (Entry(5, None, (MINE,)), True, Entry(5, OWN)),
    "a record that was moved back": (Entry(4, OLD), False, Entry(5, OWN)),
    "itself": (Entry(6, OWN, (LATER,)), True, None),
    "itself, later": (Entry(6, OWN, (LATER,)), False, None),
    "an intent of its own number": (Entry(5, OLD, (TWIN,)), False, Entry(6, OLD, (TWIN, late(6)))),
    "an intent of its own number, in time": (Entry(5, OLD, (TWIN,)), True, None),
    "a submission of its own number": (
        Entry(5, OWN._replace(run="other")), False, Entry(6, OWN._replace(run="other"), (late(6),))
    ),
    "a submission of the same run before": (Entry(5, OWN._replace(epoch=4), (MINE,)), True, Entry(5, OWN)),
    "a newer intent beside its own": (Entry(6, OLD, (EARLIER, MINE, LATER)), True, Entry(6, OWN, (LATER,))),
    "a newer intent beside its own, nothing submitted": (Entry(6, None, (MINE, LATER)), True, Entry(6, OWN, (LATER,))),
    "a newer intent beside its own, too late": (
        Entry(6, OLD, (EARLIER, MINE, LATER)), False, Entry(7, OLD, (EARLIER, LATER, late(7)))
    ),
    "its own intent below a newer submission": (Entry(6, OLD._replace(epoch=6), (MINE,)), True, None),
    "its own intent below another of its number": (Entry(6, OWN._replace(run="other"), (MINE,)), True, None),
    "a newer intent alone": (Entry(6, OLD, (LATER,)), True, None),
    "a newer intent and something adopted": (Entry(6, OLD._replace(adopted=True), (LATER,)), True, None),
    "a newer submission": (Entry(6, OLD._replace(epoch=6)), True, None),
    "what a person adopted": (
        Entry(6, OLD._replace(adopted=True)), True, Entry(7, OLD._replace(adopted=True), (late(7),))
    ),
    "what a person forgot": (Entry(6), True, Entry(7, None, (late(7),))),
    "itself as late": (Entry(7, None, (late(7),)), False, None),
    "another of the run as late": (
        Entry(7, None, (late(7, MINE._replace(at=1.0)),)),
        False,
        Entry(8, None, (late(7, MINE._replace(at=1.0)), late(8))),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "in_window", "after"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_an_acceptance_is_noted_as_far_as_nothing_newer_is_known(
    before: Entry, in_window: bool, after: Entry | None
) -> None:
    state = of(before)
    found = transitions.accept(state, SIGN_ID, MINE, OWN, in_window=in_window)
    assert found == (state if after is None else of(after))


def test_an_intent_takes_the_place_of_the_runs_own_unused_one_and_ends_what_was_waited_out() -> None:
    gone = late(2, TWIN)
    seen = Entry(4, OLD, (gone, TWIN._replace(epoch=3, status=LIVE), MINE._replace(epoch=4)))
    found = transitions.intend(of(seen), SIGN_ID, seen, MINE)
    assert found == of(Entry(5, OLD, (gone, TWIN._replace(epoch=3), MINE)), commit="b" * 40)


def test_an_intent_without_a_commit_leaves_the_one_that_is_recorded() -> None:
    found = transitions.intend(of(Entry()), SIGN_ID, Entry(), MINE._replace(commit=None))
    assert found.commit == "a" * 40


def test_an_intent_that_is_stored_already_is_not_stored_again() -> None:
    state = of(Entry(5, None, (EARLIER, MINE)))
    assert transitions.intend(state, SIGN_ID, Entry(), MINE) is state


def test_an_acceptance_under_a_key_notes_the_id_too() -> None:
    made = intent(ACME, no_row(ACME), run="mine", epoch=2, known=())
    own = submitted(ACME, sign_id=1200, before=None)
    other = made._replace(run="other")
    found = transitions.created(of(Entry(3, None, (other, made)), "acme-otp"), "acme-otp", made, own)
    assert found.entries == {
        7: Entry(9), "acme-otp": Entry(3, own, (other,)), 1200: Entry(1, own._replace(sign_id=None))
    }  # fmt: skip
    again = transitions.created(of(Entry(1), "acme-otp"), "acme-otp", made, own)
    assert again.entry("acme-otp") == Entry(2, own)


def test_what_is_known_of_the_id_already_is_not_overwritten_by_its_creation() -> None:
    own = submitted(ACME, sign_id=7)
    found = transitions.note_created(of(Entry(), "acme-otp"), "acme-otp", Entry(1, own))
    assert found.entries == {7: Entry(9), "acme-otp": Entry(1, own)}


@pytest.mark.parametrize("entry", [Entry(1), Entry(1, OLD)], ids=["nothing submitted", "no id"])
def test_a_key_without_an_id_is_noted_alone(entry: Entry) -> None:
    found = transitions.note_created(of(Entry(), "acme-otp"), "acme-otp", entry)
    assert found.entries == {7: Entry(9), "acme-otp": entry}


def test_a_withdrawal_takes_out_that_intent_alone() -> None:
    state = of(Entry(5, OLD, (EARLIER, TWIN, MINE)))
    assert transitions.withdraw(state, SIGN_ID, MINE) == of(Entry(5, OLD, (EARLIER, TWIN)))


def test_only_the_call_that_was_waited_out_lapses() -> None:
    other, gone = MINE._replace(epoch=4), late(6)
    state = of(Entry(6, OLD, (other, MINE, gone)))
    assert transitions.lapse(state, SIGN_ID, MINE) == of(Entry(6, OLD, (other, MINE._replace(status=LAPSED), gone)))
    assert transitions.lapse(state, SIGN_ID, gone) == state


def test_only_a_call_that_was_live_lapses() -> None:
    assert transitions.as_lapsed(MINE) == MINE._replace(status=LAPSED)
    assert transitions.as_lapsed(late(5)) == late(5)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Entry(6, OLD, (MINE, LATER)), Entry(6, OLD, (MINE._replace(status=LAPSED), LATER))),
        (Entry(6, OWN), Entry(6, OWN)),
        (Entry(6, OWN._replace(run="other")), Entry(7, OWN._replace(run="other"), (late(7),))),
        (Entry(6, None, (LATER,)), Entry(7, None, (LATER, late(7)))),
    ],
    ids=["recorded", "accepted", "another accepted", "taken out by others"],
)
def test_a_call_of_which_nothing_could_be_found_out_stays_open(before: Entry, after: Entry) -> None:
    assert transitions.leave_open(of(before), SIGN_ID, MINE) == of(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Entry(5, OLD, (EARLIER, MINE)), Entry(5, OWN)),
        (Entry(6, OLD, (EARLIER, MINE)), Entry(6, OLD, (EARLIER, MINE._replace(status=LAPSED)))),
        (Entry(5, OLD, (MINE, TWIN)), Entry(5, OLD, (MINE._replace(status=LAPSED), TWIN))),
        (Entry(5, OLD), Entry(6, OLD, (late(6),))),
    ],
    ids=["newest", "older than the entry", "another one is newest", "taken out by others"],
)
def test_a_row_proves_only_the_newest_call_that_is_known(before: Entry, after: Entry) -> None:
    assert transitions.settle_sent(of(before), SIGN_ID, MINE, OWN) == of(after)


def test_what_the_account_proved_is_stored_only_over_what_it_was_held_against() -> None:
    seen, settled = Entry(5, OLD, (MINE,)), Entry(5, OWN)
    assert transitions.settle(of(seen), SIGN_ID, seen, settled) == of(settled)
    newer = of(Entry(6, OLD))
    assert transitions.settle(newer, SIGN_ID, seen, settled) is newer


def test_a_creation_that_was_proved_is_stored_under_its_id_too() -> None:
    own = submitted(ACME, sign_id=1200)
    found = transitions.settle(of(Entry(1), "acme-otp"), "acme-otp", Entry(1), Entry(1, own))
    assert found.entries == {7: Entry(9), "acme-otp": Entry(1, own), 1200: Entry(1, own._replace(sign_id=None))}


def test_what_a_person_says_was_submitted_takes_the_place_of_all_that_is_known() -> None:
    found = transitions.adopt(of(Entry(5, OLD, (EARLIER,))), SIGN_ID, RENAMED, OWN)
    assert found == of(Entry(6, OWN._replace(fields=RENAMED, epoch=6)))


def test_what_is_forgotten_leaves_its_number() -> None:
    assert transitions.forget(of(Entry(5, OLD, (EARLIER,))), SIGN_ID) == of(Entry(6))


@pytest.mark.parametrize("commit", [None, "a" * 40])
def test_a_commit_that_is_noted_already_changes_nothing(commit: str | None) -> None:
    state = of(Entry())
    assert transitions.mark(state, commit) is state


def test_a_commit_with_nothing_to_send_is_noted() -> None:
    assert transitions.mark(of(Entry()), "b" * 40) == of(Entry(), commit="b" * 40)


def test_an_entry_put_as_it_is_leaves_the_very_state() -> None:
    state = of(Entry(5))
    assert transitions.put(state, SIGN_ID, Entry(5)) is state
    assert transitions.put(state, SIGN_ID, Entry(6)) == of(Entry(6))


def test_a_call_that_may_be_under_way_lets_nobody_in_but_its_own_run_and_who_waited_it_out() -> None:
    state = of(Entry(5, None, (TWIN, MINE)))
    transitions.check_nobody_live(state, (), "mine")
    transitions.check_nobody_live(state, {(SIGN_ID, 5, "mine")}, "another")
    transitions.check_nobody_live(of(Entry(5, None, (TWIN,))), (), "another")
    assert list(transitions.live_intents(state)) == [(SIGN_ID, 5, "mine")]


def test_a_create_goes_on_where_the_record_is_the_one_that_it_was_decided_on_or_holds_it() -> None:
    state = of(Entry(5, None, (EARLIER, MINE)), "acme-otp")
    transitions.check_whole(state, state.entries, LATER)
    transitions.check_whole(state, {}, MINE)


LIVE_THERE: Final = of(Entry(5, None, (EARLIER, MINE)))
REFUSED: Final[dict[str, Callable[[], object]]] = {
    "another run's call": lambda: transitions.check_nobody_live(LIVE_THERE, (), "another"),
    "another call was waited out": lambda: transitions.check_nobody_live(LIVE_THERE, {(7, 5, "mine")}, "another"),
    "intended on another entry": lambda: transitions.intend(of(Entry(1)), SIGN_ID, Entry(), MINE),
    "decided on another entry": lambda: transitions.check_as_seen(of(Entry(1)), SIGN_ID, Entry()),
    "created on another record": lambda: transitions.check_whole(of(Entry(1)), {}, MINE),
    "created where a twin is stored": lambda: transitions.check_whole(of(Entry(5, None, (TWIN,)), "key"), {}, MINE),
    "adopted while a call is under way": lambda: transitions.adopt(LIVE_THERE, SIGN_ID, ACME, OWN),
    "forgotten while a call is under way": lambda: transitions.forget(LIVE_THERE, SIGN_ID),
}


@pytest.mark.parametrize("step", REFUSED.values(), ids=REFUSED.keys())
def test_a_step_on_a_record_that_moved_is_refused_in_words_that_say_what_to_do(step: Callable[[], object]) -> None:
    with pytest.raises(StepRefused) as refused:
        step()
    assert says_what_to_do(refused.value)


def test_a_submission_says_nothing_of_other_signatures() -> None:
    own: Submitted = OWN._replace(fields=RENAMED)
    found = transitions.accept(of(Entry(5, None, (MINE,))), SIGN_ID, MINE, own, in_window=True)
    assert found.entry(7) == Entry(9)
