"""Connections that are not made: nothing was sent, and the words for TLS and proxies are no library's."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from urllib3.exceptions import NewConnectionError

from reconciler.contract.api import DESCRIBE, MODIFY
from reconciler.contract.error_codes import Treatment, describe, look_up
from reconciler.errors import VendorError
from reconciler.net import environment
from reconciler.net.transport import Transport
from tests.fixtures.servers import CERTIFICATE, EXPIRED, Server, answering, http, in_tls, ok, reset, serving
from tests.unit.tencent.conftest import Open

NOT_MADE = "Client.ConnectionNotMade"
VENDOR = "sms.intl.tencentcloudapi.com"
OF_A_LIBRARY = re.compile(r"_ssl|SSL:|_[A-Z]+|Error\b", re.IGNORECASE)


def failure(call: Callable[[], object]) -> VendorError:
    with pytest.raises(VendorError) as error:
        call()
    return error.value


def told(error: VendorError) -> str:
    """Return what a person is shown, which holds nothing of a library and no password."""
    _, message, hint = describe(error)
    shown = f"{message} - {hint}"
    assert not {"someone", "canary"} & set(re.split(r"[^a-z]+", shown))
    assert OF_A_LIBRARY.search(message) is None
    return shown


@contextmanager
def behind(proxy: Server | str, monkeypatch: pytest.MonkeyPatch, variable: str = "HTTPS_PROXY") -> Iterator[None]:
    address = proxy if isinstance(proxy, str) else f"http://someone:canary@{proxy.host}"
    with monkeypatch.context() as patched:
        patched.setenv(variable, address)
        yield


def broken_handshake(connection: socket.socket) -> socket.socket:
    connection.recv(65536)
    reset(connection)
    return connection


def opening(connection: socket.socket, _request: bytes) -> None:
    """Be a proxy that looks into TLS: it lets the connection be made, and answers in the place of the host."""
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    in_tls(connection).close()


@pytest.mark.parametrize(
    ("secured", "words", "remedy"),
    [
        (in_tls, "certificate is from nobody whom this machine trusts", "REQUESTS_CA_BUNDLE or SSL_CERT_FILE"),
        (partial(in_tls, newest=ssl.TLSVersion.TLSv1_1), "no version of TLS in common", "TLS 1.2 or 1.3"),
        (partial(in_tls, certificate=EXPIRED), "certificate has expired", "clock"),
        (broken_handshake, "connection reset by peer", "Check the network"),
    ],
    ids=["untrusted", "version", "expired", "broken"],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_of_a_handshake_that_fails_it_is_said_why_and_nothing_was_sent(
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
    secured: Callable[[socket.socket], socket.socket],
    words: str,
    remedy: str,
) -> None:
    if "expired" in words:
        monkeypatch.setenv("SSL_CERT_FILE", str(EXPIRED))
    with serving(answering(ok({})), secured=secured) as server:
        error = failure(partial(opened(server.host, MODIFY, scheme="https").call, MODIFY, {"SignId": 1}))
    assert error.code == NOT_MADE
    assert look_up(error.code).treatment is Treatment.RETRY
    assert words in told(error)
    assert f"host {server.host})" in told(error)
    assert remedy in told(error)
    assert server.requests == []


def test_a_certificate_for_another_name_ends_before_anything_is_sent(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with serving(opening) as proxy, behind(proxy, monkeypatch):
        error = failure(lambda: opened(VENDOR, scheme="https").call(DESCRIBE, {}))
    assert (error.code, error.message) == (NOT_MADE, "the server's certificate is for another name")
    assert "account.endpoint" in told(error)
    assert [request.split()[0] for request in proxy.requests] == [b"CONNECT"]


def test_tls_that_breaks_after_the_request_may_have_delivered_it(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def respond(connection: socket.socket, _request: bytes) -> None:
        # Bytes that are no record of TLS, past the one that wraps the connection.
        socket.socket.sendall(connection, b"HTTP/1.1 200 OK\r\n\r\n")

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    with serving(respond, tls=True) as server:
        error = failure(partial(opened(server.host, MODIFY, scheme="https").call, MODIFY, {"SignId": 1}))
    assert len(server.requests) == 1
    assert error.code == "Client.ConnectionLost"
    assert look_up(error.code).treatment is Treatment.SETTLE
    assert told(error)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("answer", "words", "remedy"),
    [
        (http(b"", "403 Forbidden"), "answered 403", "allow this host"),
        (http(b"", "407 Proxy Authentication Required"), "answered 407", "user and password in"),
        (http(b"", "502 Bad Gateway"), "answered 502", "NO_PROXY"),
        (b"220 mail.example\r\n\r\n", "did not answer as a proxy does", "check"),
    ],
    ids=["403", "407", "502", "other"],
)
def test_a_proxy_that_refuses_is_named_with_its_answer_and_its_variable(
    opened: Open, monkeypatch: pytest.MonkeyPatch, variable: str, answer: bytes, words: str, remedy: str
) -> None:
    with serving(answering(answer)) as proxy, behind(proxy, monkeypatch, variable):
        error = failure(lambda: opened(VENDOR, scheme="https").call(DESCRIBE, {}))
    assert error.code == NOT_MADE
    assert f"the proxy http://{proxy.host} {words}, host {VENDOR})" in told(error)
    assert remedy in error.hint
    assert variable in error.hint


def test_a_proxy_that_is_not_there_is_the_host_that_cannot_be_reached(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
    with behind(f"http://someone:canary@{host}", monkeypatch):
        error = failure(lambda: opened(VENDOR, scheme="https").call(DESCRIBE, {}))
    assert error.code == NOT_MADE
    assert f"(the proxy cannot be reached: connection refused, host {host})" in told(error)
    assert VENDOR not in told(error)
    assert "HTTPS_PROXY" in error.hint


def test_a_proxy_that_never_answers_is_named_and_nothing_was_sent(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        with behind(f"http://someone:canary@{host}", monkeypatch):
            error = failure(lambda: opened(VENDOR, scheme="https", timeout=1.0).call(DESCRIBE, {}))
    assert error.code == NOT_MADE
    assert f"(no answer in time through the proxy http://{host}, host {VENDOR})" in told(error)
    assert "HTTPS_PROXY" in error.hint


def test_a_proxy_whose_name_nobody_knows_is_the_host_that_cannot_be_reached(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object, **_named: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "words of the system")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with behind("http://someone:canary@proxy.example:3128", monkeypatch):
        error = failure(lambda: opened(VENDOR, scheme="https").call(DESCRIBE, {}))
    assert "(the proxy cannot be reached: the name of the host cannot be resolved, host proxy.example:3128)" in told(
        error
    )
    alone = failure(lambda: opened(VENDOR, scheme="https").call(DESCRIBE, {}))
    assert f"(the name of the host cannot be resolved, host {VENDOR})" in told(alone)


def test_a_proxy_that_is_named_as_one_with_tls_and_has_none(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_tls(connection: socket.socket) -> socket.socket:
        connection.recv(65536)
        connection.sendall(http(b"", "400 Bad Request"))
        return connection

    with serving(answering(b""), secured=no_tls) as proxy, behind(f"https://{proxy.host}", monkeypatch):
        error = failure(lambda: opened(VENDOR, scheme="https").call(DESCRIBE, {}))
    assert f"(the proxy cannot be reached: the server speaks no TLS there, host {proxy.host})" in told(error)


def test_a_proxy_that_opens_tls_with_its_own_certificate_is_told_how_to_trust(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(opening) as proxy, behind(proxy, monkeypatch):
        error = failure(lambda: opened(VENDOR, scheme="https").call(DESCRIBE, {}))
    assert error.code == NOT_MADE
    assert f"nobody whom this machine trusts, host {VENDOR})" in told(error)
    assert "REQUESTS_CA_BUNDLE" in error.hint


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("ProxyConnectionError", "the proxy cannot be reached: connection refused"),
        ("SOCKS5AuthError", "the proxy socks5h://proxy.example:1080 wants another user and password"),
        ("SOCKS5Error", "the proxy socks5h://proxy.example:1080 did not connect to it"),
        ("GeneralProxyError", "the proxy socks5h://proxy.example:1080 did not answer as a proxy does"),
    ],
)
def test_what_a_socks_proxy_says_is_told_of_the_proxy(monkeypatch: pytest.MonkeyPatch, kind: str, words: str) -> None:
    """PySocks is not needed by this tool: it is told by the names that its errors have."""
    monkeypatch.setattr(environment, "find_spec", lambda _name: object())
    raised = type(kind, (OSError,), {"__module__": "socks"})("of someone:canary")
    raised.__context__ = ConnectionRefusedError(111, "Connection refused")
    outer = NewConnectionError(None, "of someone:canary")  # type: ignore[arg-type]  # none is needed
    outer.__cause__ = raised
    with behind("socks5h://someone:canary@proxy.example:1080", monkeypatch):
        error = Transport.error(outer, f"https://{VENDOR}")
    assert error.code == NOT_MADE
    assert words in told(error)
    assert "HTTPS_PROXY" in error.hint
    assert error.host == ("proxy.example:1080" if kind == "ProxyConnectionError" else None)


def test_the_token_service_behind_a_proxy_is_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://token.example/here"
    with serving(answering(http(b"", "403 Forbidden"))) as proxy, behind(proxy, monkeypatch):
        error = failure(lambda: Transport.fetch_json(url, {}, 5.0, proxies=True))
    assert f"the proxy http://{proxy.host} answered 403, host token.example)" in told(error)


def test_no_words_of_a_library_are_left_where_a_connection_just_ends(opened: Open) -> None:
    for answer, words in ((b"", "closed the connection without an answer"), (b"rubbish\r\n\r\n", "is not HTTP")):

        def respond(connection: socket.socket, _request: bytes, answer: bytes = answer) -> None:
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_RDWR)

        with serving(respond) as server:
            assert words in told(failure(partial(opened(server.host).call, DESCRIBE, {})))
