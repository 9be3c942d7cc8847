from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import VendorError
from reconciler.net.environment import proxy_for
from reconciler.planning.doctor import trusted
from reconciler.tencent.endpoint import Endpoint
from tests.fixtures.servers import CERTIFICATE

VENDOR = Endpoint("https", "sms.tencentcloudapi.com")


def test_without_a_proxy_in_the_environment_there_is_none() -> None:
    assert proxy_for(str(VENDOR)) is None


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://someone:canary@proxy.example:8080", "http://proxy.example:8080"),
        ("proxy.example:8080", "http://proxy.example:8080"),
        ("https://some@one:can@ary@[::1]:3128/path?canary", "https://[::1]:3128"),
        ("http://[canary", "one that cannot be read"),
        ("http://user:canary@", "one that cannot be read"),
    ],
)
def test_the_proxy_is_shown_without_its_password(monkeypatch: pytest.MonkeyPatch, proxy: str, shown: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert proxy_for(str(VENDOR)) == shown


def test_what_goes_past_the_proxy_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    assert proxy_for("https://127.0.0.1:1") is None
    monkeypatch.setenv("NO_PROXY", ".tencentcloudapi.com")
    assert proxy_for(str(VENDOR)) is None


def test_it_says_whose_certificates_are_trusted_and_who_said_so(tmp_path: Path) -> None:
    assert "vendor's client" in trusted(VENDOR, {})
    assert trusted(VENDOR, {"SSL_CERT_FILE": str(CERTIFICATE)}) == f"{CERTIFICATE} (SSL_CERT_FILE)"
    with pytest.raises(VendorError, match="CURL_CA_BUNDLE"):
        trusted(VENDOR, {"CURL_CA_BUNDLE": str(tmp_path / "absent")})


def test_without_tls_nobody_has_to_be_trusted(tmp_path: Path) -> None:
    assert "plain http" in trusted(Endpoint("http", "127.0.0.1:1"), {"CURL_CA_BUNDLE": str(tmp_path / "absent")})
