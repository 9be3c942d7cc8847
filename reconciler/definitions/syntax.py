"""The parsers' words for what is no YAML, in plain words with the mend.

libyaml and PyYAML's own parser word the same problem differently; both are listed where they do.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from reconciler.definitions.problem import Problem

HALF_A_CHARACTER: Final = (
    "yaml-character",
    "this text holds half of a character, written with `\\u`",
    "write the character itself, or `\\U` with eight digits",
)
_TAB: Final = ("yaml-tab", "a tab stands where only spaces may", "indent with spaces")

_INDENT: Final = "give all keys of a mapping the same indentation, and close what is open"
_WORDINGS: Final[tuple[tuple[str, tuple[str, str, str]], ...]] = (
    ("<document start>", ("yaml-syntax", "text stands behind the end of the document", "indent it, or take it away")),
    ("duplicate", ("yaml-directive", "the `%YAML` directive stands here again", "take the line away")),
    ("undefined tag handle", ("yaml-tag", "a YAML tag stands here, and tags are not read", "take the tag away")),
    ("expected ':'", ("yaml-syntax", "the text before is no `key: value`", "write `key: value`, or quote the text")),
    (
        "mapping values",
        (
            "yaml-syntax",
            "a `: ` stands where none may",
            "check the indentation; quote a text that holds a colon and a space",
        ),
    ),
    ("start any token", ("yaml-syntax", "a text cannot begin with this character", "put the text in quotes")),
    ("did not find expected key", ("yaml-syntax", "a key was expected here", _INDENT)),
    ("expected <block end>", ("yaml-syntax", "a key was expected here", _INDENT)),
    ("or ']'", ("yaml-syntax", "a list is not closed", "write `]` behind its last item")),
    ("or '}'", ("yaml-syntax", "a mapping in braces is not closed", "write `}` behind its last value")),
    ("node content", ("yaml-syntax", "a value was expected here", "write it, and close what is open")),
    ("unexpected end of stream", ("yaml-syntax", "the file ends inside a quoted text", "close the quotes")),
    ("Unicode character escape", HALF_A_CHARACTER),
    ("escape", ("yaml-syntax", "this backslash sequence is not known", "use single quotes, or write `\\\\`")),
)
"""Parts of the parsers' words, and code, message and hint instead; the first one that fits counts."""


def syntax_problem(error: yaml.YAMLError, text: str) -> Problem:
    """Return a parser's error as a problem. The place is where the parser stopped."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    words = str(getattr(error, "problem", None) or error)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    if _is_tab(text, mark):
        return Problem(line, column, *_TAB)
    for fragment, (code, message, hint) in _WORDINGS:
        if fragment in words:
            return Problem(line, column, code, message, hint)
    return Problem(line, column, "yaml-syntax", f"not readable as YAML: {words}", "check indentation and quotes")


def _is_tab(text: str, mark: Any) -> bool:
    return mark is not None and text[mark.index : mark.index + 1] == "\t"
