from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import Refusal, StateError
from reconciler.fleet.moved import Checkouts
from reconciler.state.checkout import head_commit
from tests.fixtures.repositories import commit, git


@pytest.fixture
def top(tmp_path: Path) -> Path:
    folder = tmp_path / "top"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main", ".")
    commit(folder, "a")
    commit(folder, "b")
    return folder


def plain(top: Path) -> Path:
    return top


def detached(top: Path) -> Path:
    git(top, "checkout", "-q", "--detach")
    return top


def worktree(top: Path) -> Path:
    git(top, "worktree", "add", "-q", "-b", "side", str(top.parent / "side"))
    return top.parent / "side"


@pytest.mark.parametrize("kind", [plain, detached, worktree])
def test_a_checkout_that_moved_is_seen(top: Path, kind: Callable[[Path], Path]) -> None:
    root = kind(top)
    before = head_commit(root)
    checkouts = Checkouts([root])
    (root / "new").touch()
    checkouts.check(root)
    assert list(checkouts.moved()) == []
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Change")
    (moved,) = checkouts.moved()
    assert (moved.root, moved.before, moved.now) == (root, before, head_commit(root))
    assert checkouts.head(root) == before
    with pytest.raises(Refusal, match=f"moved from {str(before)[:12]} to {str(moved.now)[:12]} after this run began"):
        checkouts.check(root)
    git(root, "reset", "-q", "--hard", "HEAD^")
    assert list(checkouts.moved()) == []


def test_another_branch_of_the_same_commit_is_no_move(top: Path) -> None:
    checkouts = Checkouts([top])
    git(top, "checkout", "-q", "-b", "other")
    assert list(checkouts.moved()) == []


def test_a_checkout_without_a_commit_any_more_moved_too(top: Path) -> None:
    checkouts = Checkouts([top])
    git(top, "checkout", "-q", "--orphan", "fresh")
    with pytest.raises(Refusal, match="to no commit after"):
        checkouts.check(top)


def test_where_there_is_no_commit_to_begin_with_nothing_moves(tmp_path: Path) -> None:
    (tmp_path / "empty/.git").mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "main", "unborn")
    roots = [tmp_path / name for name in ("empty", "unborn", "missing")]
    checkouts = Checkouts(roots)
    commit(tmp_path / "unborn", "a")
    assert list(checkouts.moved()) == []
    for root in (*roots, tmp_path / "of no account"):
        checkouts.check(root)


def test_a_checkout_that_git_cannot_read_ends_no_run_and_is_not_taken_for_one_that_moved(top: Path) -> None:
    answers: list[str | None] = ["a" * 40]

    def ask(_root: Path) -> str | None:
        if answers:
            return answers.pop()
        raise StateError("damaged")

    read = Checkouts([top], ask)
    assert list(read.moved()) == []
    with pytest.raises(StateError, match="damaged"):
        read.check(top)
    unread = Checkouts([top], ask)
    unread.check(top)
    with pytest.raises(StateError, match="damaged"):
        unread.head(top)
