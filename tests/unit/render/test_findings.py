from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.diagnostics import Diagnostic, Location, Message, Severity
from reconciler.render.findings import diagnostics_text, verdict_text
from reconciler.render.layout import coloured, plain
from reconciler.render.serialize import to_json, validation_document
from reconciler.schemas import read_schema
from reconciler.text import escape_line
from tests.fixtures.plans import diagnostics

SCHEMA = Draft202012Validator(json.loads(read_schema("diagnostics")))
ERROR = Diagnostic(Location("a.yaml", 3, 5), Message("unknown-key", "there is no `sing_id`", "write `sign_id`"))
WARNING = Diagnostic(Location("a.yaml", 9, 1), Message("same-name", "the name stands twice", severity=Severity.WARNING))


def test_a_problem_is_a_place_what_is_wrong_and_what_to_do() -> None:
    assert diagnostics_text([ERROR, WARNING], plain) == (
        "a.yaml:3:5: error: there is no `sing_id` - write `sign_id`\na.yaml:9:1: warning: the name stands twice"
    )


def test_only_the_severity_is_painted() -> None:
    assert diagnostics_text([WARNING], coloured) == "a.yaml:9:1: \x1b[33mwarning:\x1b[0m the name stands twice"


@pytest.mark.parametrize(
    ("problems", "signatures", "words"),
    [
        ([], 2, "valid: 2 signatures in 1 file"),
        ([WARNING], 1, "valid: 0 errors, 1 warning; 1 signature in 1 file without errors"),
        ([ERROR, ERROR, WARNING], 0, "not valid: 2 errors, 1 warning; 0 signatures in 1 file without errors"),
    ],
)
def test_the_closing_line_counts(problems: list[Diagnostic], signatures: int, words: str) -> None:
    assert verdict_text(problems, signatures, 1) == words


@given(st.lists(diagnostics, max_size=3), st.booleans())
def test_problems_of_any_text_render(problems: list[Diagnostic], valid: bool) -> None:
    document = json.loads(to_json(validation_document(problems, valid=valid)))
    SCHEMA.validate(document)
    assert [found["message"] for found in document["diagnostics"]] == [problem.message for problem in problems]
    lines = diagnostics_text(problems, plain).split("\n") if problems else []
    assert len(lines) == len(problems)
    assert all(line == escape_line(line) for line in lines)
