from __future__ import annotations

import socket
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from reconciler.contract.api import DESCRIBE, MODIFY, STS_SERVICE, STS_VERSION
from reconciler.errors import CredentialsError, VendorError
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.sandbox.signing import Key
from reconciler.tencent.credentials.base import Keys
from reconciler.tencent.endpoint import Endpoint, ServiceAddress, endpoint_from
from tests.fixtures.servers import answering, header_of, http, ok, serving
from tests.unit.tencent.conftest import KEYS, Open, place


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
        "import sys; from tests.unit.tencent.conftest import KEYS, place; from reconciler.tencent.sdk import Sdk;"
        "print(Sdk(KEYS, place(sys.argv[1]), {'DescribeSmsSignList'}, 5).call('DescribeSmsSignList', {}))"
    )
    with serving(lambda c, _r: c.sendall(ok({"RequestId": "id"}, "application/json", "Connection: close"))) as server:
        child = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, server.host],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=False,
        )
    assert child.stdout == "{'RequestId': 'id'}\n", child.stderr


def test_an_ipv6_address_can_be_called(opened: Open) -> None:
    with running(Options(host="::1")) as sandbox:
        endpoint = endpoint_from(sandbox.url, None)
        at = place(endpoint.host)
        sdk = opened("", at=at, keys=Keys("AKIDsandbox", "sandbox-secret"))
        assert sdk.call(DESCRIBE, {"International": 0})["DescribeSignListStatusSet"] == []


def test_another_service_is_called_by_its_own_version(opened: Open) -> None:
    with running(Options()) as sandbox:
        at = ServiceAddress(
            STS_SERVICE, STS_VERSION, Endpoint("http", sandbox.url.removeprefix("http://")), "ap-guangzhou"
        )
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
