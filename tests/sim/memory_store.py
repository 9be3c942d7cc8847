"""The file store's semantics in memory: a save is one step, quick, and nothing is left of a killed run."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.state.store import Snapshot, Step, Store
from tests.sim.record import Record
from tests.sim.world import Run


@dataclass
class MemoryFolder:
    """A checkout's own folder. ``version`` grows with each write."""

    record: Record
    version: int = 0


class MemoryStore:
    """The record in a folder, for one run."""

    costly = False
    where = "memory"

    def __init__(self, run: Run, folder: MemoryFolder) -> None:
        self._run = run
        self._folder = folder

    def load(self) -> Snapshot:
        """Read the record."""
        self._run.point("load")
        self._run.travel(0.001, 0.005)
        return self._snapshot()

    def update(self, step: Step, note: str) -> Snapshot:
        """Put ``step`` on top of the record."""
        run, folder = self._run, self._folder
        run.point("save", "; ".join(note.splitlines()))
        run.travel(0.001, 0.02)
        state = step(folder.record.state)
        if state != folder.record.state:
            folder.version += 1
            folder.record.put(run.name, state)
        found = self._snapshot()
        run.travel(0.001, 0.02)
        run.point("save.done")
        return found

    def _snapshot(self) -> Snapshot:
        return Snapshot(self._folder.record.state, str(self._folder.version))


class SimFileStore:
    """The real file store, with a seam before and after each of its steps."""

    costly = False

    def __init__(self, run: Run, store: Store, record: Record) -> None:
        self._run = run
        self._store = store
        self._record = record

    @property
    def where(self) -> str:
        """The path of the file."""
        return self._store.where

    def load(self) -> Snapshot:
        """Read the record."""
        self._run.point("load")
        self._run.travel(0.001, 0.005)
        return self._store.load()

    def update(self, step: Step, note: str) -> Snapshot:
        """Put ``step`` on top of the record."""
        run = self._run
        run.point("save", "; ".join(note.splitlines()))
        run.travel(0.001, 0.02)
        before = self._store.load()
        found = self._store.update(step, note)
        if found.version != before.version:
            self._record.put(run.name, found.state)
        run.travel(0.001, 0.02)
        run.point("save.done")
        return found
