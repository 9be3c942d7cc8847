"""What the record says of commits, and of another record, with real processes: V6 and V9 of docs/protocol.md."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from reconciler.contract.api import MODIFY
from reconciler.errors import Exit
from reconciler.sandbox.account import review
from reconciler.sandbox.running import Sandbox
from tests.fixtures.announced import Announced
from tests.fixtures.commands import COMMAND, FAST, KEYS, ended, launched, process
from tests.fixtures.project import Sign, pending
from tests.fixtures.record_places import BRANCH, BranchPlace, FilePlace
from tests.fixtures.repositories import git
from tests.fixtures.serving import accepted, sent, serving
from tests.fixtures.steps import wait_until

pytestmark = pytest.mark.soak

SIGNS: Final = (pending(1), pending(2))
ONE, TWO = (sign.sign_id for sign in SIGNS)
NEWER: Final = tuple(sign._replace(name=f"Newer {sign.sign_id}") for sign in SIGNS)
HIDDEN: Final = tuple(sign._replace(remark="Newer words") for sign in SIGNS)
TIMEOUT: Final = ("--request-timeout", "2.5")


def apply(sandbox: Sandbox, *more: str) -> tuple[str, ...]:
    return ("apply", "--format", "json", "--endpoint", sandbox.url, *TIMEOUT, *FAST, *more)


class Checkouts:
    """Two clones of one project with its record on a branch: ``older`` stays a commit behind ``newer``."""

    def __init__(self, folder: Path, older: tuple[Sign, ...], newer: tuple[Sign, ...]) -> None:
        place = BranchPlace(folder / "place")
        place.make()
        self.newer, self.older = place.top, place.folder / "older"
        self.commit(place, older)
        place.clone(self.older)
        self.commit(place, newer)
        self.place = place

    def commit(self, place: BranchPlace, signs: tuple[Sign, ...]) -> None:
        place.define(signs)
        git(place.top, "add", "-A")
        git(place.top, "commit", "-q", "-m", "Change the definitions")
        git(place.top, "push", "-q", "origin", "HEAD:main")


def names(sandbox: Sandbox) -> list[str]:
    return [row.sign_name for row in map(sandbox.account.row, (ONE, TWO)) if row is not None]


@contextmanager
def asked(sandbox: Sandbox, top: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start an apply that asks on a terminal; yield it, once it has asked, with the terminal's other end."""
    person, terminal = os.openpty()
    with subprocess.Popen(
        [*COMMAND, *apply(sandbox)],
        cwd=top,
        env={**os.environ, **KEYS},
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        os.close(terminal)
        assert child.stderr is not None
        said = b""
        while b"for review?" not in said:
            said += os.read(child.stderr.fileno(), 1 << 16) or pytest.fail(said.decode())
        yield child, person
        os.close(person)


def test_an_older_commit_is_refused_where_a_newer_apply_ended_while_the_question_was_open(tmp_path: Path) -> None:
    """V6, first way: the older commit's plan was made, and its question asked, before the newer one was applied."""
    made = Checkouts(tmp_path, SIGNS, NEWER)
    with serving(SIGNS) as sandbox:
        with asked(sandbox, made.older) as (child, person):
            assert process(*apply(sandbox, "--yes"), cwd=made.newer).code == 0
            os.write(person, b"y\n")
            child.communicate(timeout=60)
        assert child.returncode == Exit.UNSETTLED
        assert names(sandbox) == [sign.name for sign in NEWER]
        assert accepted(sandbox.requests) == Counter([ONE, TWO])


def test_an_older_commit_is_refused_where_the_newer_run_was_killed_and_settled_by_what_shows(tmp_path: Path) -> None:
    """V6, second way: what the newer commit submitted is known from the account only, since its run was killed."""
    made = Checkouts(tmp_path, SIGNS[:1], NEWER[:1])
    taken = Announced(MODIFY, 1, 1, "delay", "1.4")
    with serving(SIGNS[:1], taken) as sandbox:
        killed = launched(*apply(sandbox, "--yes"), cwd=made.newer)
        assert taken.hit.wait(60.0)
        killed.send_signal(signal.SIGKILL)
        ended(killed)
        assert process(*apply(sandbox, "--yes"), cwd=made.newer).code == 0
        assert process(*apply(sandbox, "--yes"), cwd=made.older).code == Exit.REFUSED
        assert accepted(sandbox.requests) == Counter([ONE])


def test_an_adoption_from_an_older_commit_is_refused_and_opens_no_way_back(tmp_path: Path) -> None:
    """V6, third way: the adopted signature looks alike in both commits; the other one would be submitted after it."""
    made = Checkouts(tmp_path, SIGNS, (HIDDEN[0], NEWER[1]))
    with serving(SIGNS) as sandbox:
        assert process(*apply(sandbox, "--yes"), cwd=made.newer).code == 0
        adopt = ("adopt", "--endpoint", sandbox.url, *TIMEOUT, SIGNS[0].key, "--yes")
        adopted = process(*adopt, cwd=made.older)
        assert process(*apply(sandbox, "--yes"), cwd=made.older).code == Exit.REFUSED
        assert adopted.code == Exit.REFUSED
        assert names(sandbox) == [SIGNS[0].name, NEWER[1].name]


def test_an_older_commit_is_refused_where_the_newer_apply_found_nothing_to_change(tmp_path: Path) -> None:
    """V6, fourth way: the newer commit takes back what the older one had changed, before that was applied."""
    as_live = (SIGNS[0]._replace(name="Old 1"), SIGNS[1]._replace(name="Old 2"))
    made = Checkouts(tmp_path, SIGNS, as_live)
    with serving(SIGNS) as sandbox:
        assert process(*apply(sandbox, "--yes"), cwd=made.newer).code == 0
        before = sent(sandbox.requests)
        assert process(*apply(sandbox, "--yes"), cwd=made.older).code == Exit.REFUSED
        assert (names(sandbox), sent(sandbox.requests)) == (["Old 1", "Old 2"], before)


def test_a_local_record_beside_a_branch_stops_apply_before_anything_is_sent_again(tmp_path: Path) -> None:
    """V9: what the local record knows is a rejection of the very same content, and a call whose outcome is open."""
    later = BranchPlace(tmp_path / "place")
    later.make()
    place = FilePlace(later.folder)
    late = Announced(MODIFY, 3, 3, "delay-before", "4")
    with serving(SIGNS, late) as sandbox:
        place.define(SIGNS)
        assert process(*apply(sandbox, "--yes"), cwd=place.top).code == 0
        assert review(sandbox.account, ONE, "reject", "Blurred scan") is not None
        place.define((SIGNS[0], NEWER[1]))
        killed = launched(*apply(sandbox, "--yes"), cwd=place.top)
        assert late.hit.wait(60.0)
        killed.send_signal(signal.SIGKILL)
        ended(killed)
        later.define((SIGNS[0], NEWER[1]))
        stopped = process(*apply(sandbox, "--yes"), cwd=place.top)
        checked = process("doctor", "--endpoint", sandbox.url, cwd=place.top)
        wait_until(lambda: names(sandbox)[1] == NEWER[1].name)
        assert (stopped.code, sent(sandbox.requests)) == (Exit.REFUSED, Counter({ONE: 1, TWO: 2}))
        assert (checked.code != 0, BRANCH in checked.out) == (True, True)
