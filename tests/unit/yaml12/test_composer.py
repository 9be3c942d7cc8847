from __future__ import annotations

import pytest

from reconciler.yaml12 import composer, problems
from reconciler.yaml12.reader import Tree, build_tree


def codes(tree: Tree) -> list[str]:
    return [problem.code for problem in tree.problems]


def places(tree: Tree) -> list[tuple[int, int]]:
    return [(problem.line, problem.column) for problem in tree.problems]


@pytest.fixture(params=[False, True], ids=["libyaml", "pure"])
def pure(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


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


def test_a_file_with_too_many_nodes_is_not_read_further(monkeypatch: pytest.MonkeyPatch, pure: bool) -> None:
    monkeypatch.setattr(problems, "MAX_NODES", 100)
    tree = build_tree("a: [" + "x, " * 99 + "x]\n", pure=pure)
    assert (codes(tree), tree.complete) == (["yaml-too-many-nodes"], False)
    assert places(tree) == [(1, 5 + 3 * 97)]


def test_aliases_may_not_stand_for_too_much_text(monkeypatch: pytest.MonkeyPatch, pure: bool) -> None:
    monkeypatch.setattr(composer, "MAX_ALIASED_CHARS", 50)
    tree = build_tree("a: &r ap-singapore\n" + "".join(f"b{number}: *r\n" for number in range(6)), pure=pure)
    assert codes(tree) == ["yaml-alias"] * 2
    assert tree.data["b3"] == "ap-singapore"
    assert tree.data["b4"] is None


def test_the_list_of_problems_ends(monkeypatch: pytest.MonkeyPatch, pure: bool) -> None:
    monkeypatch.setattr(composer, "MAX_PROBLEMS", 10)
    tree = build_tree("version: 1\n" * 100, pure=pure)
    assert codes(tree) == ["yaml-duplicate-key"] * 10 + ["too-many-problems"]
    assert not tree.complete


@pytest.mark.parametrize("levels", [8, 500])
def test_an_alias_bomb_is_refused_and_never_grows(levels: int, pure: bool) -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}, *a{level - 1}]" for level in range(1, levels)]
    tree = build_tree("\n".join(lines), pure=pure)
    assert codes(tree) == ["yaml-alias"] * 3 * (levels - 1)
    assert tree.data[f"a{levels - 1}"] == [None] * 3
