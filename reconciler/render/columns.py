"""Columns that stay aligned where characters are two cells wide, as Chinese ones are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def width(text: str) -> int:
    """Return the number of terminal cells that a text takes."""
    return len(text) if text.isascii() else _cells(text)


def _cells(text: str) -> int:
    from rich.cells import cell_len  # noqa: PLC0415  # only where there is other text than ASCII

    return cell_len(text)


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
