from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.errors import StateConflict, StateError
from reconciler.model.state import Entry, Lease, State
from reconciler.state.branch import BranchStore
from reconciler.state.local import FileStore
from reconciler.state.store import Store, record_name
from tests.state import repositories
from tests.state.state_values import NAME, REGION, UIN, state, submitted


def open_files(folder: Path, name: str) -> Store:
    return FileStore(folder / ".reconciler", name)


def open_branch(folder: Path, name: str) -> Store:
    return BranchStore(folder / "work", "reconciler-state", name)


@dataclass(frozen=True)
class Opener:
    """Opens the store anew at each call, as another process on the same or another machine would."""

    kind: Callable[[Path, str], Store]
    folder: Path

    def __call__(self, name: str = NAME) -> Store:
        return self.kind(self.folder, name)


@pytest.fixture(params=[open_files, open_branch], ids=["files", "branch"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    if request.param is open_branch:
        repositories.hub_and_clone(tmp_path)
    return Opener(request.param, tmp_path)


def test_before_the_first_save_the_record_is_empty(opener: Opener) -> None:
    found = opener().load()
    assert found.version == ""
    assert (found.state.uin, found.state.region, found.state.sandbox) == (UIN, REGION, False)
    assert found.state.entries == {}


def test_the_name_tells_the_sandbox_apart(opener: Opener) -> None:
    assert opener(f"sandbox-{NAME}").load().state.sandbox


def test_what_was_saved_is_there_for_everybody(opener: Opener) -> None:
    store = opener()
    saved = store.save(store.load(), state(s1="one", holder=Lease("a", 1)), "first")
    assert saved.state == state(s1="one", holder=Lease("a", 1))
    assert saved.version
    assert opener().load() == store.load() == saved


def test_saves_follow_each_other_without_loading(opener: Opener) -> None:
    store = opener()
    snapshot = store.load()
    for name in ("one", "two", "three"):
        snapshot = store.save(snapshot, state(s1=name), f"save {name}")
    assert opener().load() == snapshot


def test_a_snapshot_of_another_opening_will_do(opener: Opener) -> None:
    first = opener().save(opener().load(), state(s1="one"), "first")
    second = opener().save(first, state(s1="two"), "second")
    assert opener().load() == second


def test_what_others_stored_about_other_signatures_is_kept(opener: Opener) -> None:
    base = opener().save(opener().load(), state(s1="one", s2="two"), "base")
    opener().save(base, state(s1="one", s2="theirs"), "theirs")
    saved = opener().save(base, state(s1="ours", s2="two"), "ours")
    assert saved.state.entries == state(s1="ours", s2="theirs").entries
    assert opener().load() == saved


def test_two_first_saves_are_put_together(opener: Opener) -> None:
    nothing = opener().load()
    opener().save(nothing, state(s1="one"), "first")
    assert opener().save(nothing, state(s2="two"), "also first").state.entries == state(s1="one", s2="two").entries


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (state(s1="theirs"), state(s1="ours")),
        (state(holder=Lease("b", 1)), state(holder=Lease("a", 1))),
        (state(holder=Lease("b", 1)), state(s1="ours")),
    ],
    ids=["same signature", "both take the fence", "fence taken there"],
)
def test_a_second_writer_loses_and_is_told(opener: Opener, theirs: State, ours: State) -> None:
    store, nothing = opener(), opener().load()
    first = opener().save(nothing, theirs, "theirs")
    with pytest.raises(StateConflict) as caught:
        store.save(nothing, ours, "ours")
    assert caught.value.hint
    assert store.load() == opener().load() == first


def test_after_a_conflict_a_new_look_is_enough(opener: Opener) -> None:
    store, nothing = opener(), opener().load()
    opener().save(nothing, state(s1="theirs"), "theirs")
    with pytest.raises(StateConflict):
        store.save(nothing, state(s1="ours"), "ours")
    assert store.save(store.load(), state(s1="ours"), "ours").state == state(s1="ours")


def test_a_signature_can_be_forgotten(opener: Opener) -> None:
    saved = opener().save(opener().load(), state(s1="one", s2="two"), "both")
    assert opener().save(saved, state(s2="two"), "one less").state.entry(1) == Entry()
    assert set(opener().load().state.entries) == {2}


def test_accounts_do_not_see_each_other(opener: Opener) -> None:
    other = opener("5-eu-frankfurt")
    opener().save(opener().load(), state(s1="one"), "first")
    other.save(other.load(), state(s2="two")._replace(uin="5", region="eu-frankfurt"), "other")
    assert set(opener().load().state.entries) == {1}
    assert set(opener("5-eu-frankfurt").load().state.entries) == {2}


def test_the_state_of_another_account_is_not_stored(opener: Opener) -> None:
    with pytest.raises(StateError, match="not of"):
        opener().save(opener().load(), state()._replace(uin="5"), "wrong")
    assert opener().load().version == ""


@pytest.mark.parametrize("name", ["", "x", "../5-a", "5", "5-", "5-A", "5-a/b", "box-5-a", "5-a\n", "5-" + "a" * 65])
def test_a_name_that_could_lead_elsewhere_is_no_record(opener: Opener, name: str) -> None:
    with pytest.raises(StateError):
        opener(name)


@pytest.mark.parametrize(("uin", "region"), [("", "a"), ("../5", "a"), ("5", "../a"), ("5", "A"), ("5", "")])
def test_what_cannot_be_part_of_a_file_name_gives_no_name(uin: str, region: str) -> None:
    with pytest.raises(StateError, match="no record can be named"):
        record_name(uin, region)


def test_the_place_is_told_in_words(opener: Opener) -> None:
    assert f"{NAME}.json" in opener().where


def _write(opener: Opener, sign_id: int, rounds: int) -> None:
    store = opener()
    for number in range(rounds):
        snapshot = store.load()
        entries = {**snapshot.state.entries, sign_id: submitted(f"{sign_id} in round {number}")}
        store.save(snapshot, snapshot.state._replace(entries=entries), f"{sign_id} {number}")


def _race(opener: Opener, rounds: int) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_write, args=(opener, sign_id, rounds)) for sign_id in (1, 2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
        assert process.exitcode == 0
    assert opener().load().state.entries == {i: submitted(f"{i} in round {rounds - 1}") for i in (1, 2)}


def test_two_writers_at_the_same_time_lose_no_record(opener: Opener) -> None:
    _race(opener, rounds=8)


@pytest.mark.soak
def test_two_writers_lose_no_record_in_fifty_rounds(opener: Opener) -> None:
    _race(opener, rounds=50)
