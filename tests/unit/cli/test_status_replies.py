from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.sandbox.account import review
from tests.fixtures.commands import FAST, inside
from tests.fixtures.project import APPROVED, Sign, pending, write
from tests.fixtures.serving import serving

pytestmark = pytest.mark.usefixtures("keys")
SAME = Sign("same", 1002, "Same")
SIGNS = (pending(1), SAME, Sign("settled", 1003, "Settled", status=APPROVED), Sign("gone", 1004, "Gone", status=None))


def test_status_shows_every_review_state_with_the_reviewers_reply(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        review(sandbox.account, 1001, "reject", "Blurred scan")
        done = inside("status", "--format", "json", "--endpoint", sandbox.url, *FAST)
        text = inside("status", "--only", "sign-1", "--endpoint", sandbox.url, *FAST)
    statuses = {"sign-1": "rejected", "same": "pending", "settled": "approved", "gone": "missing"}
    assert (done.code, done.by_key("status")) == (0, statuses)
    assert done.by_key("review_reply")["sign-1"] == "Blurred scan"
    assert (text.code, "Blurred scan" in text.out, "settled" in text.out) == (0, True, False)


def test_status_of_what_is_not_valid_reads_nothing(top: Path) -> None:
    write(top, [SAME._replace(name="")])
    assert inside("status").code == 4
