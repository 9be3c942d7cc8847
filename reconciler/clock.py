"""Time as a value that tests can hand in."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Wall time in unix seconds, monotonic seconds, and a way to wait."""

    def now(self) -> float:
        """Return unix seconds."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""

    def wait(self, seconds: float) -> None:
        """Wait, at most ``seconds``."""


class SystemClock:
    """The machine's clock. ``stop`` set by another hand ends a wait early."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()

    def now(self) -> float:
        """Return unix seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Wait, at most ``seconds``; less once ``stop`` is set."""
        if seconds > 0:
            self._stop.wait(seconds)
