from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.yaml12.reader import build_tree, events_of
from reconciler.yaml12.tabs import TAB_IN_TEXT, with_stand_ins


@pytest.fixture(params=[False, True], ids=["libyaml", "pure"])
def pure(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize("line", ["\t", "\t# note", "  \t", "\t\t \t#"])
def test_there_may_be_any_number_of_tabs(line: str, pure: bool) -> None:
    tree = build_tree("a:\n" + f"{line}\n" * 500 + "  b: 1\n", pure=pure)
    assert (tree.data, tree.problems) == ({"a": {"b": 1}}, [])


@pytest.mark.parametrize("item", ["-\tx\n", "-\t\n  x\n", "- \t# x\n  x\n", "- |-\n  x\n\t\n", "-\t'x'\n"])
def test_there_may_be_any_number_of_items_with_tabs(item: str, pure: bool) -> None:
    assert build_tree("a:\n" + item * 150, pure=pure).data == {"a": ["x"] * 150}


def test_a_text_with_tabs_is_parsed_a_fixed_number_of_times() -> None:
    parsed = []

    def counted(text: str) -> Iterator[Any]:
        parsed.append(text)
        return events_of(text)

    with_stand_ins("a:\n" + "\t\n" * 1_000 + "- |\n  \tx\n" * 1_000 + "-\ty\n" * 1_000, counted)
    assert len(parsed) == 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("- 'a: |\n   \t\n   x'\n-\ty\n", ["a: |\nx", "y"]),
        ("- x\n  -\ty\n-\tz\n", ["x -\ty", "z"]),
        ('- "x\n  -\ty"\n-\tz\n', ["x -\ty", "z"]),
        ("- # a: |\n   \t\n   x\n-\ty\n", ["x", "y"]),
        ("- x |\n   \t\n   y\n-\tz\n", ["x |\ny", "z"]),
        ("- &x |2\n  \ty\n    \n-\tz\n", ["\ty\n  \n", "z"]),
        ("- !!str\n  |\n   \ty\n-\tz\n", ["\ty\n", "z"]),
        ("-\n  a: >-\n   - \tx\n  b: |\n\n     \ty\n\n\t\n     z\n", [{"a": "- \tx", "b": "\n\ty\n\n\nz\n"}]),
        ("- |\n  \t# x\n\t# y\n-\tz\n", ["\t# x\n", "z"]),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_tab_in_a_text_stays_whatever_the_text_looks_like(text: str, value: object, pure: bool) -> None:
    tree = build_tree(text, pure=pure)
    assert (tree.data, tree.problems) == (value, [])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a:\n  b: 1\n\t\n\tc: 2\n", (4, 1)),
        ("\t# x\na:\n-\t- x\n", (3, 2)),
        ("a: |\n  \tx\n\n\tb: 1\n", (4, 1)),
        ("a: |\n\tx\n  y\n", (2, 1)),
    ],
)
def test_a_tab_that_is_an_error_is_named_where_it_is(text: str, place: tuple[int, int], pure: bool) -> None:
    assert [(found.code, found.line, found.column) for found in build_tree(text, pure=pure).problems] == [
        ("yaml-tab", *place)
    ]


def test_a_text_with_the_stand_in_for_a_tab_keeps_it(pure: bool) -> None:
    assert build_tree(f"a: |\n  {TAB_IN_TEXT}\n", pure=pure).data == {"a": f"{TAB_IN_TEXT}\n"}
    assert [found.code for found in build_tree(f"\t# {TAB_IN_TEXT}\na: 1\n", pure=pure).problems] == ["yaml-tab"]


@given(st.text(alphabet=st.sampled_from("a:-?|>'\"#[]{} \n\t\r"), max_size=40))
def test_stand_ins_take_the_columns_of_their_tabs(text: str) -> None:
    for pure in (False, True):
        found = with_stand_ins(text, partial(events_of, pure=pure))
        assert len(found) == len(text)
        assert all(
            old == new or (old == "\t" and new in (" ", TAB_IN_TEXT)) for old, new in zip(text, found, strict=True)
        )
