from __future__ import annotations

import json
import socket
from http.client import HTTPConnection
from typing import Any

import pytest

from reconciler.cli.sandbox import NoSandbox, review_running
from reconciler.errors import UsageError
from reconciler.sandbox.model import RowData
from tests.fixtures.accounts import PENDING, account, submission
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start


def test_the_reviewer_approves_and_the_signature_is_locked(start: Start) -> None:
    sandbox = start()
    assert review_running(sandbox.url, PENDING, "approve") == 0
    assert Caller(sandbox.url).code("ModifySmsSign", submission()) == "InvalidParameterValue.SignAlreadyPassedCheck"


def test_the_reviewer_rejects_with_a_reply_that_a_modification_takes_away(start: Start) -> None:
    sandbox = start(account(RowData(PENDING, "Acme", filing_incomplete=True)))
    assert review_running(sandbox.url, PENDING, "reject", "Blurred scan") == -1
    row = sandbox.account.row(PENDING)
    assert row is not None
    assert (row.status_code, row.review_reply, row.filing_incomplete) == (-1, "Blurred scan", False)
    assert Caller(sandbox.url).code("ModifySmsSign", submission()) is None
    again = sandbox.account.row(PENDING)
    assert again is not None
    assert (again.status_code, again.review_reply) == (1, "")


def test_a_review_leaves_no_line_in_the_log_of_the_api(start: Start) -> None:
    sandbox = start()
    review_running(sandbox.url, PENDING, "approve")
    assert sandbox.requests == []


def test_an_unknown_signature_cannot_be_reviewed(start: Start) -> None:
    with pytest.raises(UsageError, match="no signature 9999"):
        review_running(start().url, 9999, "approve")


@pytest.mark.parametrize(
    ("method", "path", "content_type", "body", "status"),
    [
        ("GET", "/_sandbox/review", "application/json", "{}", 404),
        ("POST", "/_sandbox/other", "application/json", "{}", 404),
        ("POST", "/_sandbox/review", "text/plain", '{"sign_id": 1110, "verdict": "approve"}', 404),
        ("POST", "/_sandbox/review", "application/json", "{", 400),
        ("POST", "/_sandbox/review", "application/json", "[]", 400),
        ("POST", "/_sandbox/review", "application/json", '{"sign_id": 1110, "verdict": "burn"}', 400),
        ("POST", "/_sandbox/review", "application/json", '{"sign_id": "1110", "verdict": "approve"}', 400),
        ("POST", "/_sandbox/review", "application/json", '{"sign_id": 1110, "verdict": "approve", "reply": 1}', 400),
    ],
)
def test_the_control_path_takes_proper_reviews_only(
    start: Start, method: str, path: str, content_type: str, body: str, status: int
) -> None:
    sandbox = start()
    before = sandbox.account.data
    connection = HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)
    connection.request(method, path, body, {"Content-Type": content_type})
    response = connection.getresponse()
    answer: dict[str, Any] = json.loads(response.read())
    connection.close()
    assert (response.status, list(answer)) == (status, ["error"])
    assert sandbox.account.data == before


@pytest.mark.parametrize(
    "endpoint",
    ["https://127.0.0.1:80", "http://sms.tencentcloudapi.com:80", "http://127.0.0.1", "127.0.0.1:80", "http://[x", ""],
)
def test_only_this_machine_is_asked_for_a_review(endpoint: str) -> None:
    with pytest.raises(UsageError, match="not a sandbox on this machine"):
        review_running(endpoint, PENDING, "approve")


def test_a_sandbox_that_does_not_answer_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(NoSandbox, match="no sandbox answers") as failed:
        review_running(f"http://127.0.0.1:{port}", PENDING, "approve")
    assert failed.value.hint


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1", 200), ("localhost:1", 200), ("evil.example", 404), ("", 404)]
)
def test_a_page_that_made_its_own_name_mean_this_machine_reviews_nothing(start: Start, host: str, status: int) -> None:
    sandbox = start()
    connection = HTTPConnection(sandbox.url.removeprefix("http://"))
    body = json.dumps({"sign_id": PENDING, "verdict": "approve"})
    headers = {"Content-Type": "application/json", "Host": host}
    connection.request("POST", "/_sandbox/review", body, headers)
    assert connection.getresponse().status == status
    connection.close()
