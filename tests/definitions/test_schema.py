from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.contract.api import DOCUMENT_TYPES, SIGN_PURPOSES, SIGN_TYPES
from reconciler.definitions.load import load_definitions
from reconciler.definitions.schema_check import RULES
from reconciler.definitions.site_rules import site_rules_of
from reconciler.schemas import is_valid, read_edition, read_schema, violations

SCHEMA = json.loads(read_schema("signatures"))
SIGNATURE = SCHEMA["$defs"]["signature"]
INVALID = Path(__file__).parents[1] / "examples" / "invalid"


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every mapping below a schema, itself included."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(part)


@pytest.mark.parametrize("name", ["signatures", "diagnostics", "edition"])
def test_the_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(read_schema(name)))


@pytest.mark.parametrize("site", ["international", "china"])
def test_the_editions_follow_their_schema(site: str) -> None:
    Draft202012Validator(json.loads(read_schema("edition"))).validate(json.loads(read_edition(site)))
    assert site_rules_of(site).site == site


def test_every_rule_of_the_schema_has_words_of_its_own() -> None:
    named = {part["x-rule"] for part in parts(SCHEMA) if isinstance(part.get("x-rule"), str)}
    assert named == set(RULES) | {"unknown-word"}


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


def test_withdrawn_words_are_the_same_in_schema_and_edition() -> None:
    withdrawn = {word for entry in site_rules_of("china").withdrawn for word in entry.words}
    on_china = SCHEMA["$defs"]["on-china"]
    assert withdrawn == {word for part in parts(on_china) for word in part.get("not", {}).get("enum", ())}
    assert not site_rules_of("international").withdrawn


def test_diagnostics_follow_their_published_schema() -> None:
    found = load_definitions([str(INVALID)], cwd=INVALID.parent).diagnostics
    rows = [
        dict(zip(("file", "line", "column"), diagnostic.location, strict=True))
        | {"severity": diagnostic.severity, "code": diagnostic.code}
        | {"message": diagnostic.message, "hint": diagnostic.hint}
        for diagnostic in found
    ]
    document = json.loads(json.dumps({"version": 1, "valid": False, "diagnostics": rows}))
    Draft202012Validator(json.loads(read_schema("diagnostics"))).validate(document)
    assert len(rows) > 100


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
