"""Where every key and value of a file stands, kept apart from the data so that the data stays plain Python.

Per mapping four integers an entry in one flat array, in the order of the entries: an object per node would cost more
time and memory than all the rest of the reading.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.diagnostics import Location
from reconciler.text import quoted
from reconciler.yaml12.problems import Problem

Place = tuple[int, int]
"""Line and column, both from 1."""


_NUMBERS_PER_ENTRY = 4


class Positions:
    """Places of the keys and values of every mapping of one file. The mappings are told apart by identity."""

    def __init__(self) -> None:
        self._entries: dict[int, array[int]] = {}
        self._broken: set[tuple[int, str]] = set()
        self._partial: set[int] = set()
        self._positions: dict[int, dict[str, int]] = {}

    def record(self, mapping: Mapping[str, Any], places: list[int]) -> None:
        """Keep line and column, from 0, of key and value of each entry of ``mapping``: four integers an entry."""
        if places:
            self._entries[id(mapping)] = array("I", places)

    def key(self, mapping: Mapping[str, Any], key: str) -> Place:
        """Return the place of a key."""
        return self._place(mapping, key, 0)

    def value(self, mapping: Mapping[str, Any], key: str) -> Place:
        """Return the place of the value of a key."""
        return self._place(mapping, key, 2)

    def keys(self, mapping: Mapping[str, Any]) -> Iterator[Place]:
        """Return the places of all keys in their order."""
        places = self._entries[id(mapping)]
        for line, column in zip(places[0::_NUMBERS_PER_ENTRY], places[1::_NUMBERS_PER_ENTRY], strict=True):
            yield line + 1, column + 1

    def set_broken(self, mapping: Mapping[str, Any], key: str) -> None:
        """Remember that the value of a key was refused while reading, so that nothing else is said of it."""
        self._broken.add((id(mapping), key))

    def is_broken(self, mapping: Mapping[str, Any], key: str) -> bool:
        """Whether the value of a key was refused while reading."""
        return (id(mapping), key) in self._broken

    def set_partial(self, mapping: Mapping[str, Any]) -> None:
        """Remember that a mapping was to have more entries than were read, so that none is told to be missing."""
        self._partial.add(id(mapping))

    def is_partial(self, mapping: Mapping[str, Any]) -> bool:
        """Whether a mapping was to have more entries than were read."""
        return id(mapping) in self._partial

    def _position(self, mapping: Mapping[str, Any], key: str) -> int:
        # Looked up only where a message needs it, so the index is made then.
        positions = self._positions.get(id(mapping))
        if positions is None:
            positions = {entry: position for position, entry in enumerate(mapping)}
            self._positions[id(mapping)] = positions
        return positions[key]

    def _place(self, mapping: Mapping[str, Any], key: str, offset: int) -> Place:
        start = self._position(mapping, key) * _NUMBERS_PER_ENTRY + offset
        places = self._entries[id(mapping)]
        return places[start] + 1, places[start + 1] + 1


class FieldPlaces(Mapping[str, Location]):
    """The place of each field that a signature writes out, looked up only where a message needs it."""

    __slots__ = ("_fields", "_file", "_marks")

    def __init__(self, file: str, marks: Positions, fields: Mapping[str, Any]) -> None:
        self._file, self._marks, self._fields = file, marks, fields

    def __getitem__(self, field: str) -> Location:
        if field not in self._fields:
            raise KeyError(field)
        return Location(self._file, *self._marks.value(self._fields, field))

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


# Open mappings and sequences while a file is read.
#
# What a frame collects stands flat, one item after the other, and becomes a mapping only when it is closed. An object
# or
# a call for each entry would cost more than all the rest of the reading.


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

    def close(self, marks: Positions) -> Any:
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

    def _mark_refused(self, data: dict[str, Any], marks: Positions) -> None:
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
    message = f"the key {quoted(text)} stands twice in the same mapping, first at {where}"
    return Problem(*here, "yaml-duplicate-key", message, "keep one of the two")
