from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.sandbox.service import RequestLog, redacted
from tests.fixtures.accounts import APPROVED, image, submission
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start


def test_a_request_is_one_line_that_is_there_before_the_answer(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    log.write_text('{"earlier": "line"}\n')
    sandbox = start(log=log)
    caller = Caller(sandbox.url)
    done = caller.call("ModifySmsSign", submission(Remark="中文"))
    assert len(log.read_text().splitlines()) == 2
    refused = caller.call("ModifySmsSign", submission(APPROVED))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines[0] == {"earlier": "line"}
    assert lines[1:] == sandbox.requests
    assert [line.keys() for line in lines[1:]] == [{"time", "action", "request_id", "code", "params"}] * 2
    assert [line["code"] for line in lines[1:]] == [None, "InvalidParameterValue.SignAlreadyPassedCheck"]
    assert [line["request_id"] for line in lines[1:]] == [done["RequestId"], refused["RequestId"]]
    assert lines[1]["params"]["Remark"] == "中文"


def test_images_and_secrets_are_not_logged(start: Start, tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    caller = Caller(start(log=log).url, extra={"X-TC-Token": "token-canary"})
    content = base64.b64decode(image())
    caller.call("ModifySmsSign", submission(CommissionImage="canary!", Misnamed=image() * 20, Deep={"a": ["canary"]}))
    caller.call("AssumeRoleWithWebIdentity", {"WebIdentityToken": "canary"})
    text = log.read_text()
    for secret in ("canary", "sandbox-secret", "AKIDsandbox", image()):
        assert secret not in text
    params = json.loads(text.splitlines()[0])["params"]
    assert params["ProofImage"] == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert params["CommissionImage"] == {"sha256": hashlib.sha256(b"canary!").hexdigest(), "bytes": 7}
    assert params["Deep"] == "(nested)"


def test_lists_are_logged_and_what_is_inside_of_them_is_not() -> None:
    params = {"SignIdSet": [1, [2]], "ProofImage": ["canary!"], "Half": "\ud800"}
    known = redacted(params.items())
    assert known["SignIdSet"] == [1, "(nested)"]
    assert known["ProofImage"][0]["bytes"] == 7


def test_half_a_character_does_not_stop_the_log(tmp_path: Path) -> None:
    log = RequestLog(tmp_path / "log")
    log.note({"params": {"SignName": "\ud800"}})
    log.close()
    log.close()
    assert json.loads((tmp_path / "log").read_text()) == {"params": {"SignName": "\ud800"}}


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match="log cannot be written"):
        RequestLog(tmp_path / "missing" / "log")


def test_a_pipe_that_nobody_reads_is_told_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(ReconcilerError, match="log cannot be written"):
        RequestLog(pipe)
