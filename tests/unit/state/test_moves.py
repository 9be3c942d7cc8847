"""A record that moves from a local file to a branch, also while others write and after a kill."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.decision.transitions import lapse
from reconciler.errors import Refusal, StateError
from reconciler.model.state import OLD_INTENT_S, State
from reconciler.state.local import FileStore
from reconciler.state.moves import check_at_rest, check_single, migrate
from reconciler.state.store import Snapshot, Step
from tests.fixtures.state_values import NAME, intended, state, submitted


class Other(FileStore):
    """Stands for the branch's store. ``before_return`` happens once it has stored something."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, NAME)
        self.times = 0

    def before_return(self) -> None:
        """Do nothing."""

    def update(self, step: Step, note: str) -> Snapshot:
        self.times += 1
        found = super().update(step, note)
        self.before_return()
        return found


@pytest.fixture
def local(tmp_path: Path) -> FileStore:
    store = FileStore(tmp_path / "local", NAME)
    put(store, 1101)
    return store


def put(store: FileStore, *sign_ids: int) -> None:
    def step(state: State) -> State:
        return state._replace(entries={**state.entries, **dict.fromkeys(sign_ids, submitted())})

    store.update(step, "")


def test_a_local_record_beside_a_branch_is_refused_until_it_is_moved(local: FileStore, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="two records"):
        check_single(local, "state")
    check_single(local, None)
    other = Other(tmp_path / "other")
    migrate(local, other, "state")
    check_single(local, "state")
    with pytest.raises(Refusal, match="was moved to branch state"):
        check_single(local, None)
    assert other.load().state.entries == {1101: submitted()}


def test_what_is_stored_meanwhile_is_moved_too(local: FileStore, tmp_path: Path) -> None:
    other = Other(tmp_path / "other")
    other.before_return = lambda: put(local, 1102) if other.times == 1 else None  # type: ignore[method-assign]
    migrate(local, other, "state")
    assert set(other.load().state.entries) == {1101, 1102}
    assert other.times == 2
    assert local.load().state.entries == {}


def test_a_record_that_never_rests_stays_where_it_is(local: FileStore, tmp_path: Path) -> None:
    other = Other(tmp_path / "other")
    other.before_return = lambda: put(local, 2000 + other.times)  # type: ignore[method-assign]
    with pytest.raises(StateError, match="keeps changing"):
        migrate(local, other, "state")
    assert 1101 in local.load().state.entries


def test_a_run_that_was_at_work_leaves_a_second_record_again(local: FileStore, tmp_path: Path) -> None:
    other = Other(tmp_path / "other")
    migrate(local, other, "state")
    put(local, 1102)
    with pytest.raises(Refusal, match="two records"):
        check_single(local, "state")
    migrate(local, other, "state")
    assert set(other.load().state.entries) == {1101, 1102}


def test_a_move_that_was_killed_half_way_is_made_again(local: FileStore, tmp_path: Path) -> None:
    other = Other(tmp_path / "other")
    put(other, 1101)
    before = other.load()
    assert migrate(local, other, "state").state == before.state
    assert local.load().version == ""


def test_a_record_is_not_dropped_while_a_call_that_it_holds_can_act() -> None:
    live = state()._replace(entries={1110: intended()})
    (intent,) = live.entry(1110).perhaps
    with pytest.raises(Refusal, match="may be under way") as refused:
        check_at_rest(live, intent.at + intent.window - 1.5)
    assert refused.value.params["seconds"] == 2
    check_at_rest(live, intent.at + intent.window)
    check_at_rest(lapse(live, 1110, intent), intent.at)
    check_at_rest(state(s1="one"), 0.0)
    check_at_rest(live, intent.at - OLD_INTENT_S - 1.0)  # dated by a clock that was wrong
