from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.decision.transitions import StepRefused
from reconciler.errors import StateError
from reconciler.model.state import Entry, State
from reconciler.state.branch import BranchStore
from reconciler.state.local import FileStore
from reconciler.state.store import Store, record_name
from tests.fixtures import repositories
from tests.fixtures.state_values import NAME, REGION, UIN, change, put, state, submitted


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


def test_what_was_stored_is_there_for_everybody(opener: Opener) -> None:
    store = opener()
    stored = put(store, state(s1="one", commit="c0ffee00" * 5), "first")
    assert (stored.state.entries, stored.state.serial) == (state(s1="one").entries, 1)
    assert stored.version
    assert opener().load() == store.load() == stored


def test_each_write_is_counted(opener: Opener) -> None:
    store = opener()
    stored = store.load()
    for name in ("one", "two", "three"):
        stored = put(store, state(s1=name), f"save {name}")
    assert stored.state.serial == 3
    assert opener().load() == stored


def test_a_step_is_evaluated_on_the_newest_record(opener: Opener) -> None:
    late = opener()
    late.load()
    change(opener(), "theirs", s1="one", s2="theirs")
    stored = change(late, "ours", s1="ours")
    assert stored.state.entries == state(s1="ours", s2="theirs").entries
    assert opener().load() == stored


def test_a_step_that_finds_its_effect_there_writes_nothing(opener: Opener) -> None:
    stored = change(opener(), "ours", s1="one")
    assert opener().update(lambda newest: newest, "nothing to do") == stored


def test_a_step_whose_guard_fails_writes_nothing(opener: Opener) -> None:
    stored = change(opener(), "theirs", s1="theirs")

    def refused(_newest: State) -> State:
        raise StepRefused("not as it was", hint="look again")

    with pytest.raises(StepRefused):
        opener().update(refused, "ours")
    assert opener().load() == stored


def test_a_signature_can_be_forgotten(opener: Opener) -> None:
    put(opener(), state(s1="one", s2="two"), "both")
    assert put(opener(), state(s2="two"), "one less").state.entry(1) == Entry()
    assert set(opener().load().state.entries) == {2}


def test_accounts_do_not_see_each_other(opener: Opener) -> None:
    other = opener("5-eu-frankfurt")
    put(opener(), state(s1="one"), "first")
    put(other, state(s2="two")._replace(uin="5", region="eu-frankfurt"), "other")
    assert set(opener().load().state.entries) == {1}
    assert set(opener("5-eu-frankfurt").load().state.entries) == {2}


def test_the_state_of_another_account_is_not_stored(opener: Opener) -> None:
    with pytest.raises(StateError, match="not of"):
        put(opener(), state(s1="one")._replace(uin="5"), "wrong")
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
        change(store, f"{sign_id} {number}", **{f"s{sign_id}": f"{sign_id} in round {number}"})


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
