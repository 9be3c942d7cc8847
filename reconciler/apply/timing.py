"""The durations of the protocol, and the clock that a sender may trust."""

from __future__ import annotations

from typing import Final, NamedTuple

from reconciler.clock import Clock
from reconciler.tencent.connection import RequestLimits

_START_BRANCH_S: Final = 8.0
_START_FILE_S: Final = 5.0
_LEAST_START_S: Final = 2.0
_RATE_MARGIN_S: Final = 1.0


class Timing(NamedTuple):
    """Seconds: from before the intent is stored to the first byte, of the call itself, after its reset, and of lag."""

    start: float
    call: float
    late: float
    lag: float

    @property
    def window(self) -> float:
        """Seconds after its intent was first seen for which a call may act. The last second covers clock rates."""
        return self.start + self.call + self.late + _RATE_MARGIN_S

    @classmethod
    def of(cls, limits: RequestLimits, *, costly: bool) -> Timing:
        """Return the durations for a store whose writes are quick or costly."""
        # Where calls are expected to be quick, so is what comes before them; one that is not is intended anew.
        start = min(_START_BRANCH_S if costly else _START_FILE_S, max(_LEAST_START_S, limits.request_timeout))
        return cls(start, limits.request_timeout, limits.request_timeout, limits.describe_lag)


class Stopwatch:
    """Measures for a sender: whichever clock shows most, so that no sleep of the machine goes unnoticed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._boottime, self._wall = clock.boottime(), clock.now()

    def passed(self) -> float:
        """Return the seconds since this was made."""
        return max(self._clock.boottime() - self._boottime, self._clock.now() - self._wall)


def may_start(stopwatch: Stopwatch, timing: Timing) -> bool:
    """Tell whether a call may begin now: later, others may have waited it out before it ended."""
    return stopwatch.passed() <= timing.start


def is_in_window(stopwatch: Stopwatch, timing: Timing) -> bool:
    """Tell whether nobody can have waited this run's call out yet."""
    return stopwatch.passed() <= timing.window
