"""What the server reads from a connection before the gateway looks at it."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection

import pytest

from tests.fixtures.accounts import submission
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

LISTING = {"International": 0}


def test_a_body_over_ten_megabytes_is_refused_and_the_answer_arrives(start: Start) -> None:
    sandbox = start()
    assert Caller(sandbox.url).code("ModifySmsSign", submission(Remark="x" * (10 << 20))) == "RequestSizeLimitExceeded"
    assert sandbox.requests[0]["params"] == {}
    assert Caller(sandbox.url).code("ModifySmsSign", submission(Remark="x" * (9 << 20))) is None


def test_a_connection_is_kept_over_many_calls(start: Start) -> None:
    sandbox = start()
    connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)
    caller = Caller(sandbox.url)
    caller.over(connection, "GetCallerIdentity")
    kept = connection.sock
    caller.over(connection, "DescribeSmsSignList", LISTING)
    assert connection.sock is kept
    connection.close()


def test_requests_elsewhere_are_answered_as_errors(start: Start) -> None:
    connection = HTTPConnection(start().url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/favicon.ico")
    assert json.loads(connection.getresponse().read())["Response"]["Error"]["Code"] == "InvalidRequest"
    connection.close()


@pytest.mark.parametrize("header", ["Transfer-Encoding: chunked", "Content-Length: many"])
def test_a_body_of_unknown_length_is_not_waited_for(start: Start, header: str) -> None:
    host, _, port = start().url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        plain.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nX-TC-Action: Nothing\r\n{header}\r\n\r\n".encode())
        answer = b"".join(iter(lambda: plain.recv(4096), b""))
    assert b"InvalidAction" in answer


def test_a_client_that_leaves_in_the_middle_disturbs_nobody(start: Start) -> None:
    sandbox = start()
    host, _, port = sandbox.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        plain.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
    assert Caller(sandbox.url).code("GetCallerIdentity") is None
