"""Foreign text in Markdown that GitHub shows: it stays text, whatever it holds."""

# Two things read it there. First GitHub Flavored Markdown, for which a character written as an entity has no meaning
# (CommonMark 6.2, "Entity and numeric character references"). Then filters that look through the finished HTML for
# ``@name``, ``#1``, ``GH-1`` and formulas: they pass over ``<code>``, and a comment inside such a word breaks it up.

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reconciler.text import escape_line, say

# Characters of one foreign value that are shown.
LONGEST: Final = 400

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
    return text if left_out <= 0 else f"{text[:LONGEST]} … ({say('{count} more characters', count=left_out)})"


COMMENT_BYTES: Final = 65_000
SUMMARY_BYTES: Final = 1_000_000


class Section(NamedTuple):
    """A heading in this tool's own words, and a line for each thing below it. ``head`` goes before the lines."""

    title: str
    lines: Sequence[str]
    head: str = ""
    folded: bool = False


def fitted(opening: str, sections: Sequence[Section], closing: str, limit: int, elsewhere: str) -> str:
    """Return everything as one text of at most ``limit`` bytes, the sections cut in the order of their importance.

    A section without lines is left out. ``elsewhere`` says where the lines are that do not fit, as finished Markdown.
    """
    shown = [section for section in sections if section.lines]
    frames = [text for part in shown for text in (part.head, _framed(part, (), elsewhere))]
    left = limit - sum(map(_size, (opening, closing, *frames)))
    texts = [opening]
    for section in shown:
        taken = _taken(section.lines, left)
        left -= sum(map(_size, taken))
        texts.append(_framed(section, taken, elsewhere))
    return "\n".join(filter(None, [*texts, closing]))


def _taken(lines: Sequence[str], left: int) -> Sequence[str]:
    for number, line in enumerate(lines):
        left -= _size(line)
        if left < 0:
            return lines[:number]
    return lines


def _framed(section: Section, taken: Sequence[str], elsewhere: str) -> str:
    return "\n".join(_frame(section, taken, len(section.lines) - len(taken), elsewhere))


def _frame(section: Section, taken: Sequence[str], left_out: int, elsewhere: str) -> Iterator[str]:
    title = f"{section.title} ({len(section.lines)})"
    yield f"<details><summary>{title}</summary>\n" if section.folded else f"\n**{title}**\n"
    if taken:
        yield from filter(None, [section.head, *taken])
    if left_out:
        words = (
            "1 more is left out here: see {where}." if left_out == 1 else "{count} more are left out here: see {where}."
        )
        yield "\n" + say(words, count=left_out, where=elsewhere)
    if section.folded:
        yield "\n</details>"


def _size(text: str) -> int:
    # One more for the line break that joins it to the next.
    return len(text.encode("utf-8", "replace")) + 1
