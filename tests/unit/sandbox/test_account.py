from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.sandbox.account import SandboxAccount, open_account, review_saved
from reconciler.sandbox.model import RowData
from tests.fixtures.accounts import PENDING, account
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start


@pytest.fixture
def save(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "sandbox.json"


def test_a_review_of_the_file_is_seen_by_the_sandbox_that_runs_on_it(start: Start, save: Path) -> None:
    sandbox = start(save=save)
    assert review_saved(save, PENDING, "reject", "Blurred scan") == -1
    asked = {"International": 0, "SignIdSet": [PENDING]}
    rows = Caller(sandbox.url).call("DescribeSmsSignList", asked)["DescribeSignListStatusSet"]
    assert (rows[0]["StatusCode"], rows[0]["ReviewReply"]) == (-1, "Blurred scan")


def test_a_review_needs_a_file_and_a_signature(save: Path) -> None:
    with pytest.raises(UsageError, match="no saved sandbox"):
        review_saved(save, PENDING, "approve")
    open_account(save, account())
    with pytest.raises(UsageError, match="no signature 9999"):
        review_saved(save, 9999, "approve")


@pytest.mark.parametrize(("now", "name"), [(4.9, "first"), (5.0, "second"), (6.9, "second"), (7.0, "third")])
def test_what_describe_shows_is_as_old_as_the_lag(now: float, name: str) -> None:
    moment = [0.0]
    lagging = SandboxAccount(account(RowData(1, "first")), lag_s=4.0, clock=lambda: moment[0])
    for moment[0], new in ((1.0, "second"), (3.0, "third")):
        lagging.change(RowData(1, new))
    moment[0] = now
    assert [row.sign_name for row in lagging.shown([1])] == [name]
