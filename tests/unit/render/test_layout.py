from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.layout import aligned, cut, padded, widest, width, wrapped
from reconciler.text import escape_line
from tests.fixtures.strategies import texts


def test_a_chinese_character_is_two_cells_wide() -> None:
    assert width("北京银行") == 8
    assert width("Acme") == 4
    assert widest(["Acme", "北京银行"]) == 8
    assert padded("北京", 6) == "北京  "


def test_columns_start_at_the_same_cell_in_every_line() -> None:
    assert aligned([("=", "北京银行", "pending"), ("~~", "Acme", "approved")]) == [
        "=   北京银行  pending",
        "~~  Acme      approved",
    ]


@given(texts, st.integers(4, 40))
def test_a_text_is_cut_to_the_cells_there_are_and_says_so(text: str, cells: int) -> None:
    shown = cut(text, cells)
    assert width(shown) <= cells
    assert shown == text or (shown.endswith("...") and text.startswith(shown[:-3]))


def test_nothing_is_aligned_where_there_is_nothing() -> None:
    assert aligned([]) == []
    assert widest([]) == 0


def test_no_line_ends_in_blanks() -> None:
    assert aligned([("a", ""), ("bb", "c")]) == ["a", "bb  c"]


@given(st.lists(st.tuples(texts.map(escape_line), st.just("|")), min_size=1, max_size=5))
def test_the_second_column_starts_at_one_cell_whatever_the_first_holds(rows: list[tuple[str, str]]) -> None:
    lines = aligned(rows)
    starts = {width(line.removesuffix("|")) for line in lines}
    assert starts == {widest(first for first, _ in rows) + 2}


def test_a_short_name_is_not_split_over_lines() -> None:
    assert list(wrapped("x" * 36 + " 改名", 40)) == ["x" * 36, "  改名"]


def test_chinese_prose_is_broken_between_its_characters() -> None:
    parts = list(wrapped("账号显示的名称与定义不同并且没有提交记录因此这一次不提交任何内容请先在控制台查看", 40))
    assert all(width(part) > 30 for part in parts[:-1])
