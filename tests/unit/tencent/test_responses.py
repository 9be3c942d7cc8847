from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract.error_codes import describe
from reconciler.errors import VendorError
from reconciler.model.signature import LiveSignature
from reconciler.tencent.responses import acknowledged_id, content_of, merge_rows, request_id_of, rows_of
from tests.fixtures.rows import entry, listing

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted(entry() | {"QualificationId": 1, "QualificationName": "", "QualificationStatusCode": 0})


def code_of(answer: dict[str, Any]) -> str:
    with pytest.raises(VendorError) as refused:
        rows_of(answer)
    return refused.value.code


def test_a_row_is_read_field_by_field() -> None:
    sent = entry(7, international=1, StatusCode=-1, ReviewReply="Blurred", QualificationId=5, QualificationName="q")
    assert rows_of(listing(sent, entry(8, QualificationStatusCode=2))) == [
        LiveSignature(7, True, -1, "Name 7", "Blurred", 1_617_508_800, 5, "q", None),
        LiveSignature(8, False, 1, "Name 8", "", 1_617_508_800, None, None, 2),
    ]


def test_what_may_be_absent_or_null_is_empty() -> None:
    bare = {name: entry()[name] for name in ("SignId", "International", "StatusCode", "SignName")}
    assert rows_of(listing(bare | {"ReviewReply": None, "CreateTime": None})) == [
        LiveSignature(1110, False, 1, "Name 1110")
    ]


def test_a_field_that_nobody_knows_changes_nothing() -> None:
    assert rows_of(listing(entry(New={"a": 1}))) == rows_of(listing(entry()))


def test_an_empty_list_is_an_empty_account_and_a_null_one_a_failure() -> None:
    assert rows_of(listing()) == []
    assert code_of({"DescribeSignListStatusSet": None}) == "Client.NullAnswer"
    assert code_of({}) == "Client.NullAnswer"


@pytest.mark.parametrize("rows", [{}, "text", 3, [None], [[]], ["row"]])
def test_a_list_that_is_none_is_refused(rows: object) -> None:
    assert code_of({"DescribeSignListStatusSet": rows}) == "Client.BadAnswer"


@pytest.mark.parametrize("name", ["SignId", "International", "StatusCode", "SignName"])
def test_a_row_without_a_needed_field_is_refused_with_its_request_id(name: str) -> None:
    broken = entry()
    del broken[name]
    with pytest.raises(VendorError, match=name) as refused:
        rows_of(listing(broken))
    assert refused.value.request_id == listing()["RequestId"]


@pytest.mark.parametrize(
    "changed",
    [
        {"SignId": "1110"},
        {"SignId": True},
        {"SignId": 1110.0},
        {"SignId": 2**63},
        {"StatusCode": False},
        {"StatusCode": None},
        {"International": 2},
        {"International": True},
        {"International": "0"},
        {"International": [0]},
        {"SignName": None},
        {"SignName": 123},
        {"ReviewReply": []},
        {"ReviewReply": 0},
        {"CreateTime": False},
        {"CreateTime": ""},
        {"CreateTime": -(2**70)},
        {"QualificationId": "5"},
        {"QualificationName": 5},
    ],
)
def test_a_value_of_the_wrong_type_is_refused(changed: dict[str, Any]) -> None:
    assert code_of(listing(entry(**changed))) == "Client.BadAnswer"


def test_text_that_could_not_be_written_anywhere_is_made_writable() -> None:
    (row,) = rows_of(listing(entry(SignName="a\ud800b", ReviewReply="\udfff")))
    assert (row.sign_name, row.review_reply) == ("a?b", "?")


@given(st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES), st.sets(st.sampled_from(FIELDS)))
def test_whatever_a_row_holds_it_is_read_or_refused_and_what_is_read_can_be_written(
    changed: dict[str, Any], dropped: set[str]
) -> None:
    sent = {name: value for name, value in (entry() | changed).items() if name not in dropped}
    try:
        (row,) = rows_of(listing(sent))
    except VendorError:
        return
    json.dumps(repr(row), ensure_ascii=False).encode()
    assert type(row.sign_id) is type(row.status_code) is type(row.create_time) is int
    assert row.international in (True, False)


@given(JSON_VALUES)
def test_whatever_stands_for_the_list_or_the_acknowledgement_only_a_vendor_error_comes_of_it(value: Any) -> None:
    for read, answer in (
        (rows_of, {"DescribeSignListStatusSet": value}),
        (acknowledged_id, {"ModifySignStatus": value}),
    ):
        try:
            read(answer)
        except VendorError:
            continue
        assert value == [] or isinstance(value, dict)


@given(st.binary(max_size=60) | JSON_VALUES.map(lambda value: json.dumps({"Response": value}).encode()))
def test_whatever_the_body_is_only_a_vendor_error_comes_of_it(body: bytes) -> None:
    try:
        content = content_of(200, body)
    except VendorError:
        return
    assert isinstance(content, dict)


@given(JSON_VALUES)
def test_an_answer_with_an_error_is_never_taken_for_a_result(error: Any) -> None:
    with pytest.raises(VendorError):
        content_of(200, json.dumps({"Response": {"Error": error, "ModifySignStatus": {"SignId": 1}}}).encode())


def test_an_error_carries_the_vendors_code_words_and_request_id() -> None:
    error = {"Code": "InvalidParameterValue.ImageInvalid", "Message": "图片\ud800" + "x" * 1000}
    with pytest.raises(VendorError) as refused:
        content_of(200, json.dumps({"Response": {"Error": error, "RequestId": "id-1"}}).encode())
    assert (refused.value.code, refused.value.request_id) == (error["Code"], "id-1")
    assert refused.value.message.startswith("图片?xxx")
    assert len(refused.value.message) == 500


@pytest.mark.parametrize("message", ["Not so.", "Not so. ", "Not so"])
def test_a_message_of_the_vendors_can_go_into_a_sentence(message: str) -> None:
    error = {"Code": "AuthFailure.SignatureFailure", "Message": message}
    with pytest.raises(VendorError) as refused:
        content_of(200, json.dumps({"Response": {"Error": error}}).encode())
    refused.value.keys = "AKID...1"
    assert "(Not so, keys AKID...1)" in describe(refused.value).message


@pytest.mark.parametrize("code", ["", " ", "::error::", "a\nb", "图", 5, None, "x" * 101])
def test_an_error_code_that_is_none_is_not_passed_on(code: object) -> None:
    with pytest.raises(VendorError) as refused:
        content_of(200, json.dumps({"Response": {"Error": {"Code": code}}}).encode())
    assert refused.value.code == "Client.BadAnswer"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html>",
        b'{"Response": []}',
        b'{"Response": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"Response": {"a": ' + b"9" * 5000 + b"}}",
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
def test_a_body_that_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(VendorError) as refused:
        content_of(200, body)
    assert refused.value.code == "Client.BadAnswer"


def test_another_http_status_is_not_the_vendors_api() -> None:
    with pytest.raises(VendorError, match="502") as refused:
        content_of(502, b'{"Response": {"RequestId": "x"}}')
    assert refused.value.code == "Client.HttpStatus"


@pytest.mark.parametrize("value", [None, 5, "", "x" * 65, "a\nb", "é", "\x1b[31m", ["id"]])
def test_a_request_id_that_is_none_is_not_shown(value: object) -> None:
    assert request_id_of({"RequestId": value}) is None


def test_an_acknowledgement_names_the_signature() -> None:
    assert acknowledged_id({"ModifySignStatus": {"SignId": 5, "SignApplyId": "5"}}) == 5


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (None, "NullAnswer"),
        ([], "BadAnswer"),
        ({}, "BadAnswer"),
        ({"SignId": "5"}, "BadAnswer"),
        ({"SignId": True}, "BadAnswer"),
    ],
)
def test_an_acknowledgement_that_names_none_is_no_acknowledgement(status: object, code: str) -> None:
    with pytest.raises(VendorError) as refused:
        acknowledged_id({"ModifySignStatus": status})
    assert refused.value.code == f"Client.{code}"


def test_the_same_row_twice_is_one_row_and_two_different_ones_are_torn() -> None:
    rows = rows_of(listing(entry(1), entry(2), entry(1), entry(2, StatusCode=0)))
    merged, torn = merge_rows(rows)
    assert sorted(merged) == [1, 2]
    assert torn == {2}
