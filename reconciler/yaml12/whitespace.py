"""Where libyaml and YAML 1.2 differ about the layout of a text: what it lets through, and tabs that it refuses.

Source: chapters 6 to 8 of the specification, and the public yaml-test-suite, whose kinds are in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from reconciler.diagnostics import Message
from reconciler.yaml12.problems import Place, Problem, place_after

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

# Stands for a tab at the start of a line of block text, which libyaml takes for indentation; of the private use area.
TAB_IN_TEXT: Final = "\uf8ff"

_QUOTED_OR_COMMENT: Final = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|[^'])*'|(?<=\s)#[^\r\n]*", re.DOTALL)
_BLOCK_HEADER: Final = re.compile(r"[|>][-+0-9]*#")
_LINES: Final = re.compile(r"\r\n|\r|\n")
_BLANK: Final = re.compile(r"[ \t]*")
_SPACES: Final = re.compile(" *")

_LEADING_TAB: Final = re.compile(r"^ *\t[ \t]*", re.MULTILINE)

# Around brackets that are the document, as in JSON, there is no block whose indentation could matter.
_OUTERMOST_BRACKETS: Final = re.compile(r"%YAML[^\r\n]*|\s|#[^\r\n]*|---(?=\s)")

_STRUCTURE: Final = re.compile(r"^[ \t]*[-?](?:\s|$)|:(?:\s|$)", re.MULTILINE)

_STARTS_BLOCK: Final = re.compile(r"[-?](?:\s|$)|[^\"'#\[{]*:(?:\s|$)")
_BLOCK_START: Final = re.compile(r"(?:^|[\s:\-?])[|>][-+0-9]*[ \t]*(?:[ \t]#.*)?$")


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


def in_flow_layout(start: Any, end: Any, text: str, column: int) -> Iterator[Problem]:
    """Yield what YAML forbids about the layout of an outermost collection in brackets, from its two events."""
    yield from _continuation(start, end, text, column)
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


def _continuation(start: Any, end: Any, text: str, column: int) -> Iterator[Problem]:
    first, last = start.start_mark, end.end_mark
    if first.line == last.line:
        return
    lines = _LINES.split(text[first.index : last.index])
    for number, line in enumerate(lines[1:], first.line + 2):
        spaces = _SPACES.match(line).end()  # type: ignore[union-attr]  # it fits anywhere
        if spaces <= column and not _BLANK.fullmatch(line):
            yield Problem(number, spaces + 1, CONTINUATION)


def _block_text(event: Any, text: str, column: int) -> Iterator[Problem]:
    mark = event.start_mark
    header = _BLOCK_HEADER.match(text, mark.index)
    if header is not None:
        yield Problem(mark.line + 1, mark.column + len(header[0]), COMMENT_GLUED)
        return
    _, *lines = _LINES.split(text[mark.index : mark.index + len(event.value) + 4096])
    longest, at = 0, 0
    for number, line in enumerate(lines, mark.line + 2):
        spaces = _SPACES.match(line).end()  # type: ignore[union-attr]  # it fits anywhere
        if spaces < len(line):
            if column < spaces < longest and line[spaces] != "\t":
                yield Problem(at, spaces + 1, BLANKS_BEFORE_BLOCK)
            return
        longest, at = (spaces, number) if spaces > longest else (longest, at)


def without_tab(text: str, problem: Problem) -> str | None:
    """Return the text with the tab at a problem set right, in the same columns, or ``None`` where it is an error.

    A tab is fine on a blank line, in block text behind its indentation, and between indentation or an indicator and a
    value on the same line. Only PyYAML's own parser refuses one at the start of a line of JSON or of a text that is
    the document.
    """
    if _is_in_brackets(text):
        return _LEADING_TAB.sub(lambda found: " " * len(found[0]), text)
    index = _index_of(text, (problem.line, problem.column))
    start = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
    end = next((found.start() for found in _LINES.finditer(text, index)), len(text))
    before, rest = text[start:index], text[index:end].lstrip(" \t")
    width = end - index - len(rest)
    if not before.strip() and _in_block(text, start):
        return text[:index] + TAB_IN_TEXT + text[index + 1 :]
    if not rest and _follows_header(text[:start]):
        return None
    if not rest or (_is_separation(before, text[:start]) and not _STARTS_BLOCK.match(rest)):
        return text[:index] + " " * width + text[index + width :]
    return None


def _is_in_brackets(text: str) -> bool:
    """Return whether the document is one in brackets."""
    at = 0
    while found := _OUTERMOST_BRACKETS.match(text, at):
        at = found.end()
    return text[at : at + 1] in {"[", "{"}


def _follows_header(above: str) -> bool:
    """Return whether block text begins here, whose indentation is not known yet."""
    lines = above.rstrip().splitlines()
    return bool(lines) and _BLOCK_START.search(lines[-1]) is not None


def _is_separation(before: str, above: str) -> bool:
    """Return whether a tab behind this may separate: after an indicator or spaces, or with nothing before it at all."""
    if before.rstrip(" \t").endswith(("-", ":", "?")) or " " in before.rstrip("\t"):
        return True
    return _STRUCTURE.search(above) is None


def _index_of(text: str, place: Place) -> int:
    line, column = place
    start = 0
    for _ in range(line - 1):
        found = _LINES.search(text, start)
        if found is None:
            break
        start = found.end()
    return start + column - 1


def _in_block(text: str, line_start: int) -> bool:
    """Return whether a line is block text: the nearest line above with less indentation ends in ``|`` or ``>``."""
    own = _SPACES.match(text, line_start).end() - line_start  # type: ignore[union-attr]  # it fits anywhere
    for line in reversed(_LINES.split(text[:line_start])[:-1]):
        if line.strip() and len(line) - len(line.lstrip(" ")) < own:
            return _BLOCK_START.search(line) is not None
    return False
