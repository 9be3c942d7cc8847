"""A signature as an issue: nothing of others takes effect in it, and it links to where to change."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given

from reconciler.render.document import SignatureDocument
from reconciler.render.issue import issue_text, issue_title
from tests.fixtures.documents import beyond_the_schema, signature
from tests.unit.render.test_markdown_escape import PARSER, texts
from tests.unit.render.test_markdown_safety import structure


@given(texts)
def test_foreign_text_has_no_effect_in_an_issue(text: str) -> None:
    bodies = [
        [issue_text(item, "https://github.example/a/b/blob/c/") for item in beyond_the_schema(given)[0]["signatures"]]
        for given in (text, "x")
    ]
    for hostile, plain in zip(*bodies, strict=True):
        kinds = [[kind for kind, _ in structure(body)] for body in (hostile, plain)]
        assert kinds[0] == kinds[1]


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
