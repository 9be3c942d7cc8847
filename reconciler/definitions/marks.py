"""Where every key and value of a file stands, kept apart from the data so that the data stays plain Python.

Per mapping four integers an entry in one flat array, in the order of the entries: an object per node would cost more
time and memory than all the rest of the reading.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.source import Location

Place = tuple[int, int]
"""Line and column, both from 1."""

_PER_ENTRY = 4


class Marks:
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
        for line, column in zip(places[0::_PER_ENTRY], places[1::_PER_ENTRY], strict=True):
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
        start = self._position(mapping, key) * _PER_ENTRY + offset
        places = self._entries[id(mapping)]
        return places[start] + 1, places[start + 1] + 1


class FieldPlaces(Mapping[str, Location]):
    """The place of each field that a signature writes out, looked up only where a message needs it."""

    __slots__ = ("_fields", "_file", "_marks")

    def __init__(self, file: str, marks: Marks, fields: Mapping[str, Any]) -> None:
        self._file, self._marks, self._fields = file, marks, fields

    def __getitem__(self, field: str) -> Location:
        if field not in self._fields:
            raise KeyError(field)
        return Location(self._file, *self._marks.value(self._fields, field))

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)
