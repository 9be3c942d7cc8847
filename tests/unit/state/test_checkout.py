from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.state.checkout import Lineage, author_of, head_commit, lineage, origin_of
from tests.fixtures.repositories import clone, commit, git, hub_and_clone


def commits(checkout: Path) -> list[str]:
    """The commits of a checkout, the oldest first."""
    return git(checkout, "rev-list", "--reverse", "HEAD").splitlines()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return hub_and_clone(tmp_path)[1]


def test_the_commit_checked_out_is_the_head(work: Path) -> None:
    assert head_commit(work) == commits(work)[-1]


def test_outside_git_and_before_a_first_commit_there_is_no_head(tmp_path: Path) -> None:
    assert head_commit(tmp_path) is None
    git(tmp_path, "init", "-q", "new")
    assert head_commit(tmp_path / "new") is None


def test_a_checkout_that_cannot_be_read_is_said(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(work))
    with pytest.raises(StateError, match="git cannot be started"):
        head_commit(work)


def test_a_checkout_that_git_does_not_trust_is_not_taken_for_none(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A variable of git's own tests: every owner counts as another user.
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr("reconciler.state.checkout.plain_environment", lambda: dict(os.environ))
    with pytest.raises(StateError, match="git does not read the checkout") as refused:
        head_commit(work)
    assert "safe.directory" in refused.value.message


def test_a_damaged_checkout_is_not_taken_for_none(work: Path) -> None:
    (work / ".git" / "HEAD").write_text("garbage\n")
    with pytest.raises(StateError, match="git does not read the checkout"):
        head_commit(work)


def test_an_empty_folder_called_git_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert head_commit(tmp_path) is None


def test_the_actor_of_a_workflow_runs_it(work: Path) -> None:
    workflow = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "octo-cat", "GITHUB_ACTOR_ID": "42"}
    assert author_of(work, workflow) == ("octo-cat", "42+octo-cat@users.noreply.github.com")
    without_number = {**workflow, "GITHUB_ACTOR_ID": "4 2"}
    assert author_of(work, without_number) == ("octo-cat", "octo-cat@users.noreply.github.com")


@pytest.mark.parametrize("name", ["a b", "", "x" * 60, "a\nb", "<a>"])
def test_what_is_no_name_of_an_actor_is_not_taken(name: str, work: Path) -> None:
    git(work, "config", "user.name", "Ann Lee")
    git(work, "config", "user.email", "ann@example.com")
    assert author_of(work, {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": name}) == ("Ann Lee", "ann@example.com")


def test_git_says_who_runs_it_and_does_not_guess(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(work))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    assert author_of(work, {}) is None
    named = {"GIT_AUTHOR_NAME": "Ann Lee", "GIT_AUTHOR_EMAIL": "ann@example.com"}
    assert author_of(work, named) == ("Ann Lee", "ann@example.com")


def test_a_tree_with_changes_is_not_just_its_commit(work: Path) -> None:
    git(work, "config", "user.name", "Ann Lee")
    git(work, "config", "user.email", "ann@example.com")
    head = commits(work)[-1]
    assert origin_of(work) == (head, False, "Ann Lee")
    (work / "new.yaml").write_text("new\n", encoding="utf-8")
    assert origin_of(work) == (head, True, "Ann Lee")


def test_the_same_commit_and_a_later_one_may_be_applied(work: Path) -> None:
    first, second, third = commits(work)
    assert lineage(work, third, third) is Lineage.DESCENDANT
    assert lineage(work, second, third) is Lineage.DESCENDANT
    assert lineage(work, first, third) is Lineage.DESCENDANT


def test_an_earlier_commit_is_older(work: Path) -> None:
    first, second, third = commits(work)
    assert lineage(work, third, first) is Lineage.OLDER
    assert lineage(work, third, second) is Lineage.OLDER


def test_a_commit_of_another_line_has_diverged(work: Path) -> None:
    _, second, third = commits(work)
    git(work, "checkout", "-q", second)
    assert lineage(work, third, commit(work, "d")) is Lineage.DIVERGED


def test_a_merge_of_the_applied_commit_may_be_applied(work: Path) -> None:
    _, second, third = commits(work)
    git(work, "checkout", "-q", "-b", "side", second)
    commit(work, "d")
    git(work, "merge", "-q", third)
    assert lineage(work, third, str(head_commit(work))) is Lineage.DESCENDANT


def test_a_commit_that_the_checkout_does_not_have_is_unknown(work: Path) -> None:
    assert lineage(work, "0" * 40, commits(work)[-1]) is Lineage.UNKNOWN
    assert lineage(work, commits(work)[-1], "0" * 40) is Lineage.UNKNOWN


def test_a_name_is_no_commit_id(work: Path) -> None:
    assert lineage(work, "main", commits(work)[-1]) is Lineage.UNKNOWN
    assert lineage(work, "--all", commits(work)[-1]) is Lineage.UNKNOWN


def test_the_id_of_something_else_is_unknown(work: Path) -> None:
    assert lineage(work, git(work, "rev-parse", "HEAD^{tree}"), commits(work)[-1]) is Lineage.UNKNOWN


def test_too_shallow_a_history_cannot_tell(tmp_path: Path, work: Path) -> None:
    first, second, third = commits(work)
    shallow = clone(tmp_path / "hub.git", tmp_path / "shallow", "--depth=1")
    assert lineage(shallow, second, third) is Lineage.UNKNOWN
    assert lineage(shallow, third, third) is Lineage.DESCENDANT
    # Both ends are there, what joins them is not.
    git(shallow, "fetch", "-q", "--depth=1", "origin", first)
    assert lineage(shallow, first, third) is Lineage.UNKNOWN


def test_a_shallow_history_that_reaches_back_far_enough_can_tell(tmp_path: Path, work: Path) -> None:
    _, second, third = commits(work)
    shallow = clone(tmp_path / "hub.git", tmp_path / "shallow", "--depth=2")
    assert lineage(shallow, second, third) is Lineage.DESCENDANT
    assert lineage(shallow, third, second) is Lineage.OLDER


def test_a_replaced_commit_is_compared_as_it_was_made(work: Path) -> None:
    third = commits(work)[-1]
    git(work, "checkout", "-q", "--orphan", "side")
    side = commit(work, "d")
    git(work, "replace", "--graft", side, third)
    assert lineage(work, third, side) is Lineage.DIVERGED
