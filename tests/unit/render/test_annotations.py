from __future__ import annotations

from typing import Any, cast
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.annotations import MOST_OF_A_KIND, workflow_commands
from reconciler.render.document import Document
from tests.fixtures.documents import beyond_the_schema, plan, problem, result, signature


def commands(document: dict[str, Any]) -> list[str]:
    return workflow_commands(cast("Document", document)).splitlines()


def invalid(*problems: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "valid": False, "diagnostics": list(problems)}


def test_a_problem_is_shown_at_its_own_line_and_column_with_what_to_do() -> None:
    found = problem("it is wrong", file="a/b.yaml", hint="correct it")
    assert commands(invalid(found)) == [
        "::error file=a/b.yaml,line=3,col=5,title=SMS signatures::it is wrong - correct it"
    ]


def test_errors_come_before_warnings() -> None:
    found = commands(invalid(problem(severity="warning"), problem()))
    assert [line.split()[0] for line in found] == ["::error", "::warning"]


def test_a_refused_signature_is_an_error_and_a_stuck_one_a_warning_at_its_definition() -> None:
    refused = signature("refused", reason="approved", advice="adopt acme-otp", review_reply="")
    stuck = signature("stuck", reason="rejected", advice="", review_reply="blurred")
    document = plan(signature("modify"), stuck, refused, diagnostics=[])
    place = "file=Acme,line=12,col=3"
    assert commands(document) == [
        f"::error {place},title=SMS signature Acme%2C acme-otp (1110) refused::approved - adopt acme-otp",
        f"::warning {place},title=SMS signature Acme%2C acme-otp (1110) stuck::rejected; the reviewer says: blurred",
    ]


def test_what_an_apply_did_not_get_accepted_is_an_error() -> None:
    failed = signature() | result("failed", error={"code": "A.B", "message": "no", "hint": "wait"})
    unsettled = signature(key="other") | result("unsettled", error=None)
    accepted = signature(key="third") | result("accepted", error=None)
    document = plan(failed, unsettled, accepted, diagnostics=[], error={"code": "", "message": "ended", "hint": ""})
    assert [line.partition("title=")[2] for line in commands(document)] == [
        "SMS signatures%2C the run ended early::ended",
        "SMS signature Acme%2C acme-otp (1110) failed::A.B: no - wait",
        "SMS signature Acme%2C other (1110) unsettled::see the step summary",
    ]


def test_at_most_ten_of_a_kind_and_the_tenth_counts_the_rest() -> None:
    errors, warnings = [problem()] * 25, [problem(severity="warning")] * MOST_OF_A_KIND
    found = commands(invalid(*errors, *warnings))
    assert [line.split()[0] for line in found] == ["::error"] * 10 + ["::warning"] * 10
    assert found[9] == "::error title=SMS signatures%2C 16 more::16 more of this kind are in the step summary"


def test_where_all_is_well_nothing_is_printed() -> None:
    assert not commands(plan(signature("in-sync"), diagnostics=[]))


@given(st.text() | st.sampled_from(["\n::set-output name=a::b", "a%0A::error::b", "a,line=9", "a::b", "##[error]"]))
def test_foreign_text_starts_no_command_and_ends_no_property(text: str) -> None:
    for document in beyond_the_schema(text):
        for line in commands(document):
            head, _, data = line.removeprefix("::").partition("::")
            kind, _, properties = head.partition(" ")
            assert kind in {"error", "warning"}
            names = [part.partition("=")[0] for part in properties.split(",")]
            assert names in (["file", "line", "col", "title"], ["title"])
            assert "\n" not in unquote(head + data)
