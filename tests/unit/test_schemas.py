from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler import schemas
from reconciler.contract.api import DOCUMENT_TYPES, SIGN_PURPOSES, SIGN_TYPES
from reconciler.schemas import is_valid, read_edition, read_schema, schema_names, violations, whole_schema


def test_every_schema_can_be_asked_for_by_its_name() -> None:
    assert {"signatures", "diagnostics", "edition"} <= set(schema_names())
    assert schema_names() == tuple(sorted(schema_names()))
    for name in schema_names():
        assert json.loads(read_schema(name))["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("name", ["", "nothing", "../pyproject", "editions/china", "signatures.schema.json"])
def test_a_name_that_is_none_leads_to_no_file(name: str) -> None:
    with pytest.raises(KeyError):
        read_schema(name)


def test_an_edition_is_read_by_its_site() -> None:
    assert json.loads(read_edition("china"))["site"] == "china"


def test_the_schemas_of_a_wheel_go_before_those_beside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "own.schema.json").write_text("{}")
    monkeypatch.setattr(schemas, "__file__", str(tmp_path / "schema_files.py"))
    assert schema_names() == ("own",)


def test_a_document_that_obeys_its_schema_has_no_mismatch() -> None:
    document = json.loads('{"version": 1, "uin": "1", "region": "a", "sandbox": true, "signatures": []}')
    assert schemas.is_valid("state", document)
    assert schemas.first_mismatch("state", document) is None


@pytest.mark.parametrize(
    ("document", "path", "text"),
    [
        ({"version": 1, "uin": "1", "region": "a", "sandbox": True}, "", '"signatures" is a required property'),
        (
            {"version": 1, "uin": "1", "region": "a", "sandbox": True, "signatures": [{"sign_id": 0}]},
            "signatures[0].sign_id",
            "the value is less than the minimum of 1",
        ),
        (
            {"version": 1, "uin": "secret", "region": "a", "sandbox": True, "signatures": []},
            "uin",
            'the value does not match "^[0-9]{1,32}$"',
        ),
        (["secret"], "", 'the value is not of type "object"'),
    ],
)
def test_the_first_mismatch_is_named_by_its_place_and_repeats_no_value(document: object, path: str, text: str) -> None:
    assert not schemas.is_valid("state", document)
    assert schemas.first_mismatch("state", document) == schemas.Mismatch(path, text)


def test_a_mismatch_stays_short_whatever_a_stranger_wrote() -> None:
    found = schemas.first_mismatch("state", {"x" * 100_000: 1})
    assert found is not None
    assert len(found.text) < 300


def test_a_validator_is_compiled_once() -> None:
    assert schemas.validator("state") is schemas.validator("state")


def test_there_is_no_validator_of_an_unknown_name() -> None:
    with pytest.raises(KeyError):
        schemas.validator("../pyproject")


SCHEMA = json.loads(read_schema("signatures"))


SIGNATURE = SCHEMA["$defs"]["signature"]


@pytest.mark.parametrize("name", ["signatures", "diagnostics", "edition"])
def test_the_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(read_schema(name)))


def test_every_field_has_a_title_and_says_what_it_means() -> None:
    account, state = SCHEMA["properties"]["account"], SCHEMA["properties"]["state"]
    for fields in (SCHEMA["properties"], account["properties"], state["properties"], SIGNATURE["properties"]):
        for name, field in fields.items():
            assert field["title"], name
            assert field["description"], name


@pytest.mark.parametrize(
    ("field", "choices"),
    [("sign_type", SIGN_TYPES), ("document_type", DOCUMENT_TYPES), ("sign_purpose", SIGN_PURPOSES)],
)
def test_every_word_is_shown_with_the_vendors_number_and_meaning(field: str, choices: dict[str, int]) -> None:
    words = SIGNATURE["properties"][field]["oneOf"]
    assert {word["const"]: int(word["title"].split(":")[0]) for word in words} == choices
    assert all(word["description"] for word in words)


def test_no_mapping_takes_a_field_that_is_none() -> None:
    for mapping in (SCHEMA, SCHEMA["properties"]["account"], SCHEMA["properties"]["state"], SIGNATURE):
        assert mapping["additionalProperties"] is False


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just([]), st.just({}), st.just(1.0)
)


LIKELY: dict[str, st.SearchStrategy[Any]] = {
    "sign_id": st.sampled_from([1, 1110, 1110.0, 0, 2**63, 2**64, 10**30]),
    "sign_name": st.sampled_from(
        ["Acme", "A", "Acme ", "Acme\n", "腾讯云", "\u3000Acme", "😀" * 15, "😀" * 16, "a\x85b"]
    ),
    "sign_type": st.sampled_from([*SIGN_TYPES, 0, "Company"]),
    "document_type": st.sampled_from([*DOCUMENT_TYPES, 1]),
    "international": st.booleans(),
    "sign_purpose": st.sampled_from([*SIGN_PURPOSES, 1]),
    "proof_image": st.sampled_from(["a.png", "", "data:x", "a\n", "x" * 1025]),
    "commission_image": st.sampled_from(["a.png", "b\n"]),
    "remark": st.sampled_from(["Codes", "", "a\nb", "a\x0bb"]),
    "qualification_id": st.sampled_from([1, 0]),
    "colour": st.just("blue"),
}


SIGNATURES = st.fixed_dictionaries({}, optional={name: values | ODD for name, values in LIKELY.items()})


ACCOUNTS = st.fixed_dictionaries(
    {
        "site": st.sampled_from(["international", "china", "x"]),
        "region": st.sampled_from(["ap-singapore", "ap-x\n", ""]),
    },
    optional={
        "uin": st.sampled_from(["100012345678", "1" * 21, "10001\n"]),
        "endpoint": st.sampled_from(["sms.tencentcloudapi.com", "sms.tencentcloudapi.com\n", "a.example"]) | ODD,
    },
)


BRANCHES = st.sampled_from(["state", "a/b", "HEAD", "HEADS", "a..b", "a.lock", "a.lock/b", "a.", "a/", "a\n", "a//b"])


KEYS = st.sampled_from(["acme-otp", "acme\n", "Acme", "1110", "", "-a", "x" * 101])


DOCUMENTS = st.fixed_dictionaries(
    {"version": st.sampled_from([1, 1.0, True, "1", 2])},
    optional={
        "account": ACCOUNTS | ODD,
        "state": st.fixed_dictionaries({}, optional={"branch": BRANCHES | ODD}) | ODD,
        "signatures": st.dictionaries(KEYS, SIGNATURES | ODD, max_size=3) | ODD,
    },
)


@given(DOCUMENTS | ODD)
def test_the_fast_and_the_telling_validator_agree(document: Any) -> None:
    assert is_valid("signatures", document) == (not list(violations("signatures", document)))


@given(SIGNATURES)
def test_they_agree_on_single_signatures_of_either_site(signature: dict[str, Any]) -> None:
    for site in ("international", "china"):
        account = {"site": site, "region": "ap-singapore"}
        document = {"version": 1, "account": account, "signatures": {"acme-otp": signature}}
        assert is_valid("signatures", document) == (not list(violations("signatures", document)))


@pytest.mark.parametrize("name", schema_names())
def test_a_printed_schema_needs_no_other_one(name: str) -> None:
    whole = json.loads(whole_schema(name))
    Draft202012Validator.check_schema(whole)
    # A reference to a schema that is not there raises instead of being a mismatch.
    entry = {"name": "a", "exit_code": 0, "plan": {}}
    documents: tuple[object, ...] = ({}, {"accounts": [entry, {**entry, "plan": None, "report": {}}]})
    for document in documents:
        assert list(Draft202012Validator(whole).iter_errors(document))
