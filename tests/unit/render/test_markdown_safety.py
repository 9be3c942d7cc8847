from __future__ import annotations

import re
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.render.document import Document, SignatureDocument
from reconciler.render.issue import issue_text, issue_title
from reconciler.render.markdown import markdown
from reconciler.render.markdown_escape import LONGEST, code, prose, words
from reconciler.text import escape_line
from tests.fixtures.documents import beyond_the_schema, everything, signature

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
INERT = re.compile("<!-- -->|</?code>")


def structure(text: str) -> list[tuple[str, str]]:
    """All that is not running text: blocks, and every piece of Markdown or HTML with an effect beyond a typeface."""
    return [part for token in PARSER.parse(text) for part in _parts(token)]


def _parts(token: Token) -> list[tuple[str, str]]:
    if token.type == "inline":
        return [part for child in token.children or [] for part in _parts(child)]
    if token.type in {"text", "text_special"} or INERT.fullmatch(token.content):
        return []
    return [(token.type, token.content)]


def shown(text: str) -> str:
    """What a reader sees of one line of Markdown."""
    inline = PARSER.parseInline(text)[0]
    return "".join(child.content for child in inline.children or [] if child.type in {"text", "text_special"})


@given(texts)
@example("|`@everyone` <!-- ::set-output name=x::y")
def test_foreign_text_has_no_effect_anywhere_in_a_comment(text: str) -> None:
    for made in (everything, beyond_the_schema):
        for hostile, plain in zip(made(text), made("x"), strict=True):
            assert structure(markdown(cast("Document", hostile))) == structure(markdown(cast("Document", plain)))


@given(texts)
def test_foreign_text_has_no_effect_in_an_issue(text: str) -> None:
    bodies = [
        [issue_text(item, "https://github.example/a/b/blob/c/") for item in beyond_the_schema(given)[0]["signatures"]]
        for given in (text, "x")
    ]
    for hostile, plain in zip(*bodies, strict=True):
        kinds = [[kind for kind, _ in structure(body)] for body in (hostile, plain)]
        assert kinds[0] == kinds[1]


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


def test_the_title_of_an_issue_takes_nothing_from_others() -> None:
    signatures = beyond_the_schema("@everyone `x`")[0]["signatures"]
    titles = [issue_title(item) for item in signatures]
    assert titles[0] == "SMS signature acme-otp (1110): rejected, changed outside of the definitions"
    assert not any("everyone" in title for title in titles)


@pytest.mark.parametrize("file", ["a b.yaml", "a)(b.yaml", "../x\"y'.yaml", "名.yaml"])
def test_an_issue_links_to_the_file_and_line_whatever_its_name(file: str) -> None:
    place = {"file": file, "line": 12, "column": 3}
    item = cast("SignatureDocument", signature(location=place))
    text = issue_text(item, "https://github.example/a/b/blob/c/")
    links = [child for token in PARSER.parse(text) for child in token.children or [] if child.type == "link_open"]
    assert len(links) == 1
    assert str(links[0].attrs["href"]).endswith("#L12")
