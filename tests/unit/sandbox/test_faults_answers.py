from __future__ import annotations

import json
import socket
from dataclasses import replace
from http.client import HTTPConnection, HTTPException, IncompleteRead, RemoteDisconnected
from typing import Any

import pytest

from reconciler.sandbox.faults import FOREIGN_ID
from reconciler.sandbox.running import Sandbox
from tests.fixtures.accounts import APPROVED, PENDING, submission
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

MODIFY = "ModifySmsSign"
LISTING = {"International": 0}


def processed(sandbox: Sandbox) -> bool:
    row = sandbox.account.row(PENDING)
    assert row is not None
    codes = [entry["code"] for entry in sandbox.requests]
    assert (row.submitted is not None) == (codes == [None])
    return row.submitted is not None


def modified(start: Start, kind: str) -> tuple[Sandbox, int, str | None, bytes]:
    sandbox = start(faults=(f"{MODIFY}:1:{kind}",))
    response, body = Caller(sandbox.url).exchange(MODIFY, submission())
    return sandbox, response.status, response.headers["Content-Type"], body


@pytest.mark.parametrize(
    ("kind", "takes_effect"), [("error=InternalError.Timeout slow", False), ("error-after=InternalError.Timeout", True)]
)
def test_an_error_is_answered_before_or_after_the_request_took_effect(
    start: Start, kind: str, takes_effect: bool
) -> None:
    sandbox, status, content_type, body = modified(start, kind)
    assert (status, content_type) == (200, "application/json")
    assert json.loads(body)["Response"]["Error"]["Code"] == "InternalError.Timeout"
    assert processed(sandbox) == takes_effect


def test_an_error_may_come_with_a_charset_in_its_content_type(start: Start) -> None:
    sandbox, _, content_type, body = modified(start, "error-charset=LimitExceeded many words")
    assert content_type == "application/json; charset=utf-8"
    assert json.loads(body)["Response"]["Error"] == {"Code": "LimitExceeded", "Message": "many words"}
    assert not processed(sandbox)


@pytest.mark.parametrize(
    ("kind", "status", "takes_effect"), [("http=502", 502, False), ("http-after=504", 504, True), ("html", 200, False)]
)
def test_a_gateway_on_the_way_answers_with_a_page(start: Start, kind: str, status: int, takes_effect: bool) -> None:
    sandbox, got, content_type, body = modified(start, kind)
    assert (got, content_type) == (status, "text/html")
    assert body.startswith(b"<html>")
    assert processed(sandbox) == takes_effect


@pytest.mark.parametrize(("kind", "takes_effect"), [("reset-before", False), ("reset-after", True)])
def test_a_connection_is_reset_before_or_after_the_request_took_effect(
    start: Start, kind: str, takes_effect: bool
) -> None:
    sandbox = start(faults=(f"{MODIFY}:1:{kind}",))
    with pytest.raises(ConnectionResetError) as reset:
        Caller(sandbox.url).exchange(MODIFY, submission())
    # http.client has a type of its own for a connection that is closed in good order
    assert not isinstance(reset.value, RemoteDisconnected)
    assert processed(sandbox) == takes_effect


@pytest.mark.parametrize(("kind", "takes_effect"), [("stall-before", False), ("stall", True)])
def test_a_stalled_answer_never_comes(start: Start, kind: str, takes_effect: bool) -> None:
    sandbox = start(faults=(f"{MODIFY}:1:{kind}",))
    connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=0.3)
    with pytest.raises(TimeoutError):
        Caller(sandbox.url).over(connection, MODIFY, submission())
    connection.close()
    assert processed(sandbox) == takes_effect


def test_a_truncated_answer_ends_in_the_middle(start: Start) -> None:
    sandbox = start(faults=(f"{MODIFY}:1:truncate",))
    with pytest.raises(IncompleteRead):
        Caller(sandbox.url).exchange(MODIFY, submission())
    assert processed(sandbox)


def test_a_delayed_answer_is_processed_at_once(start: Start) -> None:
    sandbox = start(faults=(f"{MODIFY}:1:delay=30",))
    connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=0.3)
    with pytest.raises(TimeoutError):
        Caller(sandbox.url).over(connection, MODIFY, submission())
    connection.close()
    assert processed(sandbox)


def test_a_request_that_is_held_up_takes_effect_later(start: Start) -> None:
    sandbox = start(faults=(f"{MODIFY}:1:delay-before=30",))
    connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=0.3)
    with pytest.raises(TimeoutError):
        Caller(sandbox.url).over(connection, MODIFY, submission())
    connection.close()
    assert not processed(sandbox)


@pytest.mark.parametrize("kind", ["delay=0.01", "delay-before=0.01"])
def test_a_late_answer_is_the_right_one(start: Start, kind: str) -> None:
    sandbox, _, _, body = modified(start, kind)
    assert json.loads(body)["Response"]["ModifySignStatus"] == {"SignId": PENDING}
    assert processed(sandbox)


@pytest.mark.parametrize(("kind", "body"), [("empty", b""), ("not-json", b"upstream connect error")])
def test_a_body_may_be_nothing_or_nonsense(start: Start, kind: str, body: bytes) -> None:
    sandbox, status, content_type, got = modified(start, kind)
    assert (status, content_type) == (200, "application/json")
    assert got[: len(body) or None].startswith(body)
    assert bool(got) == bool(body)
    assert processed(sandbox)


def answered(start: Start, kind: str, action: str = "DescribeSmsSignList") -> dict[str, Any]:
    params = submission() if action == MODIFY else {"International": 0, "SignIdSet": [PENDING, APPROVED]}
    return Caller(start(faults=(f"{action}:1:{kind}",)).url).call(action, params)


def test_null_stands_in_place_of_the_result(start: Start) -> None:
    assert answered(start, "null")["DescribeSignListStatusSet"] is None
    assert answered(start, "null", MODIFY)["ModifySignStatus"] is None


def test_unknown_fields_are_in_the_answer_and_in_its_rows(start: Start) -> None:
    answer = answered(start, "extra-field")
    assert answer["AddedLater"] == "unknown"
    assert [row["AddedLater"] for row in answer["DescribeSignListStatusSet"]] == ["unknown"] * 2
    assert answered(start, "extra-field", MODIFY)["ModifySignStatus"]["AddedLater"] == "unknown"


def test_types_are_exchanged(start: Start) -> None:
    row = answered(start, "wrong-types")["DescribeSignListStatusSet"][0]
    assert (row["SignId"], row["SignName"]) == (str(PENDING), 4)
    assert answered(start, "wrong-types", MODIFY)["ModifySignStatus"] == {"SignId": str(PENDING)}


def test_rows_come_twice_and_may_contradict_each_other(start: Start) -> None:
    rows = answered(start, "duplicate-rows")["DescribeSignListStatusSet"]
    assert [row["SignId"] for row in rows] == [PENDING, PENDING, APPROVED, APPROVED]
    assert rows[0] == rows[1]
    contradicting = answered(start, "duplicate-rows=-1")["DescribeSignListStatusSet"]
    assert [row["StatusCode"] for row in contradicting] == [1, -1, 0, -1]


def test_a_row_comes_that_nobody_asked_for(start: Start) -> None:
    rows = answered(start, "foreign-row")["DescribeSignListStatusSet"]
    assert [row["SignId"] for row in rows] == [PENDING, APPROVED, FOREIGN_ID]


def test_a_fault_does_not_stay(start: Start) -> None:
    caller = Caller(start(faults=("*:1:reset-before", "*:2:http=502")).url)
    with pytest.raises((ConnectionError, HTTPException, socket.error)):
        caller.exchange("GetCallerIdentity")
    assert caller.exchange("GetCallerIdentity")[0].status == 502
    assert caller.code("GetCallerIdentity") is None


def test_every_answer_is_late_where_latency_is_asked_for(start: Start) -> None:
    caller = Caller(start(latency_s=30.0).url)
    connection = HTTPConnection(caller.url.removeprefix("http://"), timeout=0.3)
    with pytest.raises(TimeoutError):
        replace(caller).over(connection, "GetCallerIdentity")
    connection.close()
