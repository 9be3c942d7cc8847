from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.definitions.discover import SourceFile
from reconciler.definitions.source import DefinitionFile, read
from reconciler.errors import fill
from reconciler.yaml12.mistakes import TextLines, conflict_markers
from reconciler.yaml12.reader import build_tree


def told(text: str) -> list[tuple[int, int, str]]:
    found = read(SourceFile(Path("x.yaml"), "x.yaml"), text)
    problems = found.problems if isinstance(found, DefinitionFile) else found
    return [(each.location.line, each.location.column, each.message) for each in problems]


def words(text: str) -> set[str]:
    return {message for _, _, message in told(text)}


COLON = "a `:` without a space behind it does not end a key"


EQUALS = "a `=` does not end a key"


NO_KEY = "this text must be `key: value`"


SECOND_COLON = "`: ` is not allowed here"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n  note: |\n    see:foo\n  x y\n  z: 1\n", NO_KEY),
        ("a:\n  note: |\n    see:foo\n  x: b: c\n", SECOND_COLON),
        ("a:\n  note: http://x:1/y\n  x: b: c\n", SECOND_COLON),
        ("a:\n  http://x:1/y\n  b: c\n", SECOND_COLON),
        ("a:\n  x: 'see:foo' # y=z\n  b: c: d\n", SECOND_COLON),
        ("a:\n  note: 你好\uff0c世界: c\n", SECOND_COLON),
        ("a:\n  note: [x\uff0cy] z: c\n", "nothing may follow the `]` that ends a value"),
        ("a:\n  note: |\n    see:foo\n x: 1\n", "expected a key here"),
    ],
)
def test_what_is_no_mistake_is_not_blamed_for_one(text: str, message: str) -> None:
    assert words(text) == {message}


def test_an_item_above_a_key_is_not_blamed_for_it() -> None:
    assert COLON not in words("a:\n  - see:foo\n  x: 1\n")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a:\n  b:1\n  c: 2\n", [(2, 4, COLON)]),
        ("a:\n\n  b:1\n\n  # x\n  c: 2\n", [(3, 4, COLON)]),
        ("a:\n  - b:1\n    c: 2\n", [(2, 6, COLON)]),
        ("a:\n  b:1\n  c:2\n  d=3\n  e: 4\n", [(2, 4, COLON), (3, 4, COLON), (4, 4, EQUALS)]),
        ("a:\n  x: 1\n  b:1\n  y: 2\n  c:2\n", [(3, 4, COLON)]),
        ("a:\r\n  b = 1\r\n  c: 2\r\n", [(2, 5, EQUALS)]),
    ],
)
def test_a_mistake_is_named_on_its_own_line_with_those_beside_it(text: str, places: list[tuple[int, int, str]]) -> None:
    assert told(text) == places


@pytest.mark.parametrize(
    "mark", ["<<<<<<<", "<<<<<<< HEAD", "|||||||", "||||||| 1a2b", "=======", ">>>>>>>", ">>>>>>> x"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_a_conflict_mark_is_known_by_itself(mark: str, end: str) -> None:
    assert [(found.line, found.column) for found in conflict_markers(f"a: 1{end or chr(10)}{mark}{end}")] == [(2, 1)]


@pytest.mark.parametrize("text", ["a: |\n  =======\n", "========\n", "======= x\n", "|||||||x\n", "x =======\n"])
def test_what_only_looks_like_a_conflict_mark_is_none(text: str) -> None:
    assert conflict_markers(text) == []


def test_lines_are_counted_as_everywhere_and_long_ones_are_cut() -> None:
    lines = TextLines("a\r\nb\rc\n" + "d" * 5_000)
    assert [lines[number] for number in (0, 1, 2, 3, 5)] == ["", "a", "b", "c", ""]
    assert lines[4] == "d" * 2_000


LATE = "the quote that is opened here is closed on line {line} only"


OPEN = "the quote that is opened here is never closed"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('a: "x\nb: 1\nc: "y"\n', (1, 4, LATE.format(line=3))),
        ("a: 'x\nb: 1\n# don't\n", (1, 4, LATE.format(line=3))),
        ('a:\n  b: "x\n    c: 1\n    d: "y"\n', (2, 6, LATE.format(line=4))),
        ('a: ["x, y]\nb: ["z"]\n', (1, 5, LATE.format(line=2))),
        ('a: "x\n- b\nc: "y"\n', (1, 4, LATE.format(line=3))),
        ('a: "x\n  b: ""\n', (1, 4, LATE.format(line=2))),
        ('a: "x\nb: 1\n', (1, 4, OPEN)),
        ('a: "x\n---\nb: 1\n', (1, 4, OPEN)),
        ("a: 1\nb: ['x\n", (2, 5, OPEN)),
    ],
)
def test_a_quote_that_was_forgotten_is_named_where_it_was_opened(text: str, place: tuple[int, int, str]) -> None:
    assert told(text) == [place]


def test_a_text_over_lines_that_is_only_indented_too_little_is_told_so() -> None:
    assert [(line, column) for line, column, _ in told('a: "x\ny\nz"\nb: 1\n')] == [(2, 1), (3, 1)]
    assert told('a: "x\n  b: 1\n  c"\nb: 1\n') == []
    assert told('a: {b: "x\n  y" c: d}\n')[0][:2] == (2, 6)


OPEN = "the `{}` that is opened here is never closed"


MEETS = "the `[` that is opened here meets a `}}` on line {} before it is closed"


NO_COMMA = "a comma is missing before this"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [1, 2\nb: 3\n", (1, 4, OPEN.format("["))),
        ("a: {x: 1, y: 2", (1, 4, OPEN.format("{"))),
        (
            "a: 1\nb: {\n  c: 1,\n  d: [2\n  }\n",
            (4, 6, MEETS.format(5)),
        ),
        ("a: {x: [1, 2}\nb: 3\n", (1, 8, MEETS.format(1))),
        ("a: {x: {y: 1}\nb: 2\n", (1, 4, OPEN.format("{"))),
        ("a: [1, 2 # ]\nb: 3\n", (1, 4, OPEN.format("["))),
        ("a: {x: ']', y: \"}\"\nb: [3]\n", (1, 4, OPEN.format("{"))),
        ("a: [it's\nb: 'x]'\n", (1, 4, OPEN.format("["))),
        ("a: [1\r\nb: {c: 1}\r\n", (1, 4, OPEN.format("["))),
        ("- [1, 2\n- [3, 4]\n", (1, 3, OPEN.format("["))),
        ("a: [1\n---\nb: 1\n", (1, 4, OPEN.format("["))),
        ("a: [1\nb: {c: 1, d: [2\ne: (3]\n", (1, 4, OPEN.format("["))),
        ("a: {x: 1\nb: note ] of }\n", (1, 4, OPEN.format("{"))),
        ("a: [{x: 1\nb: 2\nc: note ]\n", (1, 5, OPEN.format("{"))),
        ('{"a": 1, "b": {"c": 2}\n', (1, 1, OPEN.format("{"))),
        ("[", (1, 1, OPEN.format("["))),
    ],
)
@pytest.mark.parametrize("pure", [False, True])
def test_a_bracket_that_is_not_closed_is_named_where_it_opens(
    text: str, place: tuple[int, int, str], pure: bool
) -> None:
    (problem,) = build_tree(text, pure=pure).problems
    assert (problem.line, problem.column, fill(problem.rule.text, problem.rule.params)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: {x: 1 y: 2}\n", (1, 10, NO_COMMA)),
        ("a: {\n  x: 1\n  y: 2\n  }\n", (3, 3, NO_COMMA)),
        ("a: {x: http://a y: 2}\n", (1, 17, NO_COMMA)),
        ('a: ["x" "y"]\n', (1, 9, NO_COMMA)),
        ("a: {x: [1] # c\n    y: 2}\n", (2, 5, NO_COMMA)),
        ("a: {x: 'b: c' y: 2}\n", (1, 15, NO_COMMA)),
        ("a: {x: 1 y: [1}\nb: c\n", (1, 10, NO_COMMA)),
        ("a: {x: y: z}\n", (1, 9, "`: ` is not allowed here")),
        ("a: {x\n  : y}\n", (2, 3, "a `:` is not supported in this place")),
        ("a: [1, 2]]\nb: 3\n", (1, 10, "this `]` closes nothing")),
        ("a: ] x\n", (1, 4, "this `]` closes nothing")),
        ("a: [x] y\n", (1, 8, "nothing may follow the `]` that ends a value")),
        ("a: 'x' y\n", (1, 8, "nothing may follow the `'` that ends a value")),
    ],
)
@pytest.mark.parametrize("pure", [False, True])
def test_what_is_wrong_beside_brackets_is_named_for_what_it_is(
    text: str, place: tuple[int, int, str], pure: bool
) -> None:
    (problem,) = build_tree(text, pure=pure).problems
    assert (problem.line, problem.column, fill(problem.rule.text, problem.rule.params)) == place
