from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definitions.source import read_text
from reconciler.yaml12 import reader
from reconciler.yaml12.problems import Problem
from reconciler.yaml12.reader import Tree, build_tree

EXAMPLES = Path(__file__).parents[1] / "examples"


def codes(tree: Tree) -> list[str]:
    return [problem.code for problem in tree.problems]


def places(tree: Tree) -> list[tuple[int, int]]:
    return [(problem.line, problem.column) for problem in tree.problems]


@pytest.fixture(params=[False, True], ids=["libyaml", "pure"])
def pure(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_keys_and_values_keep_their_places(pure: bool) -> None:
    tree = build_tree("a: 1\nlonger:\n  inner: 'x'\n", pure=pure)
    assert tree.data == {"a": 1, "longer": {"inner": "x"}}
    assert tree.positions.key(tree.data, "longer") == (2, 1)
    assert tree.positions.value(tree.data, "a") == (1, 4)
    assert tree.positions.value(tree.data["longer"], "inner") == (3, 10)


@pytest.mark.parametrize("before", ["腾讯云", "😀😀😀", "abc"])
def test_columns_count_characters_whatever_stands_before(before: str, pure: bool) -> None:
    tree = build_tree(f"{{{before}: 1, key: value}}", pure=pure)
    assert tree.positions.key(tree.data, "key") == (1, 10)


def test_carriage_returns_do_not_move_places(pure: bool) -> None:
    tree = build_tree("a: 1\r\nb: 2\r\n", pure=pure)
    assert tree.positions.value(tree.data, "b") == (2, 4)


def test_keys_are_text_however_they_look(pure: bool) -> None:
    assert build_tree("1110: a\ntrue: b\n~: c\n'': d\n", pure=pure).data == {
        "1110": "a",
        "true": "b",
        "~": "c",
        "": "d",
    }


def test_the_first_of_two_equal_keys_counts(pure: bool) -> None:
    tree = build_tree("a: 1\na: {b: 2}\nc: 3\n", pure=pure)
    assert tree.data == {"a": 1, "c": 3}
    assert (codes(tree), places(tree)) == (["yaml-duplicate-key"], [(2, 1)])
    assert tree.positions.value(tree.data, "c") == (3, 4)


def test_what_is_refused_at_the_second_of_two_equal_keys_says_nothing_of_the_first(pure: bool) -> None:
    tree = build_tree("a: 1\nb: 2\na: !own 3\nc: !own 4\n? [x]\n: !own 5\n", pure=pure)
    assert tree.data == {"a": 1, "b": 2, "c": None}
    assert [key for key in tree.data if tree.positions.is_broken(tree.data, key)] == ["c"]


def test_equal_keys_are_told_of_where_reading_ends_before_their_mapping_does(pure: bool) -> None:
    tree = build_tree("a: 1\na: 2\nb: {c: 1, c: 2,\n", pure=pure)
    assert sorted(codes(tree)) == ["yaml-duplicate-key", "yaml-duplicate-key", "yaml-syntax"]
    assert {(2, 1), (3, 11)} <= set(places(tree))


def test_an_alias_stands_for_a_single_value(pure: bool) -> None:
    tree = build_tree("a: &x 5\nb: *x\nc: &x six\nd: *x\n", pure=pure)
    assert tree.data == {"a": 5, "b": 5, "c": "six", "d": "six"}
    assert not tree.problems


def test_an_anchor_used_again_for_a_mapping_is_no_single_value_any_more(pure: bool) -> None:
    tree = build_tree("a: &x 5\nb: &x {}\nc: *x\n", pure=pure)
    assert places(tree) == [(3, 4)]


def test_a_refused_value_is_not_spoken_of_twice(pure: bool) -> None:
    tree = build_tree("a: !own 1\n? [x]\n: !own 2\n<<: !own 3\nb: 1\n", pure=pure)
    assert tree.positions.is_broken(tree.data, "a")
    assert tree.data == {"a": None, "b": 1}


def test_the_alias_of_a_refused_merge_is_not_spoken_of(pure: bool) -> None:
    tree = build_tree("a: &x {}\nb: {<<: *x}\n", pure=pure)
    assert codes(tree) == ["yaml-merge-key"]
    assert tree.positions.is_partial(tree.data["b"])


def test_a_quoted_merge_key_is_a_key_like_any_other(pure: bool) -> None:
    assert build_tree("'<<': 1\n", pure=pure).data == {"<<": 1}


def test_half_a_character_is_refused(pure: bool) -> None:
    assert codes(build_tree('a: "\\ud83d"\n', pure=pure)) == ["yaml-character"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 100_000, (1, 33)),
        ("{a: " * 2000, (1, 129)),
        ("- " * 2000, (1, 65)),
        ("".join(" " * level + "a:\n" for level in range(2000)), (33, 33)),
    ],
    ids=["lists", "mappings", "blocks", "lines"],
)
def test_reading_stops_where_nesting_is_too_deep(text: str, place: tuple[int, int], pure: bool) -> None:
    # Newer releases of libyaml have a bound of their own, and read ahead of what they hand out.
    tree = build_tree(text, pure=pure)
    assert (codes(tree), places(tree), tree.complete) == (["yaml-too-deep"], [place], False)


def test_too_deep_a_part_far_down_is_reported_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_READ_AGAIN_CHARS", 0)
    tree = build_tree("[" * 100_000)
    assert (codes(tree)[-1], tree.complete) == ("yaml-too-deep", False)


def test_a_comment_is_no_document(pure: bool) -> None:
    tree = build_tree("# nothing\n", pure=pure)
    assert (tree.empty, tree.complete, tree.data) == (True, True, None)


# libyaml reads a tab between tokens of a flow mapping, and refuses unknown directives and halves of characters itself.
PARSERS_DIFFER = {"json", "yaml-directive-unknown", "yaml-half-character"}
SHARED = [path for path in sorted(EXAMPLES.glob("*/*.yaml")) if path.stem not in PARSERS_DIFFER]


@pytest.mark.parametrize("example", SHARED, ids=lambda path: path.name)
def test_both_parsers_find_the_same_problems_and_the_same_data(example: Path) -> None:
    text = read_text(example, EXAMPLES)
    if isinstance(text, Problem):
        return  # refused before either parser sees it
    fast, slow = build_tree(text), build_tree(text, pure=True)
    assert (fast.data, codes(fast)) == (slow.data, codes(slow))


def test_without_libyaml_the_pure_parser_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert isinstance(reader.parser_for("a: 1"), yaml.parser.Parser)
    assert build_tree("a: 1").data == {"a": 1}


@given(st.text(alphabet=st.sampled_from("ab:-?[]{},&*!|>'\"%@`#\\ \n\t0~<x中")))
def test_no_text_makes_either_parser_raise(text: str) -> None:
    for pure in (False, True):
        tree = build_tree(text, pure=pure)
        assert tree.complete or tree.problems
