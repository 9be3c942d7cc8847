"""The documents that programs rely on, held against their published schemas."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.contract.api import Status
from reconciler.model.plan import Plan, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.model.signature import FIELD_NAMES
from reconciler.render.serialize import failure_document, plan_document, report_document, to_json
from reconciler.schemas import read_schema
from tests.fixtures.plans import plans, reports, some_text
from tests.fixtures.strategies import texts
from tests.fixtures.values import PENDING, plan, planned, row

PLAN_SCHEMA: Any = json.loads(read_schema("plan"))
PLAN = Draft202012Validator(PLAN_SCHEMA)
ERROR = Draft202012Validator(json.loads(read_schema("error")))
ONE = plan([planned(Verdict.MODIFY, row(review_reply="Blurred scan"))])


def printed(document: object) -> Any:
    """A document as a program reads it."""
    return json.loads(to_json(document))


@pytest.mark.parametrize("validator", [PLAN, ERROR], ids=["plan", "error"])
def test_the_schemas_are_schemas(validator: Draft202012Validator) -> None:
    Draft202012Validator.check_schema(validator.schema)


@given(plans)
def test_a_plan_is_as_its_schema_says(made: Plan) -> None:
    PLAN.validate(printed(plan_document(made)))


@given(reports())
def test_a_report_is_as_its_schema_says(report: ApplyReport) -> None:
    PLAN.validate(printed(report_document(report)))


@given(st.integers(1, 7), some_text, texts)
def test_an_error_is_as_its_schema_says(code: int, message: str, hint: str) -> None:
    document = printed(failure_document(code, message, hint))
    ERROR.validate(document)
    assert document["error"] == {"code": code, "message": message, "hint": hint}


@pytest.mark.parametrize("field", [*PLAN_SCHEMA["required"]])
def test_the_schema_misses_every_part_that_is_left_out(field: str) -> None:
    document = printed(plan_document(ONE))
    del document[field]
    assert not PLAN.is_valid(document)


@pytest.mark.parametrize("field", ["outcome", "in_place", "request_id", "error", "status_after"])
def test_outcomes_belong_to_an_apply_and_to_all_of_it(field: str) -> None:
    applied = printed(report_document(ApplyReport(ONE, {})))
    planned_only = printed(plan_document(ONE))
    planned_only["signatures"][0][field] = applied["signatures"][0].pop(field)
    assert not PLAN.is_valid(applied)
    assert not PLAN.is_valid(planned_only)


def test_the_schema_knows_the_words_of_the_tool_and_no_others() -> None:
    words = {
        name: {choice["const"] for choice in schema["oneOf"]}
        for name, schema in (
            ("verdict", PLAN_SCHEMA["$defs"]["verdict"]),
            ("status", PLAN_SCHEMA["$defs"]["status"]),
            ("outcome", PLAN_SCHEMA["$defs"]["signature"]["properties"]["outcome"]),
        )
    }
    assert words == {"verdict": set(Verdict), "status": set(Status), "outcome": set(Outcome)}
    summary = PLAN_SCHEMA["properties"]["summary"]
    assert set(summary["properties"]) == set(Verdict)
    # Documents of the first releases, which later steps may still read, know no observed and no new signatures.
    assert set(summary["required"]) == set(Verdict) - {Verdict.OBSERVED, Verdict.CREATE}
    assert PLAN_SCHEMA["$defs"]["field"]["enum"] == list(FIELD_NAMES)


def test_a_problem_looks_the_same_in_every_document() -> None:
    assert PLAN_SCHEMA["$defs"]["diagnostic"] == json.loads(read_schema("diagnostics"))["$defs"]["diagnostic"]


def objects(schema: object) -> list[dict[str, Any]]:
    """Return every part of a schema that describes a value of its own."""
    if isinstance(schema, list):
        return [found for part in schema for found in objects(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if "type" in schema or "oneOf" in schema or "enum" in schema else []
    return own + [found for part in schema.values() for found in objects(part)]


def test_every_part_has_a_title() -> None:
    untitled = [part for part in objects(PLAN_SCHEMA) if "title" not in part and part["type"] != "null"]
    assert [part for part in untitled if len(part) > 1] == []


def test_a_write_that_another_run_made_already_is_told() -> None:
    result = Result(Outcome.NOT_ATTEMPTED, shown=row(PENDING), in_place=True)
    (signature,) = printed(report_document(ApplyReport(ONE, {ONE.signatures[0].desired.key: result})))["signatures"]
    assert (signature["in_place"], signature["status_after"], signature["error"]) == (True, "pending", None)


def test_a_signature_tells_the_reviewers_reply_and_its_place() -> None:
    (signature,) = printed(plan_document(ONE))["signatures"]
    assert signature["review_reply"] == "Blurred scan"
    assert signature["location"] == {"file": "signatures.yaml", "line": 12, "column": 3}


def test_a_signature_holds_the_row_before_and_the_whole_definition_after() -> None:
    (signature,) = printed(plan_document(ONE))["signatures"]
    assert signature["before"]["review_reply"] == "Blurred scan"
    assert signature["before"]["status_code"] == PENDING
    assert list(signature["after"]) == list(FIELD_NAMES)
    assert signature["after"]["proof_image"]["sha256"] == "a" * 64
    (unseen,) = printed(plan_document(plan([planned(Verdict.BLOCKED)])))["signatures"]
    assert unseen["before"] is None


def test_a_reason_is_told_to_programs_by_its_rule_and_values() -> None:
    made = ONE.signatures[0]
    values = {"status": Status.PENDING, "fields": ("remark", "sign_name"), "count": 3, "none": None, "place": 1.5}
    decided = made._replace(decision=made.decision._replace(params=values))
    (signature,) = printed(plan_document(plan([decided])))["signatures"]
    assert signature["rule"] == "of-a-test"
    assert signature["params"] == {**values, "fields": ["remark", "sign_name"], "place": "1.5"}


def test_a_document_of_the_first_releases_is_still_valid() -> None:
    document = printed(plan_document(plan([planned()], unmanaged=(row(sign_id=9),))))
    for name in ("rule", "params", "before", "after"):
        del document["signatures"][0][name]
    for name in ("international", "review_reply", "create_time"):
        del document["unmanaged"][0][name]
    PLAN.validate(document)


@pytest.mark.parametrize("field", FIELD_NAMES)
def test_a_definition_is_given_whole(field: str) -> None:
    document = printed(plan_document(ONE))
    del document["signatures"][0]["after"][field]
    assert not PLAN.is_valid(document)
