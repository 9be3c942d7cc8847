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

EXAMPLES = Path(__file__).parents[2] / "examples"


def codes(tree: Tree) -> list[str]:
    return [problem.code for problem in tree.problems]


def places(tree: Tree) -> list[tuple[int, int]]:
    return [(problem.line, problem.column) for problem in tree.problems]


@pytest.fixture(params=[False, True], ids=["libyaml", "pure"])
def pure(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 100_000, (1, 33)),
        ("".join(" " * level + "a:\n" for level in range(2000)), (33, 33)),
        ("[" * 100_000 + "]" * 100_000, (1, 33)),
        ("[" * 1_010 + "@", (1, 33)),
        ("{a: " * 1_000, (1, 129)),
        ("[{" * 600, (1, 33)),
        ("- " * 20_000, (1, 65)),
        ("? " * 20_000, (1, 65)),
        ("[\n" * 20_000, (33, 1)),
        ("a: " + "[" * 1_200, (1, 35)),
        ("- |\n  [[[\n- " + "[" * 1_200, (3, 34)),
        ("a: [] # [[[\r\n\n# [[[\nb:\n  [x, '[', " + "[" * 1_200, (5, 42)),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else None,
)
def test_reading_stops_where_nesting_is_too_deep(text: str, place: tuple[int, int], pure: bool) -> None:
    tree = build_tree(text, pure=pure)
    told = [(found.code, found.line, found.column) for found in tree.problems if found.code != "yaml-complex-key"]
    assert (told, tree.complete) == ([("yaml-too-deep", *place)], False)


@pytest.mark.parametrize("levels", [600, 1_010, 1_200], ids=["below", "near", "above"])
def test_where_a_colon_is_missing_too_the_depth_is_reported(levels: int) -> None:
    # libyaml misses the colon only after 1,024 characters, and from 0.2.6 on gives up at 1,000 levels, before that.
    found = build_tree("a: 1\n" + "[" * levels).problems
    assert [(problem.code, problem.line, problem.column) for problem in found] == [("yaml-too-deep", 2, 32)]


def test_what_is_wrong_before_too_deep_a_level_is_reported_too(pure: bool) -> None:
    assert codes(build_tree("[{" * 600, pure=pure)) == ["yaml-complex-key"] * 15 + ["yaml-too-deep"]


@pytest.mark.parametrize("text", ["a: 1\n]" + "[" * 40, "x: " + "[" * 20 + "@" + "[" * 40, "'" + "[" * 2_000])
def test_brackets_that_open_no_level_are_not_nesting(text: str, pure: bool) -> None:
    assert codes(build_tree(text, pure=pure)) == ["yaml-syntax"]


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
