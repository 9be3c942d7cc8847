"""The parsers' words for what is no YAML, in plain words with the mend.

libyaml and PyYAML's own parser word the same problem differently; both are listed where they do.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

from reconciler.definitions.problem import Problem

_TAB: Final = ("yaml-tab", "a tab stands where only spaces may", "indent with spaces")

_WORDINGS: Final[tuple[tuple[str, tuple[str, str, str]], ...]] = (
    ("found incompatible YAML document", (
        "yaml-directive", "a `%YAML` directive asks for another version", "take the line away; files are read as YAML 1.2")),
    ("directive", ("yaml-directive", "a directive that is not known stands here", "take away the line that begins with `%`")),
    ("found undefined tag handle", ("yaml-tag", "a YAML tag stands here, and tags are not read", "take the tag away")),
    ("could not find expected ':'", (
        "yaml-syntax", "the line before is no `key: value`", "write a colon and a space after the key, or quote the text")),
    ("mapping values are not allowed", (
        "yaml-syntax", "a second `: ` stands on this line, or the indentation is off",
        "quote a text that holds a colon and a space; give all keys of a mapping the same indentation")),
    ("cannot start any token", (
        "yaml-syntax", "a text cannot begin with this character", "put the text in quotes")),
    ("did not find expected key", (
        "yaml-syntax", "a key was expected here", "give all keys of a mapping the same indentation, and close what is open")),
    ("expected <block end>", (
        "yaml-syntax", "a key was expected here", "give all keys of a mapping the same indentation, and close what is open")),
    ("found unexpected end of stream", ("yaml-syntax", "the file ends inside a quoted text", "close the quotes")),
    ("escape", ("yaml-syntax", "this backslash sequence is not known", "write it as `\\\\`, or use single quotes")),
    ("unknown escape character", ("yaml-syntax", "this backslash sequence is not known", "use single quotes")),
)  # fmt: skip


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
