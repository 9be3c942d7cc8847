from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.state.branch import BranchStore, check_branch
from tests.fixtures.state_values import NAME


@pytest.mark.parametrize("name", ["reconciler-state", "state/sms", "a", "v1.2", "状态", "x@y", "a.lock.b"])
def test_plain_names_are_taken(name: str) -> None:
    check_branch(name)


WRONG = ["", "-d", "--all", "/a", "a/", "a//b", ".a", "a/.b", "a.", "a..b", "a.lock", "a.lock/b", "a b", "a~1", "a^"]
WRONG += [
    "a:b",
    "a?",
    "a*",
    "a[b",
    "a\\b",
    "a@{b",
    "@",
    "HEAD",
    "a\n",
    "a\x7f",
    "a\x00",
    "a\u202eb",
    "\ud83d",
    "a" * 201,
]


@pytest.mark.parametrize("name", WRONG)
def test_what_git_would_not_take_or_take_otherwise_is_told(name: str) -> None:
    with pytest.raises(StateError, match="cannot be the name of a branch") as caught:
        check_branch(name)
    assert caught.value.message.isascii()
    with pytest.raises(StateError):
        BranchStore(Path(), name, NAME)


@settings(max_examples=40)
@given(st.text(st.sampled_from("ab./-@{~:lock"), min_size=1, max_size=8))
@example("a.lock")
@example("@")
def test_every_name_taken_is_one_that_git_takes(name: str) -> None:
    try:
        check_branch(name)
    except StateError:
        return
    subprocess.run(["git", "check-ref-format", "--branch", name], check=True, capture_output=True)
