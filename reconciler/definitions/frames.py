"""Open mappings and sequences while a file is read.

What a frame collects stands flat, one item after the other, and becomes a mapping only when it is closed. An object or
a call for each entry would cost more than all the rest of the reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reconciler.definitions.marks import Marks
from reconciler.definitions.problem import Problem
from reconciler.definitions.wording import shown

DROPPED: Final = object()
"""Stands where a refused key stood, so that the value that follows is let go of with it."""

_PER_ENTRY: Final = 4


class Frame:
    """An open mapping (``keyed``: keys and values in turn), an open sequence, or the document around its one node.

    ``places`` holds line and column of each item, both from 0. ``broken``: refused already. ``as_key``: stands where a
    key belongs. ``partial``: was to have more entries than are read. ``refused``: which entries' values were refused,
    counted from 0.
    """

    __slots__ = ("as_key", "broken", "items", "keyed", "partial", "places", "refused")

    def __init__(self, *, keyed: bool, broken: bool = False, as_key: bool = False) -> None:
        self.keyed, self.broken, self.as_key, self.partial = keyed, broken, as_key, False
        self.items: list[Any] = []
        self.places: list[int] = []
        self.refused: list[int] = []

    @property
    def wants_key(self) -> bool:
        """Whether what comes next is a key."""
        return self.keyed and not len(self.items) & 1

    @property
    def discards(self) -> bool:
        """Whether what comes next is the value of a key that was refused."""
        return self.keyed and len(self.items) & 1 == 1 and self.items[-1] is DROPPED

    def drop_key(self) -> None:
        """Let go of the value that follows."""
        self.items.append(DROPPED)

    def add(self, item: Any, *, broken: bool) -> None:
        """Take a value, whose place was taken before it."""
        if broken:
            self.refused.append(len(self.items) // 2)
        self.items.append(item)

    def close(self, marks: Marks) -> Any:
        """Return what was collected, and keep the places of a mapping's entries."""
        if not self.keyed:
            return self.items
        items, places = self.items, self.places
        data = dict(zip(items[::2], items[1::2], strict=True))
        if len(data) * 2 != len(items) or DROPPED in data:
            data, places = self._sifted()
        marks.record(data, places)
        if self.partial:
            marks.set_partial(data)
        if self.refused:
            self._mark_refused(data, marks)
        return data

    def _mark_refused(self, data: dict[str, Any], marks: Marks) -> None:
        keys = self.items[::2]
        kept = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
        for at in self.refused:
            if keys[at] is not DROPPED and kept[keys[at]] == at:
                marks.set_broken(data, keys[at])

    def _sifted(self) -> tuple[dict[str, Any], list[int]]:
        """Return the first of equal keys and nothing that was refused, with the places."""
        data: dict[str, Any] = {}
        places: list[int] = []
        for at, (key, value) in enumerate(zip(self.items[::2], self.items[1::2], strict=True)):
            if key is not DROPPED and key not in data:
                data[key] = value
                places += self.places[at * _PER_ENTRY : (at + 1) * _PER_ENTRY]
        return data, places

    def duplicates(self) -> Iterator[Problem]:
        """Yield a problem for each key that stood before; also of a mapping that was not read to its end."""
        keys = self.items[::2] if self.keyed else []
        if len(set(keys)) == len(keys):
            return
        first: dict[str, int] = {}
        for at, key in enumerate(keys):
            if key is not DROPPED and first.setdefault(key, at) != at:
                yield _duplicate_key(key, self._place(at), self._place(first[key]))

    def _place(self, entry: int) -> tuple[int, int]:
        line, column = self.places[entry * _PER_ENTRY : entry * _PER_ENTRY + 2]
        return line + 1, column + 1


def _duplicate_key(text: str, here: tuple[int, int], first: tuple[int, int]) -> Problem:
    where = f"line {first[0]}, column {first[1]}"
    message = f"the key {shown(text)} stands twice in the same mapping, first at {where}"
    return Problem(*here, "yaml-duplicate-key", message, "keep one of the two")
