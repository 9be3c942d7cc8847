from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from reconciler.contract.api import DESCRIBE
from reconciler.errors import VendorError
from tests.fixtures.servers import answering, ok, serving
from tests.unit.tencent.conftest import Open


def test_nothing_of_a_call_is_logged_by_the_libraries_below(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("tencentcloud_sdk_common").setLevel(logging.DEBUG)
    with serving(answering(ok({"Reply": "canary-answer"}))) as server:
        sdk = opened(server.host)
        sdk.call(DESCRIBE, {"ProofImage": "canary-image"})

    assert server.requests
    assert "canary" not in caplog.text
    assert "sandbox-secret" not in caplog.text
    assert "a-session-token" not in caplog.text


def test_a_call_is_told_with_its_sizes_and_without_its_secrets(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "reconciler.cloud")
    answer = ok({"RequestId": "id-7"})
    with serving(answering(answer)) as server:
        sdk = opened(server.host)
        sdk.call(DESCRIBE, {"SignName": "secret name"})

    (line,) = caplog.messages
    sent, received = (len(message.partition(b"\r\n\r\n")[2]) for message in (server.requests[0], answer))
    assert line.startswith(f"{DESCRIBE} ok in ")
    assert line.endswith(f"ms, request id id-7, {sent} bytes sent, {received} received")


def test_told_more_closely_it_says_where_to_and_which_rows_but_no_more(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "reconciler.cloud")
    with serving(answering(ok({}))) as server:
        sdk = opened(server.host)
        sdk.call(DESCRIBE, {"International": 1, "SignIdSet": [5, 6], "ProofImage": "bytes"})
        sdk.call(DESCRIBE, {"Remark": "private"})

    first, _, second, _ = caplog.messages
    assert first == f"{DESCRIBE} to http://{server.host}, region ap-singapore: International=1, SignIdSet=[5, 6]"
    assert second.endswith(": no parameters to show")


def test_a_failed_call_is_told_with_its_code(opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "reconciler.cloud")
    error = {"Error": {"Code": "InternalError", "Message": "secret words"}, "RequestId": "id-8"}
    with serving(answering(ok(error))) as server:
        sdk = opened(server.host)
        with pytest.raises(VendorError):
            sdk.call(DESCRIBE, {})

    assert f"{DESCRIBE} InternalError in " in caplog.text
    assert "request id id-8" in caplog.text
    assert "secret words" not in caplog.text


def test_a_call_that_was_interrupted_is_not_told_as_done(
    opened: Open, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        def result(self) -> None:
            raise KeyboardInterrupt

    caplog.set_level(logging.INFO, "reconciler.cloud")
    sdk = opened("127.0.0.1:9")
    monkeypatch.setattr(sdk._deadline, "start", lambda *_: Interrupted())
    with pytest.raises(KeyboardInterrupt):
        sdk.call(DESCRIBE, {})

    assert caplog.messages[0].startswith(f"{DESCRIBE} interrupted in ")


@pytest.mark.parametrize("ahead", [-3600, 0, 3600])
def test_the_vendors_clock_is_read_from_every_answer_also_from_an_error(opened: Open, ahead: int) -> None:
    date = format_datetime(datetime.now(UTC) - timedelta(seconds=ahead), usegmt=True)
    answer = ok({"Error": {"Code": "AuthFailure.SignatureExpire", "Message": ""}}, "application/json", f"Date: {date}")
    with serving(answering(answer)) as server:
        sdk = opened(server.host)
        with pytest.raises(VendorError):
            sdk.call(DESCRIBE, {})

    assert sdk.skew == pytest.approx(ahead, abs=30)


@pytest.mark.parametrize("head", [(), ("Date: soon",), ("Date: ",)])
def test_an_answer_without_a_date_says_nothing_of_the_clock(opened: Open, head: tuple[str, ...]) -> None:
    with serving(answering(ok({}, "application/json", *head))) as server:
        sdk = opened(server.host)
        sdk.call(DESCRIBE, {})

    assert sdk.skew is None
