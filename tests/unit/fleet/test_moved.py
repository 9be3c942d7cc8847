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


class Asked:
    """Git, and how often it was asked."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, root: Path) -> str | None:
        self.count += 1
        return head_commit(root)


def plain(top: Path) -> Path:
    return top


def detached(top: Path) -> Path:
    git(top, "checkout", "-q", "--detach")
    return top


def renamed(top: Path) -> Path:
    """The branch is checked out by another name of it."""
    git(top, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
    git(top, "symbolic-ref", "HEAD", "refs/heads/alias")
    return top


def worktree(top: Path) -> Path:
    git(top, "worktree", "add", "-q", "-b", "side", str(top.parent / "side"))
    return top.parent / "side"


def submodule(top: Path) -> Path:
    git(top.parent, "clone", "-q", str(top), "part")
    git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(top.parent / "part"), "part")
    return top / "part"


def packed(top: Path) -> Path:
    git(top, "pack-refs", "--all")
    return top


# With what git must be asked at the start: where its files do not name the commit.
KINDS = [(plain, 0), (detached, 0), (renamed, 0), (worktree, 0), (submodule, 0), (packed, 1)]


@pytest.mark.parametrize(("kind", "asked"), KINDS)
def test_a_checkout_that_moved_is_seen_and_git_is_not_asked_while_it_stays(
    top: Path, kind: Callable[[Path], Path], asked: int
) -> None:
    root, ask = kind(top), Asked()
    before = head_commit(root)
    checkouts = Checkouts([root], ask)
    (root / "new").touch()
    for _ in range(20):
        assert checkouts.moved(root) is None
        checkouts.check(root)
    assert ask.count == asked
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Change")
    moved = checkouts.moved(root)
    assert moved is not None
    assert (moved.root, moved.before, moved.now) == (root, before, head_commit(root))
    with pytest.raises(Refusal, match=f"moved from {str(before)[:12]} to {str(moved.now)[:12]} after this run began"):
        checkouts.check(root)
    git(root, "reset", "-q", "--hard", "HEAD^")
    assert checkouts.moved(root) is None


def test_another_branch_of_the_same_commit_and_packed_branches_are_no_move(top: Path) -> None:
    ask = Asked()
    checkouts = Checkouts([top], ask)
    git(top, "checkout", "-q", "-b", "other")
    assert (checkouts.moved(top), ask.count) == (None, 0)
    git(top, "pack-refs", "--all")
    assert (checkouts.moved(top), ask.count) == (None, 1)
    git(top, "checkout", "-q", "main~1")
    assert checkouts.moved(top) is not None


def test_a_move_between_two_packed_branches_is_seen(top: Path) -> None:
    checkouts = Checkouts([packed(top)])
    commit(top, "c")
    assert checkouts.moved(packed(top)) is not None


def test_branches_in_tables_are_asked_for_only_where_the_tables_changed(tmp_path: Path) -> None:
    # As newer releases of git write them than the one here may be: the files name no commit at all.
    inside = tmp_path / ".git"
    (inside / "reftable").mkdir(parents=True)
    (inside / "HEAD").write_text("ref: refs/heads/.invalid\n")
    (inside / "reftable/tables.list").write_text("0x01-0x01-aaaa.ref\n")
    answers = iter(["a" * 40, "a" * 40, "b" * 40])
    checkouts = Checkouts([tmp_path], lambda _root: next(answers))
    assert [checkouts.moved(tmp_path) for _ in range(3)] == [None] * 3
    (inside / "reftable/tables.list").write_text("0x01-0x02-bbbb.ref\n")
    assert checkouts.moved(tmp_path) is None  # of a record's branch, say
    moved = checkouts.moved(tmp_path)
    assert moved is not None
    assert (moved.before, moved.now) == ("a" * 40, "b" * 40)


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
    assert [checkouts.moved(root) for root in (*roots, tmp_path / "of no account")] == [None] * 4


def test_a_checkout_that_git_cannot_read_ends_no_run(top: Path) -> None:
    def refuse(_root: Path) -> str | None:
        raise StateError("damaged")

    git(top, "pack-refs", "--all")
    assert Checkouts([top], refuse).moved(top) is None
