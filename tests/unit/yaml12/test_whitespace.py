from __future__ import annotations

import pytest
import yaml

from reconciler.diagnostics import Message
from reconciler.yaml12.reader import build_tree
from reconciler.yaml12.whitespace import BLANKS_BEFORE_BLOCK, COMMENT_GLUED, CONTINUATION, DASH_IN_BRACKETS

pytestmark = pytest.mark.skipif(not yaml.__with_libyaml__, reason="what libyaml lets through; the other refuses some")


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ('a: "x"#y\n', COMMENT_GLUED, 1, 7),
        ("a: |#y\n  x\n", COMMENT_GLUED, 1, 5),
        ("a: [x,#y\n  z]\n", COMMENT_GLUED, 1, 7),
        ("a: [x]#y\n", COMMENT_GLUED, 1, 7),
        ('a:\n  b: "x\n  y"\n', CONTINUATION, 3, 3),
        ("a:\n  b: [x,\n  y]\n", CONTINUATION, 3, 3),
        ("a: [x, -]\n", DASH_IN_BRACKETS, 1, 8),
        ("a: |\n    \n  x\n", BLANKS_BEFORE_BLOCK, 2, 3),
    ],
)
def test_what_yaml_forbids_about_the_layout_is_told_where_it_is(
    text: str, message: Message, line: int, column: int
) -> None:
    found = build_tree(text).problems[0]
    assert (found.rule, found.line, found.column) == (message, line, column)


@pytest.mark.parametrize(
    "text",
    [
        'a: "x" #y\n',
        "a: | #y\n  x\n",
        "a: [x, #y\n  z]\n",
        "a: ['x,#y', \"z,#\"] # z,#\n",
        'a:\n  b: "x\n   y"\n',
        'a: "x\n\n  y"\n',
        "a:\n  b: [x,\n# beside\n\n   y]\n",
        'a: [x, "-"]\n',
        "a: |\n  \n  x\n",
        "a: |\n\n  x\n    \n  y\n",
    ],
)
def test_a_layout_that_yaml_allows_is_taken(text: str) -> None:
    assert build_tree(text).problems == []
