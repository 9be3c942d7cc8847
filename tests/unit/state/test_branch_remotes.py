from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from reconciler.errors import RemoteError, StateError
from reconciler.state.branch import BranchStore
from reconciler.state.git_repository import BareRepository
from tests.fixtures.repositories import git, hook, hub_and_clone, subjects
from tests.fixtures.state_values import NAME, put, state

BRANCH = "reconciler-state"
TOKEN = "RECONCILER_GIT_TOKEN"


def save(work: Path, name: str = "one") -> None:
    store = BranchStore(work, BRANCH, NAME)
    put(store, state(s1=name), name)


def failure(work: Path) -> StateError:
    with pytest.raises(StateError) as caught:
        save(work)
    assert caught.value.hint
    return caught.value


def test_a_rule_of_the_branch_that_refuses_is_told(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    hook(hub, "pre-receive", "printf 'Protected \\033[31mbranch'; exit 1")
    error = failure(work)
    assert "hook declined" in error.message
    assert "\t" not in error.message
    assert "Protected" in error.message
    assert "\x1b" not in error.message
    assert "rules for branches" in error.hint


def test_a_push_that_fails_for_another_reason_is_told(tmp_path: Path) -> None:
    _, work = hub_and_clone(tmp_path)
    git(work, "config", "remote.origin.pushurl", str(tmp_path / "nowhere"))
    assert "cannot be pushed" in failure(work).message


def test_an_address_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, work = hub_and_clone(tmp_path)
    git(work, "remote", "set-url", "origin", "https://[::1/hub.git")
    monkeypatch.setenv(TOKEN, "may-write")
    assert "cannot be fetched" in failure(work).message


def test_a_remote_relative_to_the_checkout_works(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    git(work, "remote", "set-url", "origin", "../hub.git")
    save(work)
    assert subjects(hub, BRANCH) == ["one"]


def test_a_linked_working_tree_works(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    git(work, "worktree", "add", "-q", str(tmp_path / "linked"))
    save(tmp_path / "linked")
    assert subjects(hub, BRANCH) == ["one"]


def test_a_repository_of_sha256_works(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "--object-format=sha256", "hub.git")
    git(tmp_path, "init", "-q", "--object-format=sha256", "work")
    git(tmp_path / "work", "remote", "add", "origin", "../hub.git")
    save(tmp_path / "work")
    save(tmp_path / "work", "two")
    assert len(git(tmp_path / "hub.git", "rev-parse", BRANCH)) == 64


def test_another_remote_can_hold_the_record(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    git(work, "remote", "rename", "origin", "upstream")
    store = BranchStore(work, BRANCH, NAME, remote="upstream")
    put(store, state(s1="one"), "one")
    assert subjects(hub, BRANCH) == ["one"]


def test_a_checkout_without_the_remote_is_told(tmp_path: Path) -> None:
    _, work = hub_and_clone(tmp_path)
    git(work, "remote", "remove", "origin")
    assert "no remote called origin" in failure(work).message


def test_a_folder_that_is_no_checkout_is_told(tmp_path: Path) -> None:
    assert "not a git checkout" in failure(tmp_path).message


def test_a_remote_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    hub.rename(tmp_path / "gone.git")
    assert failure(work).message.startswith(f"branch {BRANCH} of origin ({hub.as_uri()}) cannot be fetched: ")


def test_a_remote_that_never_answers_is_named_with_its_address_and_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.state.git_repository.REMOTE_LIMIT_S", 1.0)
    _, work = hub_and_clone(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        git(work, "remote", "set-url", "origin", f"http://someone:canary@{host}/hub.git?private_token=canary")
        error = failure(work)
    assert isinstance(error, RemoteError)
    remote = f"origin (http://{host}/hub.git)"
    assert error.message == f"git fetch took longer than 1 s: {remote} did not answer in time"
    assert remote in error.hint


def test_a_push_that_takes_too_long_names_where_it_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.state.git_repository.REMOTE_LIMIT_S", 1.0)
    hub, work = hub_and_clone(tmp_path)
    there = BareRepository(work, "origin")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/hub.git"
        git(work, "remote", "set-url", "--push", "origin", address)
        elsewhere = BareRepository(work, "origin")
        with pytest.raises(RemoteError, match=re.escape(f"git push took longer than 1 s: origin ({address})")):
            elsewhere.reach("push", "record", ":refs/heads/x")
    assert str(hub) in there.remote
