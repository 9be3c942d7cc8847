"""Whole accounts: two hundred signatures in every state, and ten changes at the vendor's pace."""

from __future__ import annotations

import statistics
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.fixtures.commands import FAST, process
from tests.fixtures.project import (
    APPROVED,
    CODES,
    MISSING,
    NOT_EFFECTIVE,
    PENDING,
    REJECTED,
    UNDOCUMENTED,
    Sign,
    pending,
    write,
)
from tests.fixtures.served import served
from tests.fixtures.serving import accepted, modifies, sent

COUNT = 200
NEVER = {APPROVED, NOT_EFFECTIVE, UNDOCUMENTED, MISSING}


def generated() -> list[Sign]:
    """Every status, in both series, with the name changed, and not changed."""
    return [
        Sign(
            f"sign-{number}",
            1000 + number,
            f"Name {number}",
            live=f"Old {number}" if number // len(CODES) % 3 else None,
            status=CODES[number % len(CODES)],
            international=number % 5 < 3,
        )
        for number in range(COUNT)
    ]


def should_be_sent(sign: Sign) -> bool:
    """By the decision: a pending one that differs, and a rejected one of which nothing is recorded."""
    return sign.status == REJECTED or (sign.status == PENDING and sign.live is not None)


@pytest.mark.soak
def test_two_hundred_signatures_are_sent_exactly_where_they_should_be(tmp_path: Path) -> None:
    signs = generated()
    write(tmp_path, signs)
    wanted = Counter(sign.sign_id for sign in signs if should_be_sent(sign))
    assert len(wanted) > COUNT // 4
    with served(tmp_path, signs, "--no-limits") as sandbox:
        common = ("--format", "json", "--endpoint", sandbox.url, *FAST)
        planned = process("plan", *common, cwd=tmp_path)
        assert (planned.code, planned.document["summary"]["modify"]) == (6, len(wanted))
        assert modifies(sandbox.requests) == []
        done = process("apply", "--yes", *common, cwd=tmp_path)
        assert done.code == 6
        assert (sent(sandbox.requests), accepted(sandbox.requests)) == (wanted, wanted)
        assert not any(sent(sandbox.requests)[sign.sign_id] for sign in signs if sign.status in NEVER)
        assert Counter(done.by_key("outcome").values())["accepted"] == len(wanted)
        again = process("apply", "--yes", *common, cwd=tmp_path)
        assert (again.code, again.document["summary"]["modify"]) == (6, 0)
        assert sent(sandbox.requests) == wanted


@pytest.mark.soak
def test_ten_changes_keep_the_vendors_pace_and_little_more(tmp_path: Path) -> None:
    signs = [pending(number) for number in range(1, 11)]
    write(tmp_path, signs)
    with served(tmp_path, signs) as sandbox:
        done = process("apply", "--yes", "--format", "json", "--endpoint", sandbox.url, cwd=tmp_path)
        assert (done.code, set(done.by_key("outcome").values())) == (0, {"accepted"})
        assert {request["code"] for request in sandbox.requests} == {None}
        starts = [request["time"] for request in modifies(sandbox.requests)]
    assert len(starts) == len(signs)
    # The shape, not the machine's speed: one gap that a busy machine makes longer says nothing.
    assert statistics.median(later - earlier for earlier, later in pairwise(starts)) <= 1.1
