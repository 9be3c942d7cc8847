"""The mappings and lists of a file while it is read, and where every key and value is."""

# Positions are kept apart from the data, so that the data stays plain Python: per mapping four integers an entry in one
# flat array, in the order of the entries. An object or a call for each node would cost more time and memory than all
# the rest of the reading.

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.text import quoted
from reconciler.yaml12.problems import DUPLICATE_KEY, Place, Problem

_PER_ENTRY: Final = 4

# Takes the place of an unsupported key, so that the value that follows is dropped with it.
DROPPED: Final = object()


class Positions:
    """Positions of the keys and values of every mapping of one file. The mappings are distinguished by identity."""

    def __init__(self) -> None:
        self._entries: dict[int, array[int]] = {}
        self._broken: set[tuple[int, str]] = set()
        self._partial: set[int] = set()
        self._indexes: dict[int, dict[str, int]] = {}

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
        """Remember that the value of a key was refused while reading, so that nothing else is said about it."""
        self._broken.add((id(mapping), key))

    def is_broken(self, mapping: Mapping[str, Any], key: str) -> bool:
        """Return whether the value of a key was refused while reading."""
        return (id(mapping), key) in self._broken

    def set_partial(self, mapping: Mapping[str, Any]) -> None:
        """Remember that a mapping has more entries in the file than were read, so that none is reported missing."""
        self._partial.add(id(mapping))

    def is_partial(self, mapping: Mapping[str, Any]) -> bool:
        """Return whether a mapping has more entries in the file than were read."""
        return id(mapping) in self._partial

    def _index(self, mapping: Mapping[str, Any], key: str) -> int:
        # Looked up only where a message needs it, so the index is made then.
        indexes = self._indexes.get(id(mapping))
        if indexes is None:
            indexes = {entry: index for index, entry in enumerate(mapping)}
            self._indexes[id(mapping)] = indexes
        return indexes[key]

    def _place(self, mapping: Mapping[str, Any], key: str, offset: int) -> Place:
        start = self._index(mapping, key) * _PER_ENTRY + offset
        places = self._entries[id(mapping)]
        return places[start] + 1, places[start + 1] + 1


class OpenNode:
    """An open mapping (``keyed``: keys and values in turn), an open list, or the document around its one node.

    What it collects is flat, one item after the other, and becomes a mapping only when it is closed. ``places`` holds
    line and column of each item, both from 0. ``broken``: refused already. ``as_key``: it is in the place of a key.
    ``partial``: the file has more entries than are read. ``unsupported``: which entries' values were refused, counted
    from 0.
    """

    __slots__ = ("as_key", "broken", "items", "keyed", "partial", "places", "unsupported")

    def __init__(self, *, keyed: bool, broken: bool = False, as_key: bool = False) -> None:
        self.keyed, self.broken, self.as_key, self.partial = keyed, broken, as_key, False
        self.items: list[Any] = []
        self.places: list[int] = []
        self.unsupported: list[int] = []

    @property
    def wants_key(self) -> bool:
        """Return whether what comes next is a key."""
        return self.keyed and not len(self.items) & 1

    @property
    def discards(self) -> bool:
        """Return whether what comes next is the value of an unsupported key."""
        return self.keyed and len(self.items) & 1 == 1 and self.items[-1] is DROPPED

    def drop_key(self) -> None:
        """Drop a key together with the value that follows."""
        self.items.append(DROPPED)

    def add(self, item: Any, *, broken: bool) -> None:
        """Take a value, whose place was taken before it."""
        if broken:
            self.unsupported.append(len(self.items) // 2)
        self.items.append(item)

    def close(self, positions: Positions) -> Any:
        """Return what was collected, and keep the positions of a mapping's entries."""
        if not self.keyed:
            return self.items
        items, places = self.items, self.places
        data = dict(zip(items[::2], items[1::2], strict=True))
        if len(data) * 2 != len(items) or DROPPED in data:
            data, places = self._first_of_equal_keys()
        positions.record(data, places)
        if self.partial:
            positions.set_partial(data)
        if self.unsupported:
            self._mark_broken(data, positions)
        return data

    def _mark_broken(self, data: dict[str, Any], positions: Positions) -> None:
        keys = self.items[::2]
        kept = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))
        for entry in self.unsupported:
            if keys[entry] is not DROPPED and kept[keys[entry]] == entry:
                positions.set_broken(data, keys[entry])

    def _first_of_equal_keys(self) -> tuple[dict[str, Any], list[int]]:
        """Return the first of equal keys and nothing that was refused, with the places."""
        data: dict[str, Any] = {}
        places: list[int] = []
        for entry, (key, value) in enumerate(zip(self.items[::2], self.items[1::2], strict=True)):
            if key is not DROPPED and key not in data:
                data[key] = value
                places += self.places[entry * _PER_ENTRY : (entry + 1) * _PER_ENTRY]
        return data, places

    def duplicates(self) -> Iterator[Problem]:
        """Yield a problem for each duplicate key; also of a mapping that was not read to its end."""
        keys = self.items[::2] if self.keyed else []
        if len(set(keys)) == len(keys):
            return
        first: dict[str, int] = {}
        for entry, key in enumerate(keys):
            if key is not DROPPED and first.setdefault(key, entry) != entry:
                line, column = self._place(first[key])
                yield Problem(*self._place(entry), DUPLICATE_KEY.given(key=quoted(key), line=line, column=column))

    def _place(self, entry: int) -> Place:
        line, column = self.places[entry * _PER_ENTRY : entry * _PER_ENTRY + 2]
        return line + 1, column + 1
