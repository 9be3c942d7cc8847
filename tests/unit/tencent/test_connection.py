from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.clock import SystemClock
from reconciler.contract.api import MODIFY
from reconciler.errors import Refusal, UsageError
from reconciler.model.plan import Target
from reconciler.model.signature import Account
from reconciler.planning.planner import store_for
from reconciler.tencent.connection import Connection, reading
from reconciler.tencent.credentials.base import Keys
from reconciler.tencent.endpoint import RequestLimits, endpoint_from
from tests.fixtures.project import REGION, UIN, pending
from tests.fixtures.serving import serving
from tests.fixtures.values import TARGET

KEYS = Keys("AKIDsandbox", "sandbox-secret")
LOOPBACK = endpoint_from("http://127.0.0.1:1", None)


@pytest.mark.parametrize("changed", [RequestLimits(describe_rate=21.0), RequestLimits(modify_interval=0.5)])
def test_the_vendors_limits_can_be_changed_for_loopback_only(changed: RequestLimits) -> None:
    changed.check(LOOPBACK)
    RequestLimits(request_timeout=1.0).check(endpoint_from(None, None))
    with pytest.raises(UsageError, match="stay as they are"):
        changed.check(endpoint_from(None, None))


def test_an_account_opened_for_reading_has_no_way_to_write() -> None:
    with serving([pending(1)]) as sandbox:
        reach = Connection(endpoint_from(sandbox.url, None), KEYS, RequestLimits())
        with reading(Account("international", REGION), reach, SystemClock()) as opened:
            assert (opened.target.uin, opened.target.sandbox) == (UIN, True)
            assert not hasattr(opened.reader, "modify")
            with pytest.raises(PermissionError):
                opened.reader._sdk.start(MODIFY, {})


def test_an_account_that_is_not_the_definitions_is_refused_before_anything_is_read() -> None:
    with serving([pending(1)]) as sandbox:
        reach = Connection(endpoint_from(sandbox.url, None), KEYS, RequestLimits())
        with (
            pytest.raises(Refusal, match="the keys belong to account"),
            reading(Account("international", REGION, "100000000002"), reach, SystemClock()),
        ):
            pass
        assert [entry["action"] for entry in sandbox.requests] == ["GetCallerIdentity"]


@pytest.mark.parametrize(("sandbox", "name"), [(False, f"{UIN}-{REGION}"), (True, f"sandbox-{UIN}-{REGION}")])
def test_each_account_has_a_record_of_its_own(tmp_path: Path, sandbox: bool, name: str) -> None:
    target = Target(TARGET.account, UIN, "", sandbox)
    assert store_for(tmp_path, None, target).where == str(tmp_path / ".reconciler" / f"{name}.json")
    assert store_for(tmp_path, "state", target).where == f"{name}.json on branch state of origin"
