"""Foreign text in Markdown that GitHub shows: it stays text, whatever it holds.

Two things read it there. First GitHub Flavored Markdown, for which a character written as an entity has no meaning
(CommonMark 6.2, "Entity and numeric character references"). Then filters that look through the finished HTML for
``@name``, ``#1``, ``GH-1`` and formulas: they pass over ``<code>``, and a comment inside such a word breaks it up.
"""

from __future__ import annotations

import re
from typing import Final

from reconciler.text import escape_line

LONGEST: Final = 400
"""Characters of one foreign value that are shown."""

_HARMLESS: Final = frozenset(" ,;()'\"%?/.-")

_REFERENCE_STARTS: Final = frozenset("@#$")

_BREAK: Final = "<!-- -->"

_ENTITIES: Final = {
    number: f"&#{number};{_BREAK if chr(number) in _REFERENCE_STARTS else ''}"
    for number in range(128)
    if not chr(number).isalnum() and chr(number) not in _HARMLESS
}

_GH_REFERENCE: Final = re.compile(r"(?i)\b(gh)-(?=\d)")

_BARE_ADDRESS: Final = re.compile(r"(?i)\b(www)\.")


def prose(text: str) -> str:
    """Return foreign text as running text on one line, without any effect of its own."""
    escaped = _cut(escape_line(text)).translate(_ENTITIES)
    escaped = _GH_REFERENCE.sub(rf"\1&#45;{_BREAK}", escaped)
    return _BARE_ADDRESS.sub(r"\1&#46;", escaped)


def code(text: str) -> str:
    """Return foreign text as a value: in the typewriter face, and out of reach of mentions and references."""
    return f"<code>{prose(text)}</code>" if text else ""


def words(text: str) -> str:
    """Return text of this tool's own as running text; what it holds between backticks is shown as a value."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return prose(text)
    return "".join(code(part) if number % 2 else prose(part) for number, part in enumerate(parts))


def _cut(text: str) -> str:
    left_out = len(text) - LONGEST
    return text if left_out <= 0 else f"{text[:LONGEST]} … ({left_out} more characters)"
