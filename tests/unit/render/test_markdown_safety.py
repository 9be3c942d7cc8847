from __future__ import annotations

import re
from typing import cast

from hypothesis import example, given
from markdown_it.token import Token

from reconciler.render.document import Document
from reconciler.render.markdown import markdown
from tests.fixtures.documents import beyond_the_schema, everything
from tests.unit.render.test_markdown_escape import PARSER, texts

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


@given(texts)
@example("|`@everyone` <!-- ::set-output name=x::y")
def test_foreign_text_has_no_effect_anywhere_in_a_comment(text: str) -> None:
    for made in (everything, beyond_the_schema):
        for hostile, plain in zip(made(text), made("x"), strict=True):
            assert structure(markdown(cast("Document", hostile))) == structure(markdown(cast("Document", plain)))
