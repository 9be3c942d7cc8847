"""Where fixtures, environments and servers of one run of the benchmarks are made, each once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.definitions import ACCOUNT_FILE, write_definitions
from benchmarks.environments import Environments
from benchmarks.paired import Pairs, in_turn
from benchmarks.servers import sandbox
from benchmarks.subject import Subject
from benchmarks.zone import write_zone

_QUICK_DIVISOR = 10


class Workshop:
    """``rounds`` are how often each pair runs; ``quick`` makes everything a tenth as large, and no goal is judged."""

    def __init__(self, folder: Path, environments: Path, *, rounds: int, quick: bool) -> None:
        self._folder = folder
        self.environments = Environments(environments)
        self.rounds = rounds
        self.quick = quick

    def size(self, count: int) -> int:
        """Return how many there are to be where the goal speaks of ``count``."""
        return max(10, count // _QUICK_DIVISOR) if self.quick else count

    def folder(self, name: str) -> Path:
        """Return a new, empty folder."""
        place = self._folder / name
        if place.exists():
            shutil.rmtree(place)
        place.mkdir(parents=True)
        return place

    def definitions(self, count: int, *, files: int = 1) -> Path:
        """Return a folder with that many signatures and their account."""
        place = self._folder / f"signatures-{count}-in-{files}"
        return place if place.exists() else write_definitions(place, count, files=files)

    def zone(self, count: int) -> Path:
        """Return a folder with that many DNS records."""
        place = self._folder / f"zone-{count}"
        return place if place.exists() else write_zone(place, count)

    @contextmanager
    def serving(self, folder: Path) -> Iterator[str]:
        """Serve the account of a folder without the vendor's limits and yield the URL."""
        with sandbox(folder / ACCOUNT_FILE, "--no-limits") as url:
            yield url

    def pairs(self, ours: Subject, other: Subject, *, rounds: int | None = None, warm: bool = True) -> Pairs:
        """Run both in turn."""
        return in_turn(ours, other, rounds or self.rounds, warm=warm)
