from __future__ import annotations

import pytest

from reconciler.diagnostics import Diagnostic, Location, Message
from reconciler.yaml12.problems import (
    DIRECTIVE,
    MAX_BLANK_LINES,
    Problem,
    place_after,
    too_many_blank_lines,
    unsupported_directive,
)


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


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " \t\n"])
def test_blank_lines_in_a_row_have_a_bound(end: str) -> None:
    most = "a: |" + end + end * MAX_BLANK_LINES + "  x" + end
    assert too_many_blank_lines(most) is None
    found = too_many_blank_lines(most.replace("  x", end + "  x"))
    assert found is not None
    assert (found.line, found.column, found.code) == (2, 1, "yaml-scalar-too-long")


@pytest.mark.parametrize("before", [0, 1, 62, 63, 64, 65, 9_870, 9_935, 9_936, 9_937, 12_345, 19_800, 19_900])
def test_a_run_of_blank_lines_is_found_wherever_it_begins(before: int) -> None:
    text = "# " + "x" * before + "\n" * (MAX_BLANK_LINES + 3) + "a: 1\n"
    found = too_many_blank_lines(text)
    assert found is not None
    assert (found.line, found.column) == (2, 1)
