"""Open mappings and sequences while a file is read."""

from __future__ import annotations

from typing import Any

from reconciler.definitions.marks import Marks
from reconciler.definitions.problem import Problem
from reconciler.definitions.wording import shown


class _Frame:
    """What all kinds of frames share. ``broken``: refused already. ``as_key``: stands where a key belongs."""

    __slots__ = ("as_key", "broken", "column", "data", "line")

    def __init__(self, line: int, column: int, data: Any, *, broken: bool = False, as_key: bool = False) -> None:
        self.line, self.column, self.data = line, column, data
        self.broken, self.as_key = broken, as_key

    def finish(self, marks: Marks) -> None:
        """Keep the marks of what was collected."""


class RootFrame(_Frame):
    """Holds the document's one node."""

    __slots__ = ("empty",)

    def __init__(self) -> None:
        super().__init__(1, 1, None)
        self.empty = True

    @property
    def place(self) -> tuple[int, int]:
        """Where the document's node stands."""
        return self.line, self.column

    def add(self, value: Any, line: int, column: int, *, broken: bool) -> None:
        """Take the document's node."""
        self.data, self.line, self.column, self.broken = value, line, column, broken
        self.empty = False


class SequenceFrame(_Frame):
    """Collects the items of a sequence. Nothing in a definition is one, so their places are not kept."""

    __slots__ = ()

    def __init__(self, line: int, column: int, *, broken: bool, as_key: bool) -> None:
        super().__init__(line, column, [], broken=broken, as_key=as_key)

    def add(self, value: Any, line: int, column: int, *, broken: bool) -> None:  # noqa: ARG002  # places are not kept
        """Take the next item."""
        self.data.append(value)


class MappingFrame(_Frame):
    """Collects the entries of a mapping. The first of two equal keys is kept, the second reported.

    ``wants_key``: a key comes next. ``discards``: the value that comes next belongs to a key that was refused.
    """

    __slots__ = ("_broken_keys", "_key", "_merges", "_places", "_seen", "discards", "wants_key")

    def __init__(self, line: int, column: int, *, broken: bool, as_key: bool) -> None:
        # Not by the base class: there are as many of these as signatures.
        self.line, self.column, self.data, self.broken, self.as_key = line, column, {}, broken, as_key
        self.wants_key, self.discards = True, False
        self._key = ""
        self._places: list[int] = []
        self._seen: dict[str, int] = {}
        self._broken_keys: list[str] = []
        self._merges = False

    def set_key(self, text: str, line: int, column: int, *, merge: bool) -> Problem | None:
        """Take a key, or refuse it and let go of the value that follows."""
        self.wants_key = False
        if merge:
            self._merges = self.discards = True
            return _merge_key(line, column)
        here = len(self._places)
        first = self._seen.setdefault(text, here)
        if first != here:
            self.discards = True
            return _duplicate_key(text, line, column, (self._places[first], self._places[first + 1]))
        self._key = text
        self._places += (line, column)
        return None

    def drop_key(self) -> None:
        """Let go of the value that follows."""
        self.wants_key, self.discards = False, True

    def add(self, value: Any, line: int, column: int, *, broken: bool) -> None:
        """Take the value of the key before."""
        self.wants_key = True
        if self.discards:
            self.discards = False
            return
        self.data[self._key] = value
        self._places += (line, column)
        if broken:
            self._broken_keys.append(self._key)

    def finish(self, marks: Marks) -> None:
        """Keep the places of the entries."""
        marks.record(self.data, self._places)
        if self._merges:
            marks.set_partial(self.data)
        for key in self._broken_keys:
            marks.set_broken(self.data, key)


def _duplicate_key(text: str, line: int, column: int, first: tuple[int, int]) -> Problem:
    where = f"line {first[0]}, column {first[1]}"
    message = f"the key {shown(text)} stands twice in the same mapping, first at {where}"
    return Problem(line, column, "yaml-duplicate-key", message, "keep one of the two")


def _merge_key(line: int, column: int) -> Problem:
    message = "the merge key `<<` is not part of YAML 1.2 and is not read"
    return Problem(line, column, "yaml-merge-key", message, "write the fields out")
