from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.model.state import State
from reconciler.state.branch import Answer, BranchStore, meaning
from reconciler.state.git_repository import GitRepository
from reconciler.state.store import Snapshot
from tests.fixtures.git_http import WRITER, hosting
from tests.fixtures.repositories import git, hook, hub_and_clone, subjects
from tests.fixtures.state_values import NAME, change, put, state

BRANCH = "reconciler-state"


class Watched(BranchStore):
    """A store that notes what git said about each push that failed, and acts before each further try."""

    def __init__(self, work: Path, act: Callable[[], None] = lambda: None) -> None:
        super().__init__(work, BRANCH, NAME, pause=lambda _: act())
        self.words: list[str] = []

    def _push(self, commit: str, expected: str) -> str | None:
        words = super()._push(commit, expected)
        if words is not None:
            self.words.append(words)
        return words


def stored(store: BranchStore, wanted: State, note: str = "note") -> State:
    return put(store, wanted, note).state


def test_a_push_that_came_second_is_made_again_on_the_newest_record(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    stored(BranchStore(work, BRANCH, NAME), state(s1="one"), "base")
    late = Overtaken(work, 1)
    assert change(late, "ours", s1="ours").state.entries == state(s1="ours", s2="0").entries
    assert "stale info" in late.words[0]
    assert subjects(hub, BRANCH) == ["ours", "other", "base"]


class Overtaken(Watched):
    """A store that another one comes before at its first ``times`` pushes."""

    def __init__(self, work: Path, times: int, act: Callable[[], None] = lambda: None) -> None:
        super().__init__(work, act)
        self._times = times

    def _push(self, commit: str, expected: str) -> str | None:
        if len(self.words) < self._times:
            overtake(self._root, len(self.words))
        return super()._push(commit, expected)


def overtake(work: Path, number: int) -> None:
    change(BranchStore(work, BRANCH, NAME), "other", s2=str(number))


def test_a_writer_that_is_always_overtaken_gets_through_when_the_other_is_done(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    store = Overtaken(work, 12)
    assert change(store, s1="ours").state.entries == state(s1="ours", s2="11").entries
    assert len(store.words) == 12
    assert subjects(hub, BRANCH) == ["note", *["other"] * 12]


def test_a_writer_that_is_overtaken_without_end_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.state.branch._LOST_RACES", 3)
    _, work = hub_and_clone(tmp_path)
    with pytest.raises(StateError, match="in 3 tries"):
        stored(Overtaken(work, 99), state(s1="ours"))


def test_what_others_save_while_a_writer_waits_is_no_lost_race(tmp_path: Path) -> None:
    _, work = hub_and_clone(tmp_path)
    store = Overtaken(work, 1, act=lambda: overtake(work, 7))
    assert change(store, s1="ours").state.entries == state(s1="ours", s2="7").entries
    assert len(store.words) == 1


OVERTAKE = """
test -e {once} && exit 0
touch {once}
other=$(git -c user.name=x -c user.email=x commit-tree -p "$2" -m overtaken "$2^{{tree}}")
git update-ref "$1" "$other"
"""


def test_a_push_that_is_overtaken_on_the_server_is_tried_again(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    stored(BranchStore(work, BRANCH, NAME), state(s1="one"), "base")
    hook(hub, "update", OVERTAKE.format(once=tmp_path / "once"))
    store = Watched(work)
    stored(store, state(s1="two"), "ours")
    assert "lock" in store.words[0]
    assert meaning(store.words[0]) is Answer.AGAIN
    assert subjects(hub, BRANCH) == ["ours", "overtaken", "base"]


def test_a_lock_on_the_server_that_goes_is_waited_for(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    lock = hub / "refs" / "heads" / f"{BRANCH}.lock"
    lock.touch()
    store = Watched(work, lambda: lock.unlink(missing_ok=True))
    assert stored(store, state(s1="one")).entries == state(s1="one").entries
    assert len(store.words) == 1
    assert "lock" in store.words[0]


def test_a_lock_on_the_server_that_stays_ends_the_run_with_what_to_do(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    (hub / "refs" / "heads" / f"{BRANCH}.lock").touch()
    store = Watched(work)
    with pytest.raises(StateError, match="in 10 tries") as caught:
        stored(store, state(s1="one"))
    assert "*.lock" in caught.value.hint
    assert len(store.words) == 10


@pytest.mark.parametrize("lost", [1, 2])
def test_an_answer_that_got_lost_is_no_conflict_with_oneself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    hub, work = hub_and_clone(tmp_path)
    monkeypatch.setenv("RECONCILER_GIT_TOKEN", WRITER)
    with hosting(tmp_path) as hosted:
        git(work, "remote", "set-url", "origin", f"{hosted.url}/hub.git")
        store = Watched(work)
        base = store.load()
        for number in range(lost):
            hosted.lose = 1
            base = change(store, f"save {number}", s1=str(number))
        assert len(store.words) == lost
        assert store.load() == base
    assert subjects(hub, BRANCH) == [f"save {number}" for number in reversed(range(lost))]


def test_a_lost_answer_with_another_save_on_top_is_no_conflict_either(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    base = stored(BranchStore(work, BRANCH, NAME), state(s1="one"), "base")
    other = BranchStore(work, BRANCH, NAME)

    class OnTop(Watched):
        def _push(self, commit: str, expected: str) -> str | None:
            super()._push(commit, expected)
            if not other.load().state.entries.keys() & {2}:
                stored(other, base._replace(entries=state(s1="ours", s2="two").entries), "on top")
            return "the line was cut (timed out)"

    store = OnTop(work)
    found = change(store, "ours", s1="ours").state
    assert found.entries == state(s1="ours", s2="two").entries
    assert subjects(hub, BRANCH) == ["on top", "ours", "base"]


def test_a_push_that_was_taken_is_seen_by_the_next_step_though_it_could_not_be_read_at_once(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    stored(BranchStore(work, BRANCH, NAME), state(s1="one"), "base")

    class Cut(Watched):
        is_cut = False

        def _push(self, commit: str, expected: str) -> str | None:
            self.is_cut = super()._push(commit, expected) is None and not self.words and not self.is_cut
            return "the line was cut (timed out)" if self.is_cut else None

        def load(self) -> Snapshot:
            if self.is_cut:
                raise StateError("the line is still cut")
            return super().load()

    store = Cut(work)
    with pytest.raises(StateError, match="still cut"):
        change(store, "ours", s1="ours")
    store.is_cut = False
    seen: list[State] = []

    def look(found: State) -> State:
        seen.append(found)
        return found

    store.update(look, "nothing")
    assert seen[0].entries == state(s1="ours").entries
    assert subjects(hub, BRANCH) == ["ours", "base"]


def test_a_push_that_was_taken_but_took_too_long_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, work = hub_and_clone(tmp_path)
    hook(hub, "post-receive", "sleep 60")
    store = Watched(work)
    monkeypatch.setattr("reconciler.state.git_repository.REMOTE_LIMIT_S", 1.5)
    assert change(store, "slow", s1="one").state.entries == state(s1="one").entries
    assert ["timed out" in words for words in store.words] == [True]
    assert subjects(hub, BRANCH) == ["slow"]


def test_a_push_that_was_not_taken_in_time_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, work = hub_and_clone(tmp_path)
    hook(hub, "pre-receive", f"test -e {tmp_path}/once && exit 0; touch {tmp_path}/once; sleep 60")
    store = Watched(work)
    monkeypatch.setattr("reconciler.state.git_repository.REMOTE_LIMIT_S", 1.5)
    change(store, "second try", s1="one")
    assert subjects(hub, BRANCH) == ["second try"]


def test_an_id_that_is_none_never_becomes_a_refspec(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    stored(BranchStore(work, BRANCH, NAME), state(s1="one"))
    plumbing = GitRepository(work, "origin", BRANCH)
    tip = plumbing.fetch()
    for wrong in ("", "HEAD", "abc", "-d", f"{tip}\n"):
        with pytest.raises(StateError, match="for a commit"):
            plumbing.push(wrong, tip)
    assert git(hub, "rev-parse", BRANCH) == tip


def test_a_fetch_that_meets_a_moving_branch_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    stored(BranchStore(work, BRANCH, NAME), state(s1="one"))
    plumbing = GitRepository(work, "origin", BRANCH)
    remote, failures = plumbing._remote, [1, 1]

    def moving(*arguments: str) -> object:
        if arguments[0] == "fetch" and failures:
            return remote("fetch", "record", f"{failures.pop():040x}")
        return remote(*arguments)

    monkeypatch.setattr(plumbing, "_remote", moving)
    assert plumbing.fetch() is not None


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("! [rejected] (stale info)", Answer.AGAIN),
        ("! [rejected] (fetch first)", Answer.AGAIN),
        ("! [rejected] (non-fast-forward)", Answer.AGAIN),
        ("! [rejected] (already exists)", Answer.AGAIN),
        ("! [remote rejected] (cannot lock ref 'refs/heads/x': is at 1 but expected 2)", Answer.AGAIN),
        ("! [remote rejected] (failed to update ref)", Answer.AGAIN),
        ("! [remote rejected] (incorrect old value provided)", Answer.AGAIN),
        ("error: RPC failed; HTTP 502 curl 22", Answer.AGAIN),
        ("fatal: the remote end hung up unexpectedly", Answer.AGAIN),
        ("! [remote rejected] (pre-receive hook declined); the remote end hung up", Answer.DENIED),
        ("! [remote rejected] (protected branch hook declined)", Answer.DENIED),
        ("The requested URL returned error: 403", Answer.DENIED),
        ("cannot lock ref: Unable to create 'x.lock': Permission denied", Answer.DENIED),
        ("ERROR: The key you are authenticating with has been marked as read only.", Answer.DENIED),
        ("fatal: could not read Username: terminal prompts disabled", Answer.DENIED),
        ("fatal: something new", Answer.FAILED),
    ],
)
def test_every_wording_of_git_is_understood(words: str, wanted: Answer) -> None:
    assert meaning(words) is wanted
