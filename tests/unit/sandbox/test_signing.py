from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.sandbox.signing import DEFAULT_KEY, Key
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

LISTING = {"International": 0}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("lowered", [False, True])
@pytest.mark.parametrize(
    "signed",
    [("content-type", "host"), ("content-type", "host", "x-tc-action"), ("content-type", "host", "x-tc-region")],
)
def test_any_set_of_signed_headers_is_verified(
    start: Start, method: str, signed: tuple[str, ...], lowered: bool
) -> None:
    caller = Caller(start().url, method=method, signed=signed, lowered=lowered)
    assert caller.code("DescribeSmsSignList", LISTING) is None
    assert replace(caller, secret_key="other").code("DescribeSmsSignList", LISTING) == "AuthFailure.SignatureFailure"


def test_a_get_may_sign_the_host_alone_and_a_post_may_not(start: Start) -> None:
    caller = Caller(start().url, signed=("host",))
    assert replace(caller, method="GET").code("DescribeSmsSignList", LISTING) is None
    assert caller.code("DescribeSmsSignList", LISTING) == "AuthFailure.InvalidAuthorization"


def test_a_signed_header_that_changes_on_the_way_breaks_the_signature(start: Start) -> None:
    caller = Caller(start().url, signed=("content-type", "host", "x-tc-action"))
    headers = caller.headers("ModifySmsSign", "", b"{}")
    stolen = replace(caller, extra={"Authorization": headers["Authorization"]})
    assert stolen.code("DescribeSmsSignList") == "AuthFailure.SignatureFailure"
    assert replace(stolen, signed=()).code("ModifySmsSign") == "MissingParameter"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"secret_id": "AKIDnobody"}, "AuthFailure.SecretIdNotFound"),
        ({"secret_key": "wrong"}, "AuthFailure.SignatureFailure"),
        ({"sent_body": b'{"International": 1}'}, "AuthFailure.SignatureFailure"),
        ({"clock_offset_s": 600}, "AuthFailure.SignatureExpire"),
        ({"clock_offset_s": -600}, "AuthFailure.SignatureExpire"),
        ({"date": "2001-01-01"}, "AuthFailure.SignatureFailure"),
        ({"service": "sts"}, "AuthFailure.SignatureFailure"),
        ({"service": "cvm"}, "AuthFailure.SignatureFailure"),
        ({"signed": ("content-type",)}, "AuthFailure.InvalidAuthorization"),
        ({"dropped": ("Authorization",)}, "AuthFailure.InvalidAuthorization"),
        ({"extra": {"Authorization": "SKIP"}}, "AuthFailure.InvalidAuthorization"),
        ({"dropped": ("X-TC-Timestamp",)}, "MissingParameter"),
        ({"extra": {"X-TC-Timestamp": "soon"}}, "InvalidParameterValue"),
    ],
)
def test_what_is_wrong_with_a_signature_has_the_code_of_the_vendor(
    start: Start, changed: Mapping[str, Any], code: str
) -> None:
    sandbox = start()
    assert replace(Caller(sandbox.url), **changed).code("DescribeSmsSignList", LISTING) == code
    assert [entry["code"] for entry in sandbox.requests] == [code]


def test_an_unsigned_payload_is_taken_where_it_is_announced(start: Start) -> None:
    caller = Caller(start().url, extra={"X-TC-Content-SHA256": "UNSIGNED-PAYLOAD"}, sent_body=b'{"International": 1}')
    rows = caller.call("DescribeSmsSignList", LISTING)["DescribeSignListStatusSet"]
    assert {row["International"] for row in rows} == {1}


def test_a_clock_that_differs_less_than_five_minutes_is_taken(start: Start) -> None:
    assert Caller(start(clock_offset_s=600.0).url, clock_offset_s=500).code("DescribeSmsSignList", LISTING) is None


@pytest.mark.parametrize(
    ("token", "sent", "code"),
    [
        ("right", "right", None),
        ("right", "wrong", "AuthFailure.TokenFailure"),
        ("right", "", "AuthFailure.TokenFailure"),
        (None, "any", None),
    ],
)
def test_a_token_belongs_to_its_key(start: Start, token: str | None, sent: str, code: str | None) -> None:
    sandbox = start(keys=(replace(DEFAULT_KEY, token=token),))
    assert Caller(sandbox.url, extra={"X-TC-Token": sent}).code("DescribeSmsSignList", LISTING) == code


def test_a_key_is_taken_until_it_expires(start: Start) -> None:
    sandbox = start(keys=(Key("AKIDold", "old", None, 1.0), Key("AKIDnew", "new", None, 1e12)))
    assert Caller(sandbox.url, "AKIDold", "old").code("DescribeSmsSignList", LISTING) == "AuthFailure.TokenFailure"
    assert Caller(sandbox.url, "AKIDnew", "new").code("DescribeSmsSignList", LISTING) is None


def test_the_host_may_be_signed_without_its_port_as_the_node_sdk_does(start: Start) -> None:
    caller = Caller(start().url, service="127", extra={"Host": "127.0.0.1"})
    headers = caller.headers("DescribeSmsSignList", "", b'{"International": 0}')
    as_sent = replace(caller, extra={"Authorization": headers["Authorization"]})
    assert as_sent.code("DescribeSmsSignList", LISTING) is None


@pytest.mark.parametrize(("host", "service"), [("127.0.0.1", "cvm"), ("sts.example", "sts"), ("sms.example", "sts")])
def test_no_other_service_is_taken_from_the_host(start: Start, host: str, service: str) -> None:
    caller = Caller(start().url, service=service, extra={"Host": host})
    assert caller.code("DescribeSmsSignList", LISTING) == "AuthFailure.SignatureFailure"
