from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.render.markdown_escape import LONGEST, code, prose, words
from reconciler.text import escape_line

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HARMFUL = (
    *("`", "``` \n", "|", "\\|", "<!--", "-->", "@everyone", "@acme/team", "::set-output name=a::b", "##[error]x"),
    *(
        "</details>",
        "<img src=x>",
        "<script>",
        "[a](http://b)",
        "![a](b)",
        "**a**",
        "__a__",
        "~~a~~",
        "http://a.example",
    ),
    *("www.a.example", "a@b.example", "#1", "GH-1", "acme/x#1", ":smile:", "$x$", "$$", "\n\n# a", "\r", "- a", "1. a"),
    *("&lt;", "&#64;", "\x1b[31m", "\u202e", "    a", "> a", "\\", "{{ x }}", "${{ x }}", "<code>", "</code>", "[^1]"),
    *("- [ ] a", "e" * 40),
)
texts = (
    st.lists(st.one_of(st.sampled_from(HARMFUL), st.text(max_size=5)), min_size=1, max_size=6).map("".join).filter(bool)
)


def shown(text: str) -> str:
    """What a reader sees of one line of Markdown."""
    inline = PARSER.parseInline(text)[0]
    return "".join(child.content for child in inline.children or [] if child.type in {"text", "text_special"})


@given(texts.filter(lambda text: len(escape_line(text)) <= LONGEST and escape_line(text).strip() == escape_line(text)))
def test_foreign_text_is_seen_as_it_is(text: str) -> None:
    assert shown(f"x {code(text)} x") == f"x {escape_line(text)} x"
    assert shown(f"x {prose(text)} x") == f"x {escape_line(text)} x"


@given(texts)
def test_no_mention_reference_formula_or_address_is_left_for_github_to_find(text: str) -> None:
    for written in (code(text), prose(text), words(text)):
        bare = re.sub(r"&#\d+;", "", written)
        assert not set(bare) & set("@#$`|[]*_~\\:")
        assert "&" not in bare
        assert not re.search(r"(?i)www\.|\bgh-\d", bare)
        # The filters look at the finished HTML, where an entity is its character again: something stands in between.
        assert not re.search(r"&#(64|35|36);(?!<!-- -->)", written)


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert prose("a" * (LONGEST + 7)) == "a" * LONGEST + " … (7 more characters)"
    assert prose("a" * LONGEST) == "a" * LONGEST


def test_commands_in_this_tools_own_words_are_shown_as_values() -> None:
    assert words("run `reconciler plan` now") == "run <code>reconciler plan</code> now"
    assert words("one ` alone") == "one &#96; alone"
