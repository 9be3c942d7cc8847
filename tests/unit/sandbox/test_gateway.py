from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

LISTING = {"International": 0}


@pytest.mark.parametrize(
    ("action", "changed", "code"),
    [
        ("DeleteSmsSign", {}, "InvalidAction"),
        ("DescribeSmsSignList", {"dropped": ("X-TC-Action",)}, "MissingParameter"),
        ("DescribeSmsSignList", {"dropped": ("X-TC-Version",)}, "MissingParameter"),
        ("DescribeSmsSignList", {"extra": {"X-TC-Version": "2019-07-11"}}, "NoSuchVersion"),
        ("DescribeSmsSignList", {"dropped": ("X-TC-Region",)}, "MissingParameter"),
        ("DescribeSmsSignList", {"region": "Mars"}, "UnsupportedRegion"),
        ("GetCallerIdentity", {"dropped": ("X-TC-Region",)}, None),
    ],
)
def test_the_gateway_checks_action_version_and_region(
    start: Start, action: str, changed: Mapping[str, Any], code: str | None
) -> None:
    params = LISTING if action == "DescribeSmsSignList" else {}
    assert replace(Caller(start().url), **changed).code(action, params) == code
