from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.util import parse_url

from reconciler.contract.api import is_loopback
from reconciler.errors import UsageError
from reconciler.tencent.endpoint import Endpoint, endpoint_from, is_vendors

VENDOR = "sms.intl.tencentcloudapi.com"


def test_without_any_word_it_is_the_vendors_default() -> None:
    assert endpoint_from(None, None) == Endpoint("https", "sms.tencentcloudapi.com")


def test_the_definitions_are_followed_over_the_default_and_the_option_over_both() -> None:
    assert str(endpoint_from(None, VENDOR)) == f"https://{VENDOR}"
    assert str(endpoint_from("sms.tencentcloudapi.com", VENDOR)) == "https://sms.tencentcloudapi.com"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (f"https://{VENDOR}/", f"https://{VENDOR}"),
        (VENDOR.upper(), f"https://{VENDOR}"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:1", "http://localhost:1"),
        ("https://127.9.9.9", "https://127.9.9.9"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_the_vendor_over_https_and_loopback_are_taken(given: str, taken: str) -> None:
    assert str(endpoint_from(given, None)) == taken


@pytest.mark.parametrize(
    "given",
    [
        "http://sms.tencentcloudapi.com",
        "https://example.com",
        "https://tencentcloudapi.com",
        "https://eviltencentcloudapi.com",
        "https://sms.tencentcloudapi.com.example.com",
        "https://example.com\\.tencentcloudapi.com",
        "https://example.com#.tencentcloudapi.com",
        "https://example.com?.tencentcloudapi.com",
        "https://example.com/.tencentcloudapi.com",
        "https://user@sms.tencentcloudapi.com",
        "https://sms.tencentcloudapi.com/path",
        "https://sms%2etencentcloudapi.com",
        "https://sms。tencentcloudapi.com",
        "https://a b.tencentcloudapi.com",
        "https://.tencentcloudapi.com",
        "ftp://127.0.0.1",
        "http://0.0.0.0",
        "http://10.0.0.1:80",
        "http://[::1",
        "http://[fe80::1%25lo]",
        "http://[::1%25lo]",
        "http://127.0.0.1:port",
        "http://2130706433",
        "",
        "://",
    ],
)
def test_any_other_place_is_refused_with_what_would_do(given: str) -> None:
    with pytest.raises(UsageError) as refused:
        endpoint_from(given, None)
    assert refused.value.exit_code == 2
    assert refused.value.hint


PIECES = st.sampled_from(
    [*"abc.:/\\@#?%[]&\t\n 。", "https://", "http://", "127.0.0.1", "localhost", "[::1]", ".tencentcloudapi.com", "sms"]
)


@given(st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=30))
def test_whatever_is_taken_is_read_as_the_same_safe_host_by_those_who_connect(url: str) -> None:
    try:
        endpoint = endpoint_from(url, None)
    except UsageError:
        return
    host = (parse_url(str(endpoint)).host or "").strip("[]")
    assert is_loopback(host) or (endpoint.scheme == "https" and is_vendors(host))


@pytest.mark.parametrize(
    ("host", "service_host"),
    [
        ("sms.tencentcloudapi.com", "sts.tencentcloudapi.com"),
        ("sms.ap-singapore.tencentcloudapi.com", "sts.ap-singapore.tencentcloudapi.com"),
        ("sms.intl.tencentcloudapi.com", "sts.intl.tencentcloudapi.com"),
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("other.tencentcloudapi.com", "other.tencentcloudapi.com"),
    ],
)
def test_other_services_are_beside_the_sms_service(host: str, service_host: str) -> None:
    assert Endpoint("https", host).for_service("sts").host == service_host


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1:8080", True), ("[::1]:80", True), (VENDOR, False)])
def test_loopback_is_told_from_the_vendor(host: str, *, loopback: bool) -> None:
    assert Endpoint("https", host).loopback is loopback


@pytest.mark.parametrize("address", ["http://me:canary@127.0.0.1:1", "https://x?token=canary", "127.0.0.1:1#canary"])
def test_what_may_be_a_secret_in_an_address_is_not_told(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        endpoint_from(address, None)
    assert "canary" not in str(refused.value)
    assert "is not a URL of scheme and host alone" in refused.value.message
