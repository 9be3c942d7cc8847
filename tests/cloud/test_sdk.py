from __future__ import annotations

import logging
import socket
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest

from reconciler.cloud.endpoint import Endpoint, endpoint_from
from reconciler.cloud.keys import Keys
from reconciler.cloud.sdk import Place, Sdk
from reconciler.cloud.transport import Transport
from reconciler.contract.api import DESCRIBE, MODIFY, STS_SERVICE, STS_VERSION
from reconciler.errors import CredentialsError, VendorError
from reconciler.sandbox.keys import Key
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from tests.cloud.conftest import KEYS, Open, place
from tests.cloud.servers import CERTIFICATE, answering, header_of, http, ok, serving


def test_what_it_was_not_opened_for_it_does_not_call(opened: Open) -> None:
    with serving(answering(ok({}))) as server, pytest.raises(PermissionError, match=MODIFY):
        opened(server.host, DESCRIBE).call(MODIFY, {})
    assert server.requests == []


def test_an_error_that_would_be_retried_by_the_vendors_client_is_called_once(opened: Open) -> None:
    error = {"Error": {"Code": "RequestLimitExceeded", "Message": ""}, "RequestId": "x"}
    with serving(answering(ok(error))) as server:
        sdk = opened(server.host, MODIFY)
        with pytest.raises(VendorError):
            sdk.call(MODIFY, {})

    assert len(server.requests) == 1


def test_calls_are_signed_so_that_the_vendor_knows_the_keys(opened: Open) -> None:
    key = Key(KEYS.secret_id, KEYS.secret_key, KEYS.token)
    with running(Options(keys=(key,))) as sandbox:
        at = place(sandbox.url.removeprefix("http://"))
        answer = opened("", at=at).call(DESCRIBE, {"International": 0, "Limit": 100, "Offset": 0})
        wrong = opened("", at=at, keys=Keys(KEYS.secret_id, "another-secret", KEYS.token))
        with pytest.raises(VendorError) as refused:
            wrong.call(DESCRIBE, {"International": 0})
    assert answer["DescribeSignListStatusSet"] == []
    assert refused.value.code == "AuthFailure.SignatureFailure"


def test_the_session_token_and_region_go_with_the_call(opened: Open) -> None:
    with serving(answering(ok({}))) as server:
        sdk = opened(server.host)
        sdk.call(DESCRIBE, {})

    names = ("X-TC-Token", "X-TC-Region", "X-TC-Action", "X-TC-Language", "Host")
    assert [header_of(server.requests[0], name) for name in names] == [
        "a-session-token",
        "ap-singapore",
        DESCRIBE,
        "en-US",
        server.host,
    ]


def test_without_keys_calls_are_not_signed(opened: Open) -> None:
    with serving(answering(ok({}))) as server:
        sdk = opened(server.host, keys=None)
        sdk.call(DESCRIBE, {})

    assert header_of(server.requests[0], "Authorization") == "SKIP"
    assert header_of(server.requests[0], "X-TC-Token") is None


def test_every_call_is_signed_with_the_keys_of_the_moment_and_a_write_asks_for_less_time_ahead(opened: Open) -> None:
    margins: list[float] = []

    class Changing:
        def current(self, margin: float) -> Keys:
            margins.append(margin)
            return Keys(f"AKID{len(margins)}", "secret")

    with serving(answering(ok({}))) as server:
        sdk = opened(server.host, DESCRIBE, MODIFY, keys=Changing())
        sdk.call(DESCRIBE, {})
        sdk.call(MODIFY, {})

    signed = [header_of(request, "Authorization") or "" for request in server.requests]
    assert ["Credential=AKID1/" in signed[0], "Credential=AKID2/" in signed[1]] == [True, True]
    assert margins[0] > margins[1] > 10


def test_keys_that_cannot_be_had_end_the_call_before_it_is_sent(opened: Open) -> None:
    class Gone:
        def current(self, margin: float) -> Keys:
            raise CredentialsError(f"no keys for {margin} s", hint="log in")

    with serving(answering(ok({}))) as server, pytest.raises(VendorError, match="no keys for") as error:
        opened(server.host, keys=Gone()).call(DESCRIBE, {})
    assert (error.value.code, error.value.hint) == ("Client.NoKeys", "log in")
    assert server.requests == []


def test_a_connection_is_kept_for_the_next_call(opened: Open) -> None:
    peers = set()

    def respond(connection: socket.socket, _request: bytes) -> None:
        peers.add(connection.getpeername())
        connection.sendall(ok({}))

    with serving(respond) as server:
        sdk = opened(server.host)
        for _ in range(3):
            sdk.call(DESCRIBE, {})

    assert len(peers) == 1
    assert len(server.requests) == 3


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
    def interrupted() -> None:
        raise KeyboardInterrupt

    caplog.set_level(logging.INFO, "reconciler.cloud")
    sdk = opened("127.0.0.1:9")
    monkeypatch.setattr(sdk._crew, "begin", lambda *_: interrupted)
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


def test_a_warning_of_the_vendors_client_does_not_become_an_error(opened: Open) -> None:
    with serving(answering(ok({}))) as server:
        sdk = opened(server.host)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            sdk = opened(server.host)
            sdk.call(DESCRIBE, {})

    assert server.requests


def test_a_process_with_warnings_as_errors_can_call() -> None:
    program = (
        "import sys; from tests.cloud.conftest import KEYS, place; from reconciler.cloud.sdk import Sdk;"
        "print(Sdk(KEYS, place(sys.argv[1]), {'DescribeSmsSignList'}, 5).call('DescribeSmsSignList', {}))"
    )
    with serving(lambda c, _r: c.sendall(ok({"RequestId": "id"}, "application/json", "Connection: close"))) as server:
        child = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, server.host],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
    assert child.stdout == "{'RequestId': 'id'}\n", child.stderr


def proxied(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://someone:proxy-password@{host}")


def test_loopback_goes_through_no_proxy(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answering(http(b"", "403 Forbidden"))) as proxy, serving(answering(ok({}))) as server:
        proxied(monkeypatch, proxy.host)
        sdk = opened(server.host)
        assert sdk.call(DESCRIBE, {}) == {}

    assert proxy.requests == []


def vendor_call(opened: Open) -> VendorError:
    sdk = opened("", at=place("sms.tencentcloudapi.com", "https"))
    with pytest.raises(VendorError) as error:
        sdk.call(DESCRIBE, {})
    sdk.close()
    return error.value


def test_the_vendor_is_reached_through_the_proxy_of_the_environment(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(answering(http(b"", "407 Proxy Authentication Required", "Connection: close"))) as proxy:
        proxied(monkeypatch, proxy.host)
        error = vendor_call(opened)
    assert proxy.requests[0].startswith(b"CONNECT sms.tencentcloudapi.com:443 ")
    assert b"AKIDsandbox" not in b"".join(proxy.requests)
    assert error.code == "Client.ConnectionNotMade"
    assert "proxy-password" not in error.message


@pytest.mark.parametrize("proxy", ["nonsense://x", "http://", "socks5://127.0.0.1:9", "http://[", "http://127.0.0.1:1"])
def test_a_proxy_that_is_none_means_that_nothing_was_sent(
    opened: Open, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert vendor_call(opened).code == "Client.ConnectionNotMade"


def test_no_proxy_is_honoured(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answering(http(b"", "407 Proxy Authentication Required"))) as proxy:
        proxied(monkeypatch, proxy.host)
        monkeypatch.setenv("NO_PROXY", "example.com,.tencentcloudapi.com")
        seen: list[object] = []

        def refuse(*given: object, **_more: object) -> None:
            seen.append(given[0])
            raise OSError(111, "Connection refused")

        monkeypatch.setattr("socket.getaddrinfo", refuse)
        vendor_call(opened)
        monkeypatch.undo()
    assert seen == ["sms.tencentcloudapi.com"]
    assert proxy.requests == []


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_authorities_of_the_environment_are_trusted(opened: Open, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, str(CERTIFICATE))
    with serving(answering(ok({"a": 1})), tls=True) as server:
        sdk = opened(server.host, scheme="https")
        assert sdk.call(DESCRIBE, {}) == {"a": 1}


def test_a_folder_of_authorities_is_taken(opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    with serving(answering(ok({})), tls=True) as server, pytest.raises(VendorError, match="certificate"):
        opened(server.host, scheme="https").call(DESCRIBE, {})


@pytest.mark.parametrize("content", [None, b"", b"no certificates", b"\xff\x00"])
def test_authorities_that_cannot_be_read_are_named_before_any_call(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "bundle.pem"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with pytest.raises(VendorError, match="REQUESTS_CA_BUNDLE") as error:
        Sdk(KEYS, place("127.0.0.1:1", "https"), {DESCRIBE}, 1.0)
    assert error.value.hint
    assert error.value.code == "Client.ConnectionNotMade"


def test_a_user_in_a_url_does_not_replace_the_signature() -> None:
    with serving(answering(ok({}))) as server, closing(Transport(environment=False)) as transport:
        url = f"http://someone:password@{server.host}/"
        transport.request("GET", url, headers={"Authorization": "signed"}, timeout=5, verify=True).close()

    assert header_of(server.requests[0], "Authorization") == "signed"


def test_a_cookie_is_not_sent_back(opened: Open) -> None:
    with serving(answering(ok({}, "application/json\r\nSet-Cookie: a=canary"))) as server:
        sdk = opened(server.host)
        sdk.call(DESCRIBE, {})
        sdk.call(DESCRIBE, {})

    assert header_of(server.requests[1], "Cookie") is None


def test_a_netrc_does_not_replace_the_signature(opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password netrc-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(answering(ok({}))) as server:
        sdk = opened(server.host)
        sdk._client.request.conn._session.trust_env = True
        sdk.call(DESCRIBE, {})

    assert (header_of(server.requests[0], "Authorization") or "").startswith("TC3-HMAC-SHA256 ")


def test_an_ipv6_address_can_be_called(opened: Open) -> None:
    with running(Options(host="::1")) as sandbox:
        endpoint = endpoint_from(sandbox.url, None)
        at = place(endpoint.host)
        sdk = opened("", at=at, keys=Keys("AKIDsandbox", "sandbox-secret"))
        assert sdk.call(DESCRIBE, {"International": 0})["DescribeSignListStatusSet"] == []


def test_another_service_is_called_by_its_own_version(opened: Open) -> None:
    with running(Options()) as sandbox:
        at = Place(STS_SERVICE, STS_VERSION, Endpoint("http", sandbox.url.removeprefix("http://")), "ap-guangzhou")
        sdk = opened("", "GetCallerIdentity", at=at, keys=Keys("AKIDsandbox", "sandbox-secret"))
        assert sdk.call("GetCallerIdentity", {})["Type"] == "Sandbox"


def test_calls_from_several_threads_do_not_mix(opened: Open) -> None:
    def echo(connection: socket.socket, request: bytes) -> None:
        time.sleep(0.001)
        connection.sendall(http(b'{"Response": ' + request.partition(b"\r\n\r\n")[2] + b"}"))

    with serving(echo) as server, ThreadPoolExecutor(8) as pool:
        sdk = opened(server.host)
        numbers = [answer["n"] for answer in pool.map(lambda n: partial(sdk.call, DESCRIBE, {"n": n})(), range(80))]

    assert numbers == list(range(80))
