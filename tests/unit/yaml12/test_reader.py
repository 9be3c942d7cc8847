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
