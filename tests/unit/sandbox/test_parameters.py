from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from tests.fixtures.accounts import PENDING, submission
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

REQUIRED = ("SignId", "SignName", "SignType", "DocumentType", "International", "SignPurpose", "ProofImage")
NUMBERS = ("SignId", "SignType", "DocumentType", "International", "SignPurpose", "QualificationId")
TEXTS = ("SignName", "ProofImage", "CommissionImage", "Remark")


@pytest.mark.parametrize("name", REQUIRED)
def test_every_required_parameter_is_missed(start: Start, name: str) -> None:
    sandbox = start()
    without = {given: value for given, value in submission().items() if given != name}
    assert Caller(sandbox.url).code("ModifySmsSign", without) == "MissingParameter"
    assert Caller(sandbox.url).code("ModifySmsSign", without | {name: None}) == "MissingParameter"
    assert sandbox.account.row(PENDING) == start().account.row(PENDING)


NO_NUMBERS: tuple[Any, ...] = ("1110", 1.0, True, -1, [1], 2**64)
NO_TEXTS: tuple[Any, ...] = (1, True, ["text"], {})
MISTYPED = [*product(NUMBERS, NO_NUMBERS), *product(TEXTS, NO_TEXTS)]


@pytest.mark.parametrize(("name", "value"), MISTYPED)
def test_a_parameter_of_another_type_is_refused(start: Start, name: str, value: Any) -> None:
    assert Caller(start().url).code("ModifySmsSign", submission() | {name: value}) == "InvalidParameter"


def test_a_parameter_that_no_page_lists_is_refused(start: Start) -> None:
    assert Caller(start().url).code("ModifySmsSign", submission(SignNames="x")) == "UnknownParameter"
    assert Caller(start().url).code("GetCallerIdentity", {"Region": "x"}) == "UnknownParameter"


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(start: Start, body: bytes) -> None:
    assert Caller(start().url).code("ModifySmsSign", body) == "FailedOperation.JsonParseFail"


def test_a_post_is_json(start: Start) -> None:
    caller = Caller(start().url)
    assert replace(caller, content_type="text/plain").code("GetCallerIdentity") == "InvalidRequest"
    assert replace(caller, content_type="application/json; charset=utf-8").code("GetCallerIdentity") is None
    assert replace(caller, method="PUT").code("GetCallerIdentity") == "UnsupportedProtocol"


def test_the_query_of_a_get_is_typed_by_the_parameters_of_the_action(start: Start) -> None:
    caller = Caller(start().url, method="GET", content_type="application/x-www-form-urlencoded")
    asked = {"International": "0", "SignIdSet.0": "1110", "SignIdSet.1": "1113"}
    rows = caller.call("DescribeSmsSignList", asked)["DescribeSignListStatusSet"]
    assert [row["SignId"] for row in rows] == [1110, 1113]
    assert caller.code("ModifySmsSign", submission(SignName="阿克米 &+")) is None
    assert caller.code("DescribeSmsSignList", {"International": "x"}) == "InvalidParameter"
    assert caller.code("DescribeSmsSignList", {"International": "9" * 5000}) == "InvalidParameter"
    assert caller.code("DescribeSmsSignList", {"International": "0", "SignIdSet.0": "x"}) == "InvalidParameter"
    assert caller.code("DescribeSmsSignList", {"International": "0", "SignIdSet.x": "1"}) == "UnknownParameter"
