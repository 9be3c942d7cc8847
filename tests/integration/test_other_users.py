"""A checkout that more than one user works in: a run with sudo or in a container before, and somebody else's files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from reconciler.files import OWN_FOLDER
from reconciler.sandbox.running import Sandbox
from tests.fixtures.commands import FAST, KEYS, Done, process
from tests.fixtures.forks import Forks
from tests.fixtures.project import Sign, write
from tests.fixtures.repositories import git
from tests.fixtures.serving import accepted, serving

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

SOMEBODY: Final = 65534
SIGN: Final = Sign("acme", 1110, "Acme", status=-1)
REMEDY: Final = 'sudo chown -R "$USER" {}'


class Checkout(NamedTuple):
    """A repository, and an account that holds its one signature, rejected."""

    top: Path
    sandbox: Sandbox
    forks: Forks

    @property
    def own(self) -> Path:
        return self.top / OWN_FOLDER

    @property
    def writing(self) -> tuple[str, ...]:
        return ("--endpoint", self.sandbox.url, *FAST)

    def with_sudo(self, *arguments: str) -> Done:
        return process(*arguments, cwd=self.top, env={**KEYS, "SUDO_UID": str(SOMEBODY)})

    def as_somebody(self, *arguments: str) -> Done:
        done = self.forks.run(*arguments, cwd=self.top, user=SOMEBODY)
        assert "Traceback" not in done.err
        assert "this is a bug" not in done.err
        return done


def give(path: Path, user: int = SOMEBODY) -> None:
    """Make a user the owner of a file or of a folder with all that it holds."""
    for each in (path, *path.rglob("*")):
        os.chown(each, user, user)


@pytest.fixture
def checkout(started: Forks) -> Iterator[Checkout]:
    """The folders of pytest are its user's alone, this one is not."""
    top = Path(tempfile.mkdtemp())
    try:
        top.chmod(0o755)
        git(top, "init", "-q", "-b", "main")
        write(top, [SIGN])
        git(top, "add", "-A")
        git(top, "commit", "-q", "-m", "Begin")
        with serving([SIGN]) as sandbox:
            made = Checkout(top, sandbox, started)
            give(top)
            yield made
    finally:
        shutil.rmtree(top)


@pytest.mark.soak
def test_what_root_leaves_in_a_checkout_belongs_to_its_owner(checkout: Checkout) -> None:
    assert checkout.with_sudo("apply", "--yes", *checkout.writing).code == 0
    assert checkout.with_sudo("apply", "--sandbox", "--yes").code == 0
    left = [checkout.own, *checkout.own.rglob("*")]
    assert len(left) > 5
    assert {path.stat().st_uid for path in left} == {SOMEBODY}
    write(checkout.top, [SIGN._replace(remark="changed")])
    assert checkout.as_somebody("apply", "--yes", *checkout.writing).code == 0
    assert checkout.as_somebody("apply", "--sandbox", "--yes").code == 0
    assert accepted(checkout.sandbox.requests) == {SIGN.sign_id: 2}


def test_root_without_sudo_is_told_what_git_says_and_nothing_is_sent(checkout: Checkout) -> None:
    done = process("apply", "--yes", *checkout.writing, cwd=checkout.top)
    assert done.code == 1
    assert "safe.directory" in done.err
    assert not accepted(checkout.sandbox.requests)
    assert not checkout.own.exists()


@pytest.mark.soak
@pytest.mark.parametrize("part", ["", "*.json", "*.lock"], ids=["folder", "record", "lock"])
def test_what_belongs_to_another_user_is_named_with_the_remedy(checkout: Checkout, part: str) -> None:
    assert checkout.with_sudo("apply", "--yes", *checkout.writing).code == 0
    assert checkout.with_sudo("plan", "--sandbox").code == 0
    for path in checkout.own.glob(part) if part else [checkout.own]:
        give(path, 0)
    write(checkout.top, [SIGN._replace(remark="changed")])
    give(checkout.top / "evidence")
    remedy, at = REMEDY.format(checkout.own), ("--endpoint", checkout.sandbox.url)
    said = {
        command: checkout.as_somebody(*command)
        for command in (
            ("apply", "--yes", *checkout.writing),
            ("adopt", "acme", "--yes", *checkout.writing),
            ("state", "forget", "acme", "--yes", *checkout.writing),
            ("plan", "--sandbox"),
            *((("plan", *at), ("doctor", *at), ("state", "show", *at)) if part != "*.lock" else ()),
        )
    }
    assert {command: done.code in {1, 7} for command, done in said.items()} == dict.fromkeys(said, True)
    assert [command for command, done in said.items() if remedy not in done.out + done.err] == []
    assert accepted(checkout.sandbox.requests) == {SIGN.sign_id: 1}


def test_status_says_that_the_record_of_another_user_is_not_read(checkout: Checkout) -> None:
    assert checkout.with_sudo("apply", "--yes", *checkout.writing).code == 0
    give(checkout.own, 0)
    done = checkout.as_somebody("status", "--endpoint", checkout.sandbox.url)
    assert done.code == 0
    assert "the record cannot be read" in done.err
    assert REMEDY.format(checkout.own) in done.err


@pytest.mark.parametrize("part", ["", "HEAD", "refs/heads", "objects"])
def test_no_commit_is_missing_since_git_may_not_read_its_own_folder(checkout: Checkout, part: str) -> None:
    hidden = checkout.top / ".git" / part
    give(hidden, 0)
    hidden.chmod(0o700 if hidden.is_dir() else 0o600)
    done = checkout.as_somebody("apply", "--yes", *checkout.writing)
    assert done.code == 1
    assert ".git" in done.err
    assert REMEDY.format(checkout.top / ".git") in done.err
    assert not accepted(checkout.sandbox.requests)


@pytest.mark.parametrize("mode", [0o700, 0o711])
def test_definitions_in_a_folder_that_may_not_be_entered_are_a_problem_of_theirs(checkout: Checkout, mode: int) -> None:
    os.chown(checkout.top, 0, 0)
    checkout.top.chmod(mode)
    done = checkout.as_somebody("validate")
    assert done.code == 4
    assert "cannot be read: Permission denied" in done.out + done.err
