"""How text for a terminal is laid out: colour, columns, and field values in words."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from rich.cells import cell_len

from reconciler.contract.api import Status
from reconciler.diagnostics import Severity
from reconciler.model.plan import Verdict
from reconciler.model.report import CheckResult, Outcome
from reconciler.model.signature import FieldValue, Image
from reconciler.render.document import ImageDocument, Value
from reconciler.text import escape_line, say

# Returns a text in the colour that belongs to a verdict, an outcome or a severity.
Style = Callable[[str, object], str]

_CODES: Final[Mapping[object, str]] = {
    Verdict.MODIFY: "33",
    Verdict.CREATE: "33",
    Verdict.IN_SYNC: "32",
    Verdict.WAITING: "36",
    Verdict.UNVERIFIED: "35",
    Verdict.STUCK: "31",
    Verdict.REFUSED: "31;1",
    Verdict.BLOCKED: "31;1",
    Verdict.OBSERVED: "34",
    Outcome.ACCEPTED: "32",
    Outcome.REFUSED: "31;1",
    Outcome.FAILED: "31",
    Outcome.UNSETTLED: "35",
    Outcome.NOT_ATTEMPTED: "2",
    Status.APPROVED: "32",
    Status.APPROVED_NOT_EFFECTIVE: "32",
    Status.PENDING: "36",
    Status.REJECTED: "31",
    Status.UNKNOWN: "31;1",
    Status.MISSING: "31;1",
    Severity.ERROR: "31",
    Severity.WARNING: "33",
    CheckResult.OK: "32",
    CheckResult.PROBLEM: "31",
    CheckResult.SKIPPED: "2",
}


def coloured(text: str, meaning: object) -> str:
    """Return text in the colour of its meaning."""
    code = _CODES.get(meaning)
    return f"\x1b[{code}m{text}\x1b[0m" if code else text


def plain(text: str, _meaning: object) -> str:
    """Return text as it is."""
    return text


# Columns are counted in cells of the terminal: a Chinese character takes two.


def width(text: str) -> int:
    """Return the number of terminal cells that a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def widest(cells: Iterable[str]) -> int:
    """Return the width of the widest cell, 0 where there is none."""
    return max(map(width, cells), default=0)


def padded(text: str, cells: int) -> str:
    """Return text filled up with spaces to a number of cells."""
    return text.ljust(cells) if text.isascii() else text + " " * (cells - width(text))


def aligned(rows: Sequence[Sequence[str]], gap: str = "  ") -> list[str]:
    """Return one line per row, each column as wide as its widest cell."""
    columns = []
    for column in zip(*rows, strict=True):
        size = widest(column)
        columns.append([padded(cell, size) for cell in column])
    return [gap.join(row).rstrip() for row in zip(*columns, strict=True)]


_ESCAPES: Final = re.compile(r"\x1b\[[0-9;]*m")
# Chinese has no blanks: a line may end behind each of its characters, but not before a mark that closes.
_WIDE: Final = r"\u2e80-\u2fff\u3040-\ufaff"
_CLOSING: Final = r"[\u3001\u3002\uff0c\uff1b\uff1a\uff01\uff1f\uff09\u300d\u201d]*"
_CHUNKS: Final = re.compile(r"\s*\S+")


def fitted(text: str, columns: int | None) -> str:
    """Return a text whose lines are wrapped to ``columns`` cells, as it is where that is ``None``."""
    if columns is None:
        return text
    return "\n".join(part for line in text.split("\n") for part in wrapped(line, columns))


def wrapped(line: str, columns: int) -> Iterator[str]:
    """Yield a line in pieces of at most ``columns`` cells, broken at blanks where it can be; the rest is indented.

    Colour takes no cells. A word that is wider is cut.
    """
    if _visible(line) <= columns:
        yield line
        return
    indent = " " * min(len(line) - len(line.lstrip(" ")) + 2, columns // 2)
    piece = ""
    waiting = deque(_words(line, columns))
    while waiting:
        word = waiting.popleft()
        room = columns - _visible(piece)
        if _visible(word) <= room:
            piece += word
        elif piece.strip():
            yield piece.rstrip()
            piece = indent
            waiting.appendleft(word.lstrip(" "))
        else:
            head = _fitting(word, room)
            yield piece + head
            piece = indent
            waiting.appendleft(word[len(head) :])
    yield piece.rstrip()


def _words(line: str, columns: int) -> Iterator[str]:
    """Yield the pieces between which a line may end: a short one, as a name is, stays whole."""
    for chunk in _CHUNKS.findall(line):
        yield from [chunk] if _visible(chunk.strip(" ")) <= columns // 3 else _word().findall(chunk)


@cache
def _word() -> re.Pattern[str]:
    # Of all patterns the slowest to compile, 3 ms, and only needed where a line is too long.
    return re.compile(rf"\s*(?:[{_WIDE}]{_CLOSING}|[^\s{_WIDE}]+{_CLOSING})")


def _visible(text: str) -> int:
    return width(_ESCAPES.sub("", text))


def _fitting(word: str, cells: int) -> str:
    """Return the longest beginning of a word that fits, at least one character."""
    taken, size = 0, 0
    for character in word:
        size += width(character)
        if size > cells and taken:
            break
        taken += 1
    return word[:taken]


def cut(text: str, cells: int) -> str:
    """Return a text of at most so many cells, with three dots where its end is left out."""
    return text if width(text) <= cells else f"{_fitting(text, cells - 3)}..."


# Field values in words. An image is its name, sizes and digest, never its bytes.

_SHORT_DIGEST: Final = 12


def in_words(value: Value) -> str:
    """Return a value as a person reads it."""
    match value:
        case None:
            return say("(none)")
        case dict():
            return _image_in_words(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return f'"{escape_line(value)}"'


def _image_in_words(image: ImageDocument) -> str:
    size = image["bytes"] / 1024
    rounded = f"{size:.1f} KB" if size < 1024 else f"{size / 1024:.1f} MB"  # noqa: PLR2004  # as above
    file, digest = escape_line(image["file"]), image["sha256"][:_SHORT_DIGEST]
    return f"{file} ({image['width']}x{image['height']} {image['format']}, {rounded}, sha256 {digest})"


def value_document(value: FieldValue) -> Value:
    """Return a field's value as documents hold it."""
    return image_document(value) if isinstance(value, Image) else value


def image_document(image: Image) -> ImageDocument:
    """Return an image of the evidence as documents hold it: its digest and sizes, never its bytes."""
    return {
        "file": image.file,
        "sha256": image.sha256,
        "bytes": image.bytes,
        "width": image.width,
        "height": image.height,
        "format": image.format,
    }
