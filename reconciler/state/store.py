"""What a store of the record offers, whatever it keeps the record in."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from reconciler.model.state import State


class Snapshot(NamedTuple):
    """The record as read at one moment. ``version`` is the store's own token for it, empty where none exists yet."""

    state: State
    version: str


class StateReader(Protocol):
    """All that a plan is given: it can look, and it cannot store."""

    @property
    def where(self) -> str:
        """The place of the record in words for people."""

    def load(self) -> Snapshot:
        """Read the record; an empty state where none exists. Raises StateError where it cannot be read."""


class Store(StateReader, Protocol):
    """A place that keeps the record, with compare-and-swap as its only way of writing."""

    @property
    def costly(self) -> bool:
        """Whether a save is slow enough that an outcome should travel with the next intent."""

    def save(self, base: Snapshot, state: State, note: str) -> Snapshot:
        """Store ``state``, which was made from ``base``, durably before returning.

        What others stored since ``base`` about other signatures is kept. Raises StateConflict, with nothing stored,
        where they changed the same signature or the holder. ``note`` says in words what changed, for the audit trail.
        """
