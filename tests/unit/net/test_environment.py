from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from reconciler.errors import VendorError
from reconciler.github.client import GitHubClient
from reconciler.net import environment
from reconciler.net.environment import proxy_for
from reconciler.net.transport import Transport
from reconciler.tencent.endpoint import Endpoint, ServiceAddress
from reconciler.tencent.sdk import Sdk

VENDOR = Endpoint("https", "sms.tencentcloudapi.com")


def test_without_a_proxy_in_the_environment_there_is_none() -> None:
    assert proxy_for(str(VENDOR)) is None


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://someone:canary@proxy.example:8080", "http://proxy.example:8080"),
        ("proxy.example:8080", "http://proxy.example:8080"),
        ("https://some%40one:can%40ary@[::1]:3128/", "https://[::1]:3128"),
        ("HTTP://someone@proxy:1", "http://proxy:1"),
    ],
)
def test_the_proxy_is_shown_without_its_password(monkeypatch: pytest.MonkeyPatch, proxy: str, shown: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert proxy_for(str(VENDOR)) == shown


UNREADABLE = [
    *(f"http://someone:can{character}ary@proxy.example:8080" for character in "#/?@:"),
    "http://some@one:canary@proxy.example:8080",
    "http://someone:canary@proxy.example:8080/path",
    "http://proxy.example:8080?canary",
    "http://someone:canary@",
    "someone:canary@proxy.example:8080",
    "someone@proxy.example:8080",
    "http://[canary",
    "http://proxy.example:canary",
    "http://proxy.example:0",
    "http://proxy.example:65536",
    "ftp://proxy.example:21",
    "http://proxy.example:8080 ",
    "http://proxy.example:8080\n",
    " http://someone:canary@proxy.example:8080",
    "http://someone:canary\x07@proxy.example:8080",
]


@pytest.mark.parametrize("proxy", UNREADABLE)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_the_address_of_a_proxy_that_cannot_be_read_is_a_problem_and_shown_by_nothing(
    monkeypatch: pytest.MonkeyPatch, name: str, proxy: str
) -> None:
    monkeypatch.setenv(name, proxy)
    calls: tuple[Callable[[], object], ...] = (
        lambda: proxy_for(str(VENDOR)),
        lambda: Sdk(None, ServiceAddress("sms", "2021-01-11", VENDOR, "ap-singapore"), (), 1.0),
        lambda: GitHubClient("https://api.github.com", "a/b", "canary"),
        lambda: Transport.fetch_json("https://api.github.com", {}, 1.0, proxies=True),
    )
    for call in calls:
        with pytest.raises(VendorError) as refused:
            call()
        told = f"{refused.value.message} {refused.value.hint}"
        assert told.startswith(name)
        assert not {"canary", "someone", "proxy.example"} & set(re.split(r"[^a-z.]+", told))


def test_socks_takes_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5h://proxy.example:1080")
    monkeypatch.setattr(environment, "find_spec", lambda _name: None)
    with pytest.raises(VendorError, match="HTTPS_PROXY names a SOCKS proxy, which takes PySocks"):
        proxy_for(str(VENDOR))
    monkeypatch.setattr(environment, "find_spec", lambda _name: object())
    assert proxy_for(str(VENDOR)) == "socks5h://proxy.example:1080"


def test_what_goes_past_the_proxy_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    assert proxy_for("https://127.0.0.1:1") is None
    monkeypatch.setenv("NO_PROXY", ".tencentcloudapi.com")
    assert proxy_for(str(VENDOR)) is None
