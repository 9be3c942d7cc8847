"""What YAML 1.2 forbids about the layout of a text, and libyaml lets through.

Source: chapters 6 to 8 of the specification, and the public yaml-test-suite, whose kinds are in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from reconciler.diagnostics import Message
from reconciler.yaml12.problems import QUOTE_LATE, Problem, place_after

COMMENT_GLUED: Final = Message("yaml-syntax", "a comment must have a space before its `#`", "write ` #`")
CONTINUATION: Final = Message(
    "yaml-syntax",
    "this line goes on a value that began above, and must be indented more than its key",
    "indent it with spaces",
)
DASH_IN_BRACKETS: Final = Message("yaml-syntax", "`-` is not a value inside brackets", "put it in quotes, or remove it")
BLANKS_BEFORE_BLOCK: Final = Message(
    "yaml-syntax", "a blank line has more spaces than the text that follows it", "remove the spaces of that line"
)

_QUOTED_OR_COMMENT: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'|(?<=\s)#[^\r\n]*", re.DOTALL)
_BLOCK_HEADER: Final = re.compile(r"[|>][-+0-9]*#")
_LINES: Final = re.compile(r"\r\n|\r|\n")
_BLANK: Final = re.compile(r"[ \t]*")
_COMMENT: Final = re.compile(r"[ \t]*(?:#.*)?", re.DOTALL)
_SPACES: Final = re.compile(" *")

# A line that would have a meaning of its own if it were not in quotes: an item, a key, a comment.
_OF_ITS_OWN: Final = re.compile(r" *(?:-(?:\s|$)|#|[^\s:]+:(?:\s|$))")


def is_suspicious(event: Any, text: str) -> bool:
    """Return whether a scalar that is not plain has to be looked at more closely."""
    end = event.end_mark
    return event.style in "|>" or end.line != event.start_mark.line or text[end.index : end.index + 1] == "#"


def in_scalar_layout(event: Any, text: str, column: int) -> Iterator[Problem]:
    """Yield what YAML forbids about a scalar's layout. ``column`` is that of the innermost block around it, from 0."""
    if not event.style and event.value == "-":
        yield Problem(event.start_mark.line + 1, event.start_mark.column + 1, DASH_IN_BRACKETS)
    elif event.style in ("|", ">"):
        yield from _block_text(event, text, column)
    elif event.style:
        yield from _continuation(event, event, text, column)
        yield from _glued(event, text)


def over_lines(event: Any) -> Problem | None:
    """Return the problem of a text in quotes that goes on over lines, if one of its quotes was forgotten."""
    start, end = event.start_mark, event.end_mark
    if event.style not in ("'", '"') or start.line == end.line:
        return None
    return Problem(start.line + 1, start.column + 1, QUOTE_LATE.given(line=end.line + 1))


def takes_lines(event: Any, text: str, column: int) -> bool:
    """Return whether a text in quotes takes in lines that are indented as, and look like, lines of their own."""
    first, last = event.start_mark, event.end_mark
    for line in _LINES.split(text[first.index : last.index])[1:]:
        spaces = _SPACES.match(line).end()  # type: ignore[union-attr]  # it fits anywhere
        if spaces <= column and _OF_ITS_OWN.match(line):
            return True
    return False


def in_flow_layout(start: Any, end: Any, text: str, column: int) -> Iterator[Problem]:
    """Yield what YAML forbids about the layout of an outermost collection in brackets, from its two events."""
    yield from _continuation(start, end, text, column, beside=_COMMENT)
    yield from _glued(end, text)
    inside = text[start.start_mark.index : end.end_mark.index]
    if ",#" in inside:
        hidden = _QUOTED_OR_COMMENT.sub(lambda found: "x" * len(found[0]), inside)
        at = hidden.find(",#")
        if at >= 0:
            yield Problem(*place_after(text[: start.start_mark.index + at + 1]), COMMENT_GLUED)


def _glued(event: Any, text: str) -> Iterator[Problem]:
    mark = event.end_mark
    if text[mark.index : mark.index + 1] == "#":
        yield Problem(mark.line + 1, mark.column + 1, COMMENT_GLUED)


def _continuation(start: Any, end: Any, text: str, column: int, beside: re.Pattern[str] = _BLANK) -> Iterator[Problem]:
    """Yield lines with too little indentation. ``beside``: what a line without any meaning is."""
    first, last = start.start_mark, end.end_mark
    if first.line == last.line:
        return
    lines = _LINES.split(text[first.index : last.index])
    for number, line in enumerate(lines[1:], first.line + 2):
        spaces = _SPACES.match(line).end()  # type: ignore[union-attr]  # it fits anywhere
        if spaces <= column and not beside.fullmatch(line):
            yield Problem(number, spaces + 1, CONTINUATION)


def _block_text(event: Any, text: str, column: int) -> Iterator[Problem]:
    mark = event.start_mark
    header = _BLOCK_HEADER.match(text, mark.index)
    if header is not None:
        yield Problem(mark.line + 1, mark.column + len(header[0]), COMMENT_GLUED)
        return
    longest, at = 0, 0
    for number, above in enumerate(_LINES.finditer(text, mark.index), mark.line + 2):
        spaces = _SPACES.match(text, above.end()).end() - above.end()  # type: ignore[union-attr]  # it fits anywhere
        following = text[above.end() + spaces : above.end() + spaces + 1]
        if following not in ("", "\r", "\n"):
            if column < spaces < longest and following != "\t":
                yield Problem(at, spaces + 1, BLANKS_BEFORE_BLOCK)
            return
        longest, at = (spaces, number) if spaces > longest else (longest, at)
