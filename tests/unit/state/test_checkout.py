from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import RAISE_THE_LIMIT, StateError
from reconciler.model.state import Lineage
from reconciler.state.checkout import author_of, head_commit, lineage, origin_of
from reconciler.state.git_command import plain_environment, uncommitted_in
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
    with pytest.raises(StateError, match="git cannot be started") as refused:
        head_commit(work)
    assert "in a checkout it tells the commit" in refused.value.hint


def test_git_that_finds_no_room_for_its_pipes_is_not_to_be_installed(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(StateError, match="git cannot be started") as refused:
        head_commit(work)
    assert refused.value.hint == RAISE_THE_LIMIT


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


def worktree_without_its_repository(tmp_path: Path, work: Path) -> Path:
    git(work, "worktree", "add", "-q", str(tmp_path / "tree"))
    shutil.rmtree(work)
    return tmp_path / "tree"


def worktree_that_was_pruned(tmp_path: Path, work: Path) -> Path:
    git(work, "worktree", "add", "-q", str(tmp_path / "tree"))
    shutil.rmtree(work / ".git" / "worktrees")
    return tmp_path / "tree"


def worktree_without_what_is_shared(tmp_path: Path, work: Path) -> Path:
    git(work, "worktree", "add", "-q", str(tmp_path / "tree"))
    (work / ".git" / "worktrees" / "tree" / "commondir").write_text("../../nowhere\n", encoding="utf-8")
    return tmp_path / "tree"


def submodule_that_is_not_there(tmp_path: Path, work: Path) -> Path:
    git(work, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "hub.git"), "inner")
    shutil.rmtree(work / ".git" / "modules")
    return work / "inner"


def file_that_names_nothing(_tmp_path: Path, work: Path) -> Path:
    shutil.rmtree(work / ".git")
    (work / ".git").write_text("gitdir: ../elsewhere.git\n", encoding="utf-8")
    return work


def file_of_something_else(_tmp_path: Path, work: Path) -> Path:
    shutil.rmtree(work / ".git")
    (work / ".git").write_text("not for git\n", encoding="utf-8")
    return work


def link_that_leads_nowhere(_tmp_path: Path, work: Path) -> Path:
    (work / ".git").rename(work / "moved")
    (work / ".git").symlink_to("elsewhere")
    return work


def repository_without_a_head(_tmp_path: Path, work: Path) -> Path:
    (work / ".git" / "HEAD").unlink()
    return work


@pytest.mark.parametrize(
    ("broken", "hint"),
    [
        (worktree_without_its_repository, "git worktree"),
        (worktree_that_was_pruned, "git worktree"),
        (worktree_without_what_is_shared, "git worktree repair"),
        (submodule_that_is_not_there, "git submodule update --init"),
        (file_that_names_nothing, "Put back what it names"),
        (file_of_something_else, "Correct what git names"),
        (link_that_leads_nowhere, "Put back what it names"),
        (repository_without_a_head, "Correct what git names"),
    ],
)
@pytest.mark.parametrize("around", [False, True], ids=["alone", "inside another checkout"])
def test_a_checkout_whose_repository_is_gone_is_not_taken_for_none(
    tmp_path: Path, broken: Callable[[Path, Path], Path], hint: str, around: bool
) -> None:
    if around:
        git(tmp_path, "init", "-q", "-b", "main")
        commit(tmp_path, "outer")
    folder = broken(tmp_path, hub_and_clone(tmp_path)[1])
    with pytest.raises(StateError) as refused:
        head_commit(folder)
    assert str(folder) in refused.value.message
    assert hint in refused.value.hint
    with pytest.raises(StateError):
        origin_of(folder)


def test_a_submodule_that_was_never_made_is_a_folder_of_the_checkout_around(tmp_path: Path, work: Path) -> None:
    git(work, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "hub.git"), "inner")
    git(work, "commit", "-q", "-m", "Add inner")
    git(work, "submodule", "deinit", "-q", "inner")
    assert head_commit(work / "inner") == commits(work)[-1]


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


def test_a_commit_that_the_checkout_does_not_have_is_absent_or_unknown(work: Path) -> None:
    assert lineage(work, "0" * 40, commits(work)[-1]) is Lineage.ABSENT
    assert lineage(work, commits(work)[-1], "0" * 40) is Lineage.UNKNOWN


def test_a_name_is_no_commit_id(work: Path) -> None:
    assert lineage(work, "main", commits(work)[-1]) is Lineage.UNKNOWN
    assert lineage(work, "--all", commits(work)[-1]) is Lineage.UNKNOWN


def test_the_id_of_something_else_is_absent(work: Path) -> None:
    assert lineage(work, git(work, "rev-parse", "HEAD^{tree}"), commits(work)[-1]) is Lineage.ABSENT


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


def traced(folder: Path) -> tuple[str, Path]:
    """A program that notes that it ran and passes on what it is given, and where it notes it."""
    program, note = folder / "program", folder / "ran"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> {note}\ncat\n', encoding="utf-8")
    program.chmod(0o755)
    return str(program), note


PROGRAMS = [
    "core.fsmonitor",
    "core.pager",
    "pager.status",
    "diff.external",
    "diff.x.command",
    "diff.x.textconv",
    "filter.x.clean",
    "filter.x.process",
    "filter.x.smudge",
    "filter.x=y.clean",
    "core.sshCommand",
    "core.askPass",
    "gpg.program",
    "credential.helper",
]


@pytest.mark.parametrize("setting", PROGRAMS)
@pytest.mark.parametrize("inner", [False, True], ids=["checkout", "submodule"])
def test_no_program_runs_that_a_checkout_names(tmp_path: Path, work: Path, setting: str, inner: bool) -> None:
    program, note = traced(tmp_path)
    if inner:
        git(work, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "hub.git"), "inner")
        git(work, "commit", "-q", "-m", "Add inner")
    folder = work / "inner" if inner else work
    name = setting.split(".")[1] if setting.startswith(("filter", "diff.x")) else "x"
    kind = "diff" if setting.startswith("diff") else "filter"
    git(folder, "config", "log.showSignature", "true")
    (folder / ".gitattributes").write_text(f"* {kind}={name}\n", encoding="utf-8")
    git(folder, "add", ".gitattributes")
    git(folder, "commit", "-q", "-m", "Name it")
    git(folder, "config", setting, program)
    (folder / "a").write_text("TEXT\n", encoding="utf-8")
    older, newer = commits(work)[0], commits(work)[-1]
    assert origin_of(work).uncommitted
    author_of(work, {})
    assert lineage(work, older, newer) is Lineage.DESCENDANT
    assert not note.exists(), note.read_text(encoding="utf-8")


def test_no_hook_of_a_checkout_runs(tmp_path: Path, work: Path) -> None:
    program, note = traced(tmp_path)
    for name in ("post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        (work / ".git" / "hooks" / name).write_text(Path(program).read_text(encoding="utf-8"), encoding="utf-8")
        (work / ".git" / "hooks" / name).chmod(0o755)
    os.utime(work / "a", (1, 1))
    assert not origin_of(work).uncommitted
    assert not note.exists()


def filtered(work: Path, name: str) -> None:
    """Commit a file that a filter turns into what is committed, and let git look at it again."""
    (work / ".gitattributes").write_text(f"c filter={name}\n", encoding="utf-8")
    commit(work, "c", "text again\n")
    git(work, "add", ".gitattributes")
    git(work, "commit", "-q", "-m", "Name it")
    os.utime(work / "c", (1, 1))


def test_a_filter_of_the_users_own_still_tells_what_is_changed(
    tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    git(tmp_path, "config", "--global", "filter.upper.clean", "tr a-z A-Z")
    filtered(work, "upper")
    assert not origin_of(work).uncommitted
    # The same filter in the checkout's own settings is not run, so its files count as changed once they are looked at.
    git(work, "config", "filter.upper.clean", "tr a-z A-Z")
    assert origin_of(work).uncommitted


@pytest.mark.parametrize("tool", ["git-lfs", "git-crypt"])
def test_filters_that_known_tools_set_up_in_a_checkout_still_run(
    tmp_path: Path, work: Path, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / tool).write_text("#!/bin/sh\ntr a-z A-Z\n", encoding="utf-8")
    (tmp_path / "bin" / tool).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    git(work, "config", "filter.x.clean", f'"{tool}" clean' if tool == "git-crypt" else f"{tool} clean -- %f")
    filtered(work, "x")
    assert not origin_of(work).uncommitted


def test_where_git_cannot_look_nobody_can_tell_what_is_changed(tmp_path: Path, work: Path) -> None:
    assert uncommitted_in(work, plain_environment()) == frozenset()
    assert uncommitted_in(tmp_path, plain_environment()) is None


@pytest.mark.parametrize("left", ["", "refs"], ids=["empty", "without its head"])
def test_a_submodule_whose_repository_is_damaged_is_a_change(tmp_path: Path, work: Path, left: str) -> None:
    git(work, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "hub.git"), "inner")
    git(work, "commit", "-q", "-m", "Add inner")
    (work / "inner/.git").unlink()
    (work / "inner/.git" / left).mkdir(parents=True)
    assert origin_of(work).uncommitted


def test_a_change_within_a_submodule_is_a_change(tmp_path: Path, work: Path) -> None:
    git(work, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "hub.git"), "inner")
    git(work, "commit", "-q", "-m", "Add inner")
    assert not origin_of(work).uncommitted
    (work / "inner" / "a").write_text("changed\n", encoding="utf-8")
    assert origin_of(work).uncommitted
    git(work / "inner", "checkout", "-q", "a")
    commit(work / "inner", "d")
    assert origin_of(work).uncommitted
    git(work, "submodule", "deinit", "-q", "--force", "inner")
    assert not origin_of(work).uncommitted
