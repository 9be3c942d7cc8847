"""Tabs that YAML 1.2 allows and the parsers refuse: all of a text at once get stand-ins, in the same columns.

Only tabs at the start of a line matter, between its indentation, its indicators and what follows: the parsers read all
others. What a tab there means depends on the scalar that it is in, which only a parser knows for sure. So a first guess
is parsed, and made again with the scalars found, until nothing changes. Time and memory grow with the text alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Final, NamedTuple

import yaml

from reconciler.yaml12.problems import MAX_DEPTH, MAX_NODES

# Stands for a tab at the start of a line of block text, which the parsers take for indentation; for private use only.
TAB_IN_TEXT: Final = "\uf8ff"

# A guess by the layout is right at once but for texts that look like block text and are none.
_MOST_ROUNDS: Final = 4

_LINE_END: Final = re.compile(r"[\r\n]|\Z")
_TABBED: Final = re.compile(r"(?<![^\r\n])[ \-?:]*\t")
_BLANKS: Final = re.compile(r"( *)[ \t]*")
_FRONT: Final = re.compile(r"[ \t]*(?:[-?:][ \t]+)*")
_STARTS_BLOCK: Final = re.compile(r"[-?](?:\s|$)|[^\"'#\[{\r\n]*:(?:\s|$)")
_STRUCTURE: Final = re.compile(r"^[ \t]*[-?](?:\s|$)|:(?:\s|$)", re.MULTILINE)
_BLOCK_HEADER: Final = re.compile(r"(?<!\S)[|>]([-+0-9]{0,2})[ \t]*(?:(?<=[ \t])#[^\r\n]*)?(?=[\r\n]|\Z)")
_FIRST_CONTENT: Final = re.compile(r"[\r\n]( *)(?=[^ \r\n])")


class Span(NamedTuple):
    """Where a scalar is. ``column`` is that of the innermost block around it, from 0."""

    start: int
    end: int
    is_block: bool
    column: int


def with_stand_ins(text: str, events: Callable[[str], Iterator[Any]]) -> str:
    """Return the text with a stand-in for each tab that YAML allows there; unchanged where that cannot be told."""
    spans: Iterator[Span] = _guessed(text)
    last = text
    for _ in range(_MOST_ROUNDS):
        repaired = _repaired(text, spans)
        if repaired == last:
            return repaired
        last, spans = repaired, _scalars(events(repaired))
    return text


def _scalars(events: Iterator[Any]) -> Iterator[Span]:
    columns = [-1]
    with suppress(yaml.YAMLError):
        for event in islice(events, 2 * MAX_NODES):
            start: Any = event.start_mark
            if isinstance(event, yaml.ScalarEvent):
                end: Any = event.end_mark
                yield Span(start.index, end.index, event.style in ("|", ">"), columns[-1])
            elif isinstance(event, yaml.CollectionStartEvent):
                columns.append(columns[-1] if event.flow_style else start.column)
                if len(columns) > MAX_DEPTH + 1:
                    return
            elif isinstance(event, yaml.CollectionEndEvent):
                columns.pop()


def _guessed(text: str) -> Iterator[Span]:
    """Yield what looks like block text: its header at the end of a line, and the lines below that are indented more."""
    at = 0
    while header := _BLOCK_HEADER.search(text, at):
        start = 1 + max(text.rfind("\n", at, header.start()), text.rfind("\r", at, header.start()))
        column = _column_of(text[max(start, at) : header.start()])
        at = header.end()
        if column is not None:
            at = _end_of_block(text, at, column)
            yield Span(header.start(), at, is_block=True, column=column)


def _column_of(before: str) -> int | None:
    """Return the column of the block that a header is in, from what is before it; ``None`` where it is no header."""
    words = before.split()
    while words and words[-1].startswith(("!", "&")):
        words.pop()
    if not words or words[0].startswith("#") or words[-1][-1] not in "-:?":
        # Alone on its line it is in a block that began above, at least one column to the left.
        return None if words else len(before) - 1
    front = _FRONT.match(before)[0]  # type: ignore[index]  # it fits anywhere
    if before.startswith(("!", "&"), len(front)) or len(front) == len(before):
        return max(front.rfind(sign) for sign in "-?:")
    return len(front)


def _end_of_block(text: str, start: int, column: int) -> int:
    """Return where the first line begins that is indented no more than the block around is, or the text ends."""
    if column < 0:
        return len(text)
    less = re.compile(rf"[\r\n] {{0,{column}}}(?=[^ \t\r\n]|\t[ \t]*[^ \t\r\n])")
    found = less.search(text, start)
    return found.start() if found else len(text)


def _repaired(text: str, spans: Iterator[Span]) -> str:
    structure = _STRUCTURE.search(text)
    first = structure.start() if structure else len(text)
    repaired, done = io.StringIO(), 0
    span, indent = next(spans, None), None
    for found in _TABBED.finditer(text):
        start = found.start()
        while span is not None and span.end <= start:
            span, indent = next(spans, None), None
        end = _LINE_END.search(text, found.end()).start()  # type: ignore[union-attr]  # each line ends
        if span is not None and span.start < start:
            indent = _indent_of(text, span) if indent is None else indent
            at, stand_in = _in_scalar(text[start:end], span, indent)
            at += start
        else:
            at, stand_in = _between_scalars(text, start, end, is_first=start <= first)
        repaired.write(text[done:at])
        repaired.write(stand_in)
        done = at + len(stand_in)
    repaired.write(text[done:])
    return repaired.getvalue()


def _between_scalars(text: str, start: int, end: int, *, is_first: bool) -> tuple[int, str]:
    """Return where a line gets what in the place of a tab. ``is_first``: no block has begun above it."""
    front = _FRONT.match(text, start, end).end()  # type: ignore[union-attr]  # it fits anywhere
    before = text[start:front].rstrip(" \t")
    at = text.find("\t", start + len(before), front)
    if at < 0:
        return end, ""
    is_separation = bool(before) or at > start or is_first
    is_fine = front == end or text[front] == "#" or (is_separation and not _STARTS_BLOCK.match(text, front, end))
    return (at, " " * (front - at)) if is_fine else (end, "")


def _in_scalar(line: str, span: Span, indent: int) -> tuple[int, str]:
    """Return where a line that a scalar from above goes on over gets what in the place of a tab."""
    blanks = _BLANKS.match(line)
    at, rest = blanks.end(1), blanks.end()  # type: ignore[union-attr]  # it fits anywhere
    if at < rest and indent > span.column:
        if span.is_block and at >= indent:
            return at, TAB_IN_TEXT
        if rest == len(line) or (not span.is_block and at >= indent):
            return at, " " * (rest - at)
    return len(line), ""


def _indent_of(text: str, span: Span) -> int:
    """Return the columns of indentation that a scalar's lines have at least, -1 where block text has too little."""
    if not span.is_block:
        return span.column + 1
    header = _BLOCK_HEADER.search(text, span.start, span.end)
    written = header[1].strip("+-") if header else ""
    if written:
        return max(span.column, 0) + int(written)
    content = _FIRST_CONTENT.search(text, span.start, span.end)
    indent = len(content[1]) if content else 0
    return indent if indent > span.column else -1
