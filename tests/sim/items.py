"""The doubts of a record: what was perhaps submitted, in the form that the invariants compare."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.model.signature import LiveSignature, SignFields, Subject
from reconciler.model.state import Entry, State


class Item(NamedTuple):
    """One open doubt of an entry; a run and an epoch are its identity. ``subject`` is an id, or the key of a create."""

    subject: Subject
    epoch: int
    run: str
    fields: SignFields
    live: bool
    before: LiveSignature


def items_of(entry: Entry, subject: Subject) -> tuple[Item, ...]:
    """Return an entry's doubts, the oldest first."""
    return tuple(
        Item(subject, intent.epoch, intent.run, intent.fields, intent.is_live, intent.before)
        for intent in entry.perhaps
    )


def all_items(state: State) -> tuple[Item, ...]:
    """Return every doubt of a record."""
    return tuple(item for subject, entry in state.entries.items() for item in items_of(entry, subject))


def epoch_of(entry: Entry) -> int:
    """Return an entry's epoch."""
    return entry.epoch
