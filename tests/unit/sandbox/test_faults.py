from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.sandbox.faults import PROCESSED, UNPROCESSED, Fault, FaultPlan, parse_fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("ModifySmsSign:3:reset-after", Fault("ModifySmsSign", 3, 3, "reset-after")),
        ("*:2-4:empty", Fault("*", 2, 4, "empty")),
        ("GetCallerIdentity:*:http=502", Fault("GetCallerIdentity", 1, None, "http", "502")),
        ("*:1:error=InternalError oh no: 1=2", Fault("*", 1, 1, "error", "InternalError oh no: 1=2")),
        ("*:1:delay=0.5", Fault("*", 1, 1, "delay", "0.5")),
        ("*:1:duplicate-rows", Fault("*", 1, 1, "duplicate-rows")),
        ("*:1:duplicate-rows=-1", Fault("*", 1, 1, "duplicate-rows", "-1")),
    ],
)
def test_a_fault_is_read_as_written(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ModifySmsSign",
        "ModifySmsSign:1",
        "DeleteSmsSign:1:empty",
        "*:0:empty",
        "*:x:empty",
        "*:1:explode",
        "*:1:error",
        "*:1:error= ",
        "*:1:http",
        "*:1:http=abc",
        "*:1:http=99",
        "*:1:delay=nan",
        "*:1:duplicate-rows=",
        "*:1:empty=1",
    ],
)
def test_what_is_no_fault_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(UsageError, match="ACTION:WHICH:KIND") as refused:
        parse_fault(text)
    assert refused.value.hint


def test_requests_are_counted_per_action_and_the_first_fault_that_fits_is_taken() -> None:
    plan = FaultPlan(map(parse_fault, ("ModifySmsSign:2:empty", "*:2-3:null")))
    kinds = [fault.kind if (fault := plan.next("ModifySmsSign")) else None for _ in range(4)]
    assert kinds == [None, "empty", "null", None]
    assert plan.next("DescribeSmsSignList") is None


def test_no_kind_is_both_processed_and_not() -> None:
    assert UNPROCESSED.keys() & PROCESSED.keys() == set()
    assert not parse_fault("*:1:reset-before").processed
    assert parse_fault("*:1:reset-after").processed
