"""Time as a value that tests can hand in."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final, Protocol


class Clock(Protocol):
    """Three clocks, and a way to wait. Only their differences mean anything, except for ``now``."""

    def now(self) -> float:
        """Return unix seconds. Somebody may set this clock forwards or back."""

    def monotonic(self) -> float:
        """Return seconds that never go back, and may stand still while the machine is suspended."""

    def boottime(self) -> float:
        """Return seconds that never go back, and go on while the machine is suspended."""

    def wait(self, seconds: float) -> None:
        """Wait, at most ``seconds``; less where somebody asked to stop."""


class Stop(Protocol):
    """What ends a wait early."""

    def wait(self, seconds: float) -> object:
        """Wait, at most ``seconds``."""


class _LargerOfTwo:
    """Seconds by whichever moved on more since the last look: the monotonic clock or wall time.

    For systems without a clock that counts time in suspend: there, only wall time is set right on waking.
    """

    def __init__(self) -> None:
        self._seconds = 0.0
        self._looked = time.monotonic(), time.time()

    def __call__(self) -> float:
        looked = time.monotonic(), time.time()
        self._seconds += max(now - before for now, before in zip(looked, self._looked, strict=True))
        self._looked = looked
        return self._seconds


def _sleep_proof() -> Callable[[], float]:
    """Return a clock that goes on in suspend: Linux and macOS each have one, under different names."""
    number = getattr(time, "CLOCK_MONOTONIC_RAW" if sys.platform == "darwin" else "CLOCK_BOOTTIME", None)
    return _LargerOfTwo() if number is None else lambda: time.clock_gettime(number)


_BOOTTIME: Final = _sleep_proof()


class SystemClock:
    """The machine's clock. ``stop`` ends waits early; without it a wait takes its whole time."""

    def __init__(self, stop: Stop | None = None) -> None:
        self._wait = stop.wait if stop is not None else time.sleep

    def now(self) -> float:
        """Return unix seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()

    def boottime(self) -> float:
        """Return seconds that go on while the machine is suspended."""
        return _BOOTTIME()

    def wait(self, seconds: float) -> None:
        """Wait, at most ``seconds``; less once ``stop`` is set."""
        if seconds > 0:
            self._wait(seconds)
