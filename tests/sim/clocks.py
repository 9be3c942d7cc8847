"""Machines and their clocks: wrong by minutes, asleep with some clocks standing still, or paused with all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

BASE: Final = 1_700_000_000.0
"""Unix seconds of the vendor at virtual time 0."""

STANDING: Final = {
    "stop": frozenset[str](),
    "lid": frozenset({"monotonic"}),
    "vm": frozenset({"monotonic", "boottime", "wall"}),
}
"""Which clocks stand still while a machine sleeps: none for a stopped process, all for a paused virtual machine."""


@dataclass(frozen=True)
class Sleep:
    """A machine asleep from ``begin`` to ``end`` in virtual seconds."""

    begin: float
    end: float
    kind: str


@dataclass
class Machine:
    """One machine. ``offset`` is how many seconds its wall clock is ahead of the vendor's."""

    name: str
    offset: float = 0.0
    sleeps: list[Sleep] = field(default_factory=list)

    def suspend(self, begin: float, seconds: float, kind: str) -> None:
        """Let the machine sleep from now on; a sleep within a sleep ends with the later of the two."""
        begin = max([begin, *(sleep.end for sleep in self.sleeps)])
        self.sleeps.append(Sleep(begin, begin + seconds, kind))

    def awake(self, at: float) -> float:
        """Return the first moment from ``at`` on at which something can run."""
        for sleep in self.sleeps:
            if sleep.begin <= at < sleep.end:
                at = sleep.end
        return at

    def read(self, clock: str, at: float) -> float:
        """Return a clock's seconds at a virtual time."""
        stood = sum(
            min(at, sleep.end) - sleep.begin
            for sleep in self.sleeps
            if sleep.begin < at and clock in STANDING[sleep.kind]
        )
        origin = {"wall": BASE + self.offset, "monotonic": 1000.0, "boottime": 2000.0}[clock]
        return origin + at - stood
