"""Sections of Markdown within a limit: what comes first is kept whole as far as it goes, the rest is counted.

GitHub refuses a comment of more than 65,536 characters and drops a step summary of more than 1 MiB. Both are counted
here in UTF-8 bytes, of which there are never fewer than of any kind of character.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

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
        yield f"\n{left_out} more {'is' if left_out == 1 else 'are'} left out here: see {elsewhere}."
    if section.folded:
        yield "\n</details>"


def _size(text: str) -> int:
    # One more for the line break that joins it to the next.
    return len(text.encode("utf-8", "replace")) + 1
