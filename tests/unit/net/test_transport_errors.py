from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
import requests
from urllib3.exceptions import NewConnectionError

from reconciler.contract.api import DESCRIBE, MODIFY
from reconciler.contract.error_codes import Treatment, look_up
from reconciler.errors import VendorError
from reconciler.net.transport import Transport
from reconciler.tencent.reader import Reader
from tests.fixtures.fake_clock import FakeClock
from tests.fixtures.rows import entry, listing
from tests.fixtures.servers import Respond, answering, http, ok, reset, serving
from tests.unit.tencent.conftest import Open

CONNECTION_NOT_MADE, CONNECTION_LOST = "Client.ConnectionNotMade", "Client.ConnectionLost"
BAD_ANSWER, HTTP_STATUS, TIMEOUT = "Client.BadAnswer", "Client.HttpStatus", "Client.Timeout"


def failure(call: Callable[[], object]) -> VendorError:
    with pytest.raises(VendorError) as error:
        call()
    assert "sandbox-secret" not in repr(error.value) + error.value.message
    assert error.value.message
    return error.value


def code_with(opened: Open, respond: Respond, timeout: float = 5.0) -> str:
    with serving(respond) as server:
        sdk = opened(server.host, timeout=timeout)
        return failure(partial(sdk.call, DESCRIBE, {})).code


def test_a_refused_connection_was_certainly_not_used(opened: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(lambda: opened(f"127.0.0.1:{port}").call(DESCRIBE, {}))
    assert (error.code, error.message) == (CONNECTION_NOT_MADE, "connection refused")
    assert look_up(error.code).treatment is Treatment.RETRY


@pytest.mark.parametrize("part", [b"", b"HTTP/1.1 200 OK\r\nContent-Len", http(b'{"Response": {}}')[:-4]])
def test_a_connection_that_breaks_may_have_delivered(opened: Open, part: bytes) -> None:
    def respond(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(part)
        reset(connection)

    code = code_with(opened, respond)
    assert code == CONNECTION_LOST
    assert look_up(code).treatment is Treatment.SETTLE


@pytest.mark.parametrize("part", [b"", http(b'{"Response": {}}')[:-4], b"rubbish\r\n\r\n"])
def test_an_answer_that_ends_early_may_have_been_preceded_by_the_deed(opened: Open, part: bytes) -> None:
    def respond(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(part)
        connection.shutdown(socket.SHUT_RDWR)

    assert code_with(opened, respond) == CONNECTION_LOST


def test_a_reset_while_the_request_is_sent_is_taken_as_perhaps_arrived(opened: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            connection.recv(1)
            reset(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        sdk = opened(f"127.0.0.1:{listener.getsockname()[1]}")
        error = failure(lambda: sdk.call(DESCRIBE, {"Filler": "x" * 9_000_000}))
        thread.join()
    assert error.code == CONNECTION_LOST


def stall(part: bytes) -> Respond:
    def respond(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(part)
        connection.recv(1)

    return respond


@pytest.mark.parametrize("part", [b"", b"HTTP/1.1 200 OK\r\n", http(b'{"Response": {}}')[:-4]])
def test_an_answer_that_stalls_ends_at_the_time_limit(opened: Open, part: bytes) -> None:
    assert code_with(opened, stall(part), timeout=0.3) == TIMEOUT


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_an_answer_that_drips_ends_at_the_time_limit_too(opened: Open, start: bytes) -> None:
    def respond(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(start)
        for _ in range(200):
            connection.sendall(b"a")
            time.sleep(0.05)

    assert code_with(opened, respond, timeout=0.4) == TIMEOUT


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http(b"<html>sign in to the hotel</html>", "200 OK", "Content-Type: text/html"), BAD_ANSWER),
        (http(b"", "200 OK"), BAD_ANSWER),
        (http(b"<html>Bad Gateway</html>", "502 Bad Gateway"), HTTP_STATUS),
        (http(b'{"Response": {}}', "204 No Content"), HTTP_STATUS),
        (ok([]), BAD_ANSWER),
        (http(b"x" * (5 * 1024 * 1024)), BAD_ANSWER),
        (http(b"not gzip", "200 OK", "Content-Encoding: gzip"), CONNECTION_LOST),
    ],
    ids=["html", "empty", "502", "204", "list", "oversize", "encoding"],
)
def test_an_answer_that_is_not_the_vendors_is_told_as_such(opened: Open, answer: bytes, code: str) -> None:
    assert code_with(opened, answering(answer)) == code


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "text/plain", "text/html", "nonsense"]
)
def test_the_vendors_error_is_one_under_every_content_type(opened: Open, kind: str) -> None:
    error = {"Error": {"Code": "RequestLimitExceeded", "Message": "slow down"}, "RequestId": "id-1"}
    with serving(answering(ok(error, kind))) as server:
        sdk = opened(server.host)
        raised = failure(partial(sdk.call, DESCRIBE, {}))

    assert (raised.code, raised.message, raised.request_id) == ("RequestLimitExceeded", "slow down", "id-1")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_an_answer_with_a_field_that_nobody_knows_or_a_warning_is_read(opened: Open, kind: str) -> None:
    answer = listing(entry(1, New="x")) | {"Extra": [1], "DeprecatedWarning": "soon"}
    with serving(answering(ok(answer, kind))) as server:
        sdk = opened(server.host)
        assert Reader(sdk, FakeClock(), 20.0).row(1, international=False) is not None


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_is_not_followed_with_keys_and_images(opened: Open, status: str) -> None:
    with serving(answering(ok({}))) as elsewhere:
        answer = http(b"", status, f"Location: http://{elsewhere.host}/")
        assert code_with(opened, answering(answer)) == HTTP_STATUS
    assert elsewhere.requests == []


def test_a_write_goes_out_once_whatever_happens(opened: Open) -> None:
    for respond in (reset, answering(http(b"", "502 Bad Gateway")), answering(b"rubbish\r\n\r\n")):
        with serving(respond) as server:
            sdk = opened(server.host, MODIFY)
            failure(partial(sdk.call, MODIFY, {"SignId": 1}))
            sdk.close()
        assert len(server.requests) == 1


def test_a_certificate_that_nobody_vouches_for_ends_before_anything_is_sent(opened: Open) -> None:
    with serving(answering(ok({})), tls=True) as server:
        error = failure(lambda: opened(server.host, scheme="https").call(DESCRIBE, {}))
    assert error.code == CONNECTION_NOT_MADE
    assert error.message == "the server's certificate is from nobody whom this machine trusts"
    assert server.requests == []


def test_of_a_server_that_speaks_no_tls_that_is_said_and_how_to_write_it(opened: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            with listener.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(http(b"", "400 Bad Request"))

        thread = threading.Thread(target=answer)
        thread.start()
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        error = failure(lambda: opened(host, scheme="https").call(DESCRIBE, {}))
        thread.join()
    assert (error.code, error.message) == (CONNECTION_NOT_MADE, "the server speaks no TLS there")
    assert error.hint == f"write `http://{host}` for one on this machine"


def test_elsewhere_http_is_no_remedy_for_a_server_that_speaks_no_tls() -> None:
    failed = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    failed.reason = "WRONG_VERSION_NUMBER"
    error = Transport.error(failed, "https://sms.tencentcloudapi.com")
    assert (error.message, "http:" in error.hint) == ("the server speaks no TLS there", False)
    assert error.code == CONNECTION_LOST, "nothing tells that the request had not begun"


def test_a_server_without_tls_where_tls_is_spoken_gets_nothing(opened: Open) -> None:
    with serving(answering(http(b"", "400 Bad Request"))) as server:
        error = failure(lambda: opened(server.host, scheme="https", timeout=0.3).call(DESCRIBE, {}))
    assert (error.code, error.message) == (CONNECTION_NOT_MADE, "no answer in time")
    assert b"AKIDsandbox" not in b"".join(server.requests)


def test_words_of_network_errors_leave_out_urls_which_may_hold_passwords() -> None:
    inner = NewConnectionError(None, "http://user:password@proxy failed")  # type: ignore[arg-type]  # none is needed
    error = Transport.error(requests.ConnectionError(inner))
    assert error.code == CONNECTION_NOT_MADE
    assert error.message == "NewConnectionError"


def test_errors_that_wrap_each_other_in_a_circle_are_read_once() -> None:
    one, two = ValueError("x"), ValueError("y")
    one.__cause__, two.__cause__ = two, one
    assert Transport.error(one).code == CONNECTION_LOST


def test_the_body_is_json_in_the_vendors_own_words(opened: Open) -> None:
    with serving(answering(ok({}))) as server:
        sdk = opened(server.host)
        sdk.call(DESCRIBE, {"International": 0, "SignIdSet": [1]})

    assert json.loads(server.requests[0].partition(b"\r\n\r\n")[2]) == {"International": 0, "SignIdSet": [1]}
