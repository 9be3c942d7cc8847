"""The line of each signature in the document, made and checked once and then remembered.

An apply stores the whole record before and after every change, and all but one of its lines stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from reconciler.model.state import Entry
from reconciler.state.reading import entry_of
from reconciler.state.writing import entry_object


class Lines:
    """Remembers the lines of the entries that it saw last. An entry never changes, so neither does its line."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Entry, str]] = {}

    def of(self, entries: Mapping[int, Entry]) -> list[str]:
        """Return the lines in the order of the ids. Raises Malformed for an entry that could not be read again."""
        nothing = Entry()
        told = ((sign_id, entry) for sign_id, entry in entries.items() if entry != nothing)
        self._known = {sign_id: self._line(sign_id, entry) for sign_id, entry in sorted(told, key=_sign_id)}
        return [line for _, line in self._known.values()]

    def _line(self, sign_id: int, entry: Entry) -> tuple[Entry, str]:
        known = self._known.get(sign_id)
        if known is not None and known[0] is entry:
            return known
        value = entry_object(sign_id, entry)
        entry_of(value, f"the entry of {sign_id}")
        return entry, line_of(value)


def _sign_id(item: tuple[int, Entry]) -> int:
    return item[0]


def line_of(value: object) -> str:
    """Return a value as JSON on one line."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # The record is shown by `git log -p`: what would steer a terminal is escaped, as are halves of surrogate pairs.
    return text if text.isprintable() else json.dumps(value, allow_nan=False)
