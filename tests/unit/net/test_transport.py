from __future__ import annotations

from contextlib import closing
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from requests import Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from reconciler.contract.api import DESCRIBE
from reconciler.errors import VendorError
from reconciler.net.transport import MAX_BODY_BYTES, Transport, _Adapter
from reconciler.tencent.sdk import Sdk
from tests.fixtures.servers import CERTIFICATE, answering, header_of, http, ok, serving
from tests.unit.tencent.conftest import KEYS, Open, place


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


def test_a_proxy_that_does_not_listen_means_that_nothing_was_sent(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
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
    with serving(answering(ok({}))) as server, closing(Transport(proxies=False)) as transport:
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


def body_in(*chunks: bytes) -> Response:
    response = Response()
    response.raw = BytesIO(b"".join(chunks))
    return response


def test_a_body_larger_than_any_answer_is_refused() -> None:
    assert Transport.body(body_in(b"ab", b"c")) == b"abc"
    with pytest.raises(VendorError, match="too large"):
        Transport.body(body_in(b"x" * MAX_BODY_BYTES, b"y"))


def test_a_connection_through_another_kind_of_proxy_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Socks(HTTPConnection):
        pass

    pool = SimpleNamespace(ConnectionCls=Socks, scheme="https")
    monkeypatch.setattr(HTTPAdapter, "get_connection_with_tls_context", lambda *_, **__: pool)
    for _ in range(2):
        made = _Adapter().get_connection_with_tls_context(None, verify=True).ConnectionCls
        assert issubclass(made, Socks)
        assert [base.__name__ for base in made.__mro__].count("_Telling") == 1
