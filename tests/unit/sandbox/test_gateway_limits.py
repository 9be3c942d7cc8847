from __future__ import annotations

import pytest

from reconciler.sandbox.gateway import RateLimits
from reconciler.sandbox.model import ApiError
from tests.fixtures.accounts import PENDING, submission
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

WHO = ("ModifySmsSign", "ap-singapore", "AKID")


def admitted(limits: RateLimits, *arrivals: float, rate: float = 1.0, who: tuple[str, str, str] = WHO) -> list[bool]:
    return [_admitted(limits, arrived, rate, who) for arrived in arrivals]


def _admitted(limits: RateLimits, arrived: float, rate: float, who: tuple[str, str, str]) -> bool:
    try:
        limits.admit(who, rate, arrived)
    except ApiError:
        return False
    return True


@pytest.mark.parametrize(
    ("window", "expected"), [("sliding", [True, False, True, False]), ("fixed", [True, True, False, True])]
)
def test_a_window_slides_or_is_a_second_of_the_clock(window: str, expected: list[bool]) -> None:
    assert admitted(RateLimits(window), 10.9, 11.1, 11.9, 12.1) == expected


def test_a_refused_request_does_not_push_the_next_one_away() -> None:
    assert admitted(RateLimits("sliding"), 0.0, 0.5, 0.9, 1.0) == [True, False, False, True]


def test_twenty_describes_fit_into_a_second() -> None:
    arrivals = [number / 100 for number in range(21)]
    assert admitted(RateLimits("sliding"), *arrivals, rate=20.0) == [True] * 20 + [False]


def test_each_action_region_and_key_is_counted_by_itself() -> None:
    limits = RateLimits("sliding")
    for who in (WHO, ("Other", *WHO[1:]), (WHO[0], "ap-guangzhou", WHO[2]), (*WHO[:2], "other")):
        assert admitted(limits, 0.0, 0.1, who=who) == [True, False]


def test_the_vendors_limits_are_on_by_default_and_come_before_the_parameters(start: Start) -> None:
    sandbox = start(limits=True)
    caller = Caller(sandbox.url)
    assert Caller(sandbox.url, secret_key="wrong").code("ModifySmsSign") == "AuthFailure.SignatureFailure"
    assert caller.code("ModifySmsSign", {}) == "MissingParameter"
    assert caller.code("ModifySmsSign", submission()) == "RequestLimitExceeded"
    row = sandbox.account.row(PENDING)
    assert row is not None
    assert row.submitted is None
