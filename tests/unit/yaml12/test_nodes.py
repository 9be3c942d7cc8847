from __future__ import annotations

import pytest

from reconciler.yaml12.reader import Tree, build_tree


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
