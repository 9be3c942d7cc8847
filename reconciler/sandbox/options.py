"""Everything that one sandbox can be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from reconciler.sandbox.data import AccountData
from reconciler.sandbox.facts import Facts
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.keys import DEFAULT_KEY, Key


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one sandbox; the defaults are those of ``sandbox serve``.

    ``seed`` is the account where ``save`` holds none yet. ``clock_offset_s`` is added to the sandbox's clock,
    ``latency_s`` to every answer, both in seconds. ``port`` 0 picks a free one.
    """

    seed: AccountData = field(default_factory=AccountData)
    host: str = "127.0.0.1"
    port: int = 0
    keys: tuple[Key, ...] = (DEFAULT_KEY,)
    log: Path | None = None
    save: Path | None = None
    limits: bool = True
    facts: Facts = field(default_factory=Facts)
    faults: tuple[Fault, ...] = ()
    clock_offset_s: float = 0.0
    latency_s: float = 0.0
