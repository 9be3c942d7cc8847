from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract.api import DESCRIBE
from reconciler.errors import CredentialsError, ReconcilerError, VendorError
from reconciler.sandbox.faults import parse_fault
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from reconciler.tencent.credentials.base import METADATA_URL, CredentialInputs
from reconciler.tencent.endpoint import endpoint_from
from tests.fixtures.fake_clock import FakeClock
from tests.fixtures.servers import Respond, answering, body_of, header_of, http, ok, serving
from tests.unit.tencent.conftest import Open, place
from tests.unit.tencent.credentials.conftest import Find, text_of

ARN = "qcs::cam::uin/100000000001:roleName/planner"
IDENTITY = {"TENCENTCLOUD_PROVIDER_ID": "GitHub", "TENCENTCLOUD_ROLE_ARN": ARN}


class WallClock(FakeClock):
    """The real time, ahead by what was waited for and by what a test adds."""

    def now(self) -> float:
        return time.time() + self.time


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def numbered(*, field: str = "value") -> Respond:
    count = 0

    def respond(connection: socket.socket, _request: bytes) -> None:
        nonlocal count
        count += 1
        connection.sendall(http(json.dumps({field: f"canary-web-token-{count}"}).encode()))

    return respond


def on_github(host: str, path: str = "/token?api-version=2.0") -> dict[str, str]:
    return IDENTITY | {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://{host}{path}",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-request-token",
    }


def exchanges(sandbox: Sandbox) -> int:
    return sum(entry["action"] == "AssumeRoleWithWebIdentity" for entry in sandbox.requests)


def test_a_token_of_github_becomes_keys_that_the_vendor_takes(find: Find, opened: Open) -> None:
    with serving(numbered()) as github, running(Options(keys=())) as sandbox:
        endpoint = endpoint_from(sandbox.url, None)
        keys = find(on_github(github.host), endpoint=endpoint, clock=WallClock())
        assert github.requests == [], "nothing is fetched before it is needed"
        answer = opened("", keys=keys, at=place(endpoint.host)).call(DESCRIBE, {"International": 0})
    assert answer["DescribeSignListStatusSet"] == []
    assert github.requests[0].startswith(b"GET /token?api-version=2.0&audience=sts.tencentcloudapi.com HTTP/1.1")
    assert header_of(github.requests[0], "Authorization") == "bearer canary-request-token"
    assert ARN in keys.current(0).source


def test_a_long_run_exchanges_a_fresh_token_before_its_keys_expire(find: Find, opened: Open) -> None:
    clock = WallClock()
    with serving(numbered()) as github, running(Options(keys=())) as sandbox:
        endpoint = endpoint_from(sandbox.url, None)
        sdk = opened("", keys=find(on_github(github.host), endpoint=endpoint, clock=clock), at=place(endpoint.host))
        for _ in range(3):
            sdk.call(DESCRIBE, {"International": 0})
        assert (len(github.requests), exchanges(sandbox)) == (1, 1)
        clock.time += 7200 - 290
        sdk.call(DESCRIBE, {"International": 0})
        assert (len(github.requests), exchanges(sandbox)) == (2, 2)


def test_the_exchange_is_sent_unsigned_with_what_the_vendor_asks_for(find: Find) -> None:
    with serving(numbered()) as github, serving(answering(ok({"Credentials": None}))) as sts:
        keys = find(on_github(github.host, "/token"), endpoint=endpoint_from(f"http://{sts.host}", None))
        with pytest.raises(CredentialsError, match="no temporary keys"):
            keys.current(0)
    assert header_of(sts.requests[0], "Authorization") == "SKIP"
    assert header_of(sts.requests[0], "X-TC-Action") == "AssumeRoleWithWebIdentity"
    assert b"/token?audience=" in github.requests[0]
    assert body_of(sts.requests[0]) == {
        "ProviderId": "GitHub",
        "WebIdentityToken": "canary-web-token-1",
        "RoleArn": ARN,
        "RoleSessionName": "sms-signature-reconciler",
        "DurationSeconds": 7200,
    }


def test_options_ask_for_web_identity_even_where_the_environment_has_keys(find: Find, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("canary-file-token\n")
    environment = {
        "TENCENTCLOUD_SECRET_ID": "AKIDenvironment",
        "TENCENTCLOUD_SECRET_KEY": "canary",
        "TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE": str(token),
    }
    assert "chooses keys twice" in failure(lambda: find(environment | IDENTITY)).message
    with running(Options(keys=())) as sandbox:
        asked = {"oidc_provider": "GitHub", "role_arn": ARN, "endpoint": endpoint_from(sandbox.url, None)}
        assert find(environment, clock=WallClock(), **asked).current(0).source == f"web identity, role {ARN}"


def test_a_token_file_is_read_anew_for_every_exchange(find: Find, tmp_path: Path) -> None:
    token = tmp_path / "token"
    environment = IDENTITY | {"TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE": str(token)}
    with serving(answering(ok({"Credentials": None}))) as sts:
        keys = find(environment, endpoint=endpoint_from(f"http://{sts.host}", None))
        for text in ("one", "two\n"):
            token.write_text(text)
            with pytest.raises(CredentialsError):
                keys.current(0)
    assert [body_of(request)["WebIdentityToken"] for request in sts.requests] == ["one", "two"]


def test_the_variables_of_the_container_service_are_read_alike(find: Find, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("canary-file-token\n")
    environment = {
        "TKE_PROVIDER_ID": "tke-cluster",
        "TKE_ROLE_ARN": ARN,
        "TKE_WEB_IDENTITY_TOKEN_FILE": str(token),
    }
    with serving(answering(ok({"Credentials": None}))) as sts:
        keys = find(environment, endpoint=endpoint_from(f"http://{sts.host}", None))
        with pytest.raises(CredentialsError):
            keys.current(0)
    (sent,) = (body_of(request) for request in sts.requests)
    assert (sent["ProviderId"], sent["RoleArn"], sent["WebIdentityToken"]) == ("tke-cluster", ARN, "canary-file-token")


def failure(call: Callable[[], object]) -> ReconcilerError:
    with pytest.raises(ReconcilerError) as refused:
        call()
    assert refused.value.exit_code == 5
    assert refused.value.hint
    assert "canary" not in text_of(refused.value)
    return refused.value


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"TENCENTCLOUD_PROVIDER_ID": "GitHub"}, ["role-arn", "ACTIONS_ID_TOKEN_REQUEST_URL"]),
        ({"TENCENTCLOUD_ROLE_ARN": ARN}, ["oidc-provider", "TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE"]),
        ({"TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE": "/token"}, ["oidc-provider", "role-arn"]),
        (IDENTITY, ["ACTIONS_ID_TOKEN_REQUEST_URL"]),
        (IDENTITY | {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x"}, ["ACTIONS_ID_TOKEN_REQUEST_URL"]),
    ],
)
def test_half_a_web_identity_is_an_error_that_names_the_rest(
    find: Find, given: dict[str, str], missing: list[str]
) -> None:
    message = failure(lambda: find(given)).message
    assert all(name in message for name in missing)
    assert message.startswith("web identity is incomplete")


def test_on_github_without_the_permission_it_says_which_one(find: Find) -> None:
    assert "id-token: write" in failure(lambda: find(IDENTITY)).hint


def test_a_role_that_is_none_is_told_before_anything_is_sent(find: Find) -> None:
    asked = IDENTITY | {"TENCENTCLOUD_ROLE_ARN": "planner", "TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE": "/token"}
    assert "'planner'" in failure(lambda: find(asked)).message


@pytest.mark.parametrize("url", ["http://example.com/token", "ftp://x", "https", "http://[", "file:///etc/passwd"])
def test_the_request_token_is_sent_over_https_only(find: Find, url: str) -> None:
    environment = on_github("x") | {"ACTIONS_ID_TOKEN_REQUEST_URL": url}
    assert "https" in failure(lambda: find(environment).current(0)).message


@pytest.mark.parametrize(
    "answer",
    [
        http(b"", "403 Forbidden"),
        http(b"<html>"),
        http(b"[]"),
        http(b"{}"),
        http(b'{"value": ""}'),
        http(b'{"value": 5}'),
        http(b'"' + b"x" * 5_000_000 + b'"'),
        http(b"", "302 Found", "Location: http://127.0.0.1:1/"),
        b"rubbish\r\n\r\n",
    ],
    ids=range(9),
)
def test_github_may_answer_without_a_token(find: Find, answer: bytes) -> None:
    with serving(answering(answer)) as github:
        error = failure(lambda: find(on_github(github.host)).current(0))
    assert "GitHub" in error.message


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_token_file_without_a_token_is_named(find: Find, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content)
    environment = IDENTITY | {"TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE": str(path)}
    assert str(path) in failure(lambda: find(environment).current(0)).message


def test_a_role_that_the_vendor_does_not_give_is_told_with_its_code(find: Find) -> None:
    fault = parse_fault("AssumeRoleWithWebIdentity:*:error=AuthFailure.UnauthorizedOperation canary")
    with serving(numbered()) as github, running(Options(faults=(fault,))) as sandbox:
        keys = find(on_github(github.host), endpoint=endpoint_from(sandbox.url, None))
        error = failure(lambda: keys.current(0))
    assert "AuthFailure.UnauthorizedOperation" in error.message
    assert "trust policy" in error.hint


def test_an_exchange_that_fails_in_passing_is_repeated(find: Find) -> None:
    fault = parse_fault("AssumeRoleWithWebIdentity:1-2:error=InternalError")
    with serving(numbered()) as github, running(Options(faults=(fault,))) as sandbox:
        keys = find(on_github(github.host), endpoint=endpoint_from(sandbox.url, None), clock=WallClock())
        assert keys.current(0).token
        assert exchanges(sandbox) == 3


@pytest.mark.parametrize("change", [{"Token": None}, {"TmpSecretId": ""}, {"TmpSecretKey": 5}, {"Token": "a\nb"}])
def test_an_exchange_without_usable_keys_is_refused(find: Find, change: dict[str, Any]) -> None:
    good = {"Token": "canary", "TmpSecretId": "AKIDtemporary", "TmpSecretKey": "canary"}
    answer = ok({"Credentials": good | change, "ExpiredTime": 2_000_000_000})
    with serving(numbered()) as github, serving(answering(answer)) as sts:
        keys = find(on_github(github.host), endpoint=endpoint_from(f"http://{sts.host}", None))
        failure(lambda: keys.current(0))


MACHINE = {"TENCENTCLOUD_CAM_ROLE_NAME": "my role/1"}
TEMPORARY = {"TmpSecretId": "AKIDmachine", "TmpSecretKey": "canary", "Token": "canary", "ExpiredTime": 1_700_003_600}


def test_a_machine_asks_for_the_keys_of_its_role_by_name(find: Find) -> None:
    with serving(answering(http(json.dumps(TEMPORARY | {"Code": "Success"}).encode()))) as metadata:
        keys = find(MACHINE, metadata_url=f"http://{metadata.host}/latest/meta-data/").current(0)
    assert metadata.requests[0].startswith(b"GET /latest/meta-data/cam/security-credentials/my%20role%2F1 HTTP/1.1")
    assert (keys.secret_id, keys.token, keys.source) == ("AKIDmachine", "canary", "role my role/1 of this machine")


def test_the_metadata_service_is_asked_without_a_proxy(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(answering(http(json.dumps(TEMPORARY).encode()))) as metadata:
        assert find(MACHINE, metadata_url=f"http://{metadata.host}/").current(0).secret_id == "AKIDmachine"


@pytest.mark.parametrize(
    "answer", [http(b"", "404 Not Found"), http(b'{"Code": "Failed"}'), http(b"{}"), http(b"no json")]
)
def test_a_machine_without_the_role_gets_a_clear_word(find: Find, answer: bytes) -> None:
    with serving(answering(answer)) as metadata:
        keys = find(MACHINE, metadata_url=f"http://{metadata.host}/")
        assert "my role/1" in failure(lambda: keys.current(0)).message


def test_a_metadata_service_that_does_not_answer_is_given_up_after_its_limit(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[float] = []

    def given_up(seconds: float) -> None:
        limits.append(seconds)
        raise VendorError(f"no answer within {seconds} s", code="Client.Timeout")

    monkeypatch.setattr("reconciler.net.transport.Deadline", given_up)
    assert "no answer within" in failure(lambda: find(MACHINE).current(0)).message
    assert limits == [2.0]


def test_no_machine_is_asked_unless_a_role_is_named(find: Find) -> None:
    with serving(answering(http(json.dumps(TEMPORARY).encode()))) as metadata, pytest.raises(CredentialsError):
        find(metadata_url=f"http://{metadata.host}/")
    assert metadata.requests == []
    assert CredentialInputs({}, Path("/")).metadata_url == METADATA_URL
    assert METADATA_URL.startswith("http://metadata.tencentyun.com/")
