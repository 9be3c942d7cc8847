from __future__ import annotations

import pytest

from reconciler.diagnostics import Diagnostic, Location, Message
from reconciler.yaml12.problems import DIRECTIVE, Problem, place_after, unsupported_directive


def test_a_hundred_thousand_directives_are_refused_before_they_are_parsed() -> None:
    text = "".join(f"%TAG !a{number}! b\n" for number in range(100_000)) + "---\n"
    assert unsupported_directive(text) == Problem(1, 1, DIRECTIVE)


@pytest.mark.parametrize(
    "text", ["%YAML 1.2\n---\na: 1\n", "%YAML 1.2 # the only one\r\n---\n", "a: 100%\n", "a: %b\n"]
)
def test_the_version_and_percent_signs_elsewhere_are_no_unsupported_directives(text: str) -> None:
    assert unsupported_directive(text) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [("%YAML 1.1\n---\n", (1, 1)), ("# first\n%TAG ! b\n---\n", (2, 1)), ("a: 1\r%FUTURE\n", (2, 1))],
)
def test_a_directive_is_reported_where_it_is(text: str, place: tuple[int, int]) -> None:
    assert unsupported_directive(text) == Problem(*place, DIRECTIVE)


@pytest.mark.parametrize(
    ("text", "place"), [("", (1, 1)), ("ab", (1, 3)), ("a\nb\r\nc\rde", (4, 3)), ("腾讯云", (1, 4)), ("a\n", (2, 1))]
)
def test_every_line_end_of_editors_counts_once(text: str, place: tuple[int, int]) -> None:
    assert place_after(text) == place


def test_a_problem_gets_the_name_of_its_file() -> None:
    rule = Message("code", "text")
    assert Problem(2, 3, rule).within("a.yaml") == Diagnostic(Location("a.yaml", 2, 3), rule)
