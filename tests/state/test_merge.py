from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import StateConflict, StateError
from reconciler.model.state import Entry, Lease, State
from reconciler.state.merge import merge
from tests.state.state_values import COMMIT, REGION, UIN, intended, state, submitted

OTHER = "d" * 40
BASE = state(s1="one", s2="two", s3="three")


def test_what_each_side_changed_is_kept() -> None:
    ours = state(s1="ours", s2="two", s3="three", s4="new")
    theirs = state(s1="one", s2="theirs", s3="three", s5="new too")
    assert (
        merge(BASE, ours, theirs).entries == state(s1="ours", s2="theirs", s3="three", s4="new", s5="new too").entries
    )


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    both = state(s1="both", s2="two", s3="three")
    assert merge(BASE, both, both) == both


def test_a_signature_changed_differently_on_both_sides_is_a_conflict() -> None:
    with pytest.raises(StateConflict, match="signature 1 was changed"):
        merge(BASE, state(s1="ours", s2="two", s3="three"), state(s1="theirs", s2="two", s3="three"))


def test_a_signature_removed_there_and_changed_here_is_a_conflict() -> None:
    with pytest.raises(StateConflict, match="signature 3 was changed"):
        merge(BASE, state(s1="one", s2="two", s3="ours"), state(s1="one", s2="two"))


def test_a_removal_is_a_change_like_others() -> None:
    assert merge(BASE, state(s1="one", s2="two"), BASE).entries == state(s1="one", s2="two").entries
    assert merge(BASE, BASE, state(s1="one", s2="two")).entries == state(s1="one", s2="two").entries


def test_an_intent_there_and_an_outcome_here_contradict_each_other() -> None:
    base = State(UIN, REGION)
    with pytest.raises(StateConflict):
        merge(base, base._replace(entries={1: submitted()}), base._replace(entries={1: intended()}))


@pytest.mark.parametrize("ours", [None, Lease("a", 1), Lease("a", 2)])
def test_a_holder_that_moved_there_is_a_conflict(ours: Lease | None) -> None:
    base = state(holder=Lease("a", 1))
    with pytest.raises(StateConflict, match="another run"):
        merge(base, state(holder=ours), state(holder=Lease("b", 1)))


def test_our_own_write_of_which_the_answer_was_lost_is_no_conflict() -> None:
    ours = state(s1="one", holder=Lease("a", 2))
    assert merge(state(holder=Lease("a", 1)), ours, ours) == ours


def test_the_holder_stays_ours_where_the_other_side_left_it() -> None:
    base = state(holder=Lease("a", 1))
    assert merge(base, state(holder=None), base).holder is None
    assert merge(base, state(holder=Lease("a", 2)), base).holder == Lease("a", 2)


def test_the_commit_is_that_of_the_side_that_changed_it() -> None:
    assert merge(state(), state(commit=COMMIT), state()).commit == COMMIT
    assert merge(state(), state(), state(commit=COMMIT)).commit == COMMIT
    with pytest.raises(StateConflict, match="the commit applied"):
        merge(state(), state(commit=COMMIT), state(commit=OTHER))


def test_the_later_time_of_saving_is_kept() -> None:
    early, late = BASE._replace(saved_at=1.0), BASE._replace(saved_at=2.0)
    assert merge(BASE, early, late).saved_at == merge(BASE, late, early).saved_at == 2.0
    assert merge(BASE, BASE._replace(saved_at=None), early).saved_at == 1.0
    assert merge(BASE, *[BASE._replace(saved_at=None)] * 2).saved_at is None


@pytest.mark.parametrize("other", [BASE._replace(uin="5"), BASE._replace(region="x"), BASE._replace(sandbox=True)])
def test_records_of_different_accounts_are_never_merged(other: State) -> None:
    with pytest.raises(StateError, match="different accounts"):
        merge(BASE, BASE, other)


_entries = st.dictionaries(st.integers(1, 3), st.sampled_from([submitted("a"), submitted("b"), intended()]))
_states = _entries.map(lambda entries: State(UIN, REGION, entries))


@given(_states, _states, _states)
def test_a_merge_loses_no_change_of_either_side(base: State, ours: State, theirs: State) -> None:
    try:
        merged = merge(base, ours, theirs)
    except StateConflict:
        merged = None
    clashes = False
    for sign_id in (1, 2, 3):
        was, mine, other = base.entry(sign_id), ours.entry(sign_id), theirs.entry(sign_id)
        clashes |= was not in (mine, other) and mine != other
        if merged is not None:
            assert merged.entry(sign_id) == (other if mine == was else mine)
    assert clashes == (merged is None)
    assert merged is None or Entry() not in merged.entries.values()
