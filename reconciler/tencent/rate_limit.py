"""How fast calls may start, and when a read is tried again."""

# The vendor counts per API, region and sub-account, at arrival on its side. Limits: ``ModifySmsSign`` 1 a second,
# ``DescribeSmsSignList`` 20 a second ("API frequency limit" page, product 1278).

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, TypeVar

from reconciler.clock import Clock
from reconciler.contract.error_codes import Treatment, look_up
from reconciler.errors import VendorError

MODIFY_INTERVAL_S: Final = 1.05

# The vendor's bare second from an answer to the next start: an answer proves that the call before it has arrived.
_AFTER_RESPONSE: Final = 1.00 / 1.05

# A little over the vendor's second, since calls do not travel equally long.
_WINDOW_S: Final = 1.05

_SLOWER: Final = 1.5
_SLOWEST_S: Final = 10.0

# Back-off between the attempts of a read.
_BACK_OFF_S: Final = (0.5, 1.0, 2.0)
_PASSING: Final = frozenset({Treatment.RETRY, Treatment.SETTLE})

Result = TypeVar("Result")


class ModifyRateLimit:
    """Spaces writes: ``interval`` seconds from start to start, and almost as long from answer to start.

    The second rule holds where a call travels slowly: the vendor counts arrivals, and an answer proves an arrival.
    """

    def __init__(self, clock: Clock, interval: float = MODIFY_INTERVAL_S) -> None:
        self._clock = clock
        self._interval = interval
        self._earliest = 0.0

    def wait(self) -> None:
        """Wait until a write may start."""
        self._clock.wait(self._earliest - self._clock.monotonic())

    def started(self) -> None:
        """Note that a write starts now."""
        self._earliest = self._clock.monotonic() + self._interval

    def answered(self) -> None:
        """Note that a write was answered, or given up, now."""
        self._earliest = max(self._earliest, self._clock.monotonic() + self._interval * _AFTER_RESPONSE)

    def slow_down(self) -> None:
        """Go slower from now on: the vendor said that it was too fast."""
        self._interval = min(max(self._interval, 0.1) * _SLOWER, _SLOWEST_S)
        self._earliest = max(self._earliest, self._clock.monotonic() + self._interval)


class DescribeRateLimit:
    """Lets at most ``rate`` describes a second start, from however many threads; a few of them at once."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self._clock = clock
        self._limit = max(1, int(rate) - 1)
        self._starts: deque[float] = deque(maxlen=self._limit)
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for a free place in the window and take it."""
        with self._lock:
            if len(self._starts) == self._limit:
                self._clock.wait(self._until_free())
                # A person who stops the run ends waits early; the vendor's limit holds all the same.
                time.sleep(max(0.0, self._until_free()))
            self._starts.append(self._clock.monotonic())

    def _until_free(self) -> float:
        return self._starts[0] + _WINDOW_S - self._clock.monotonic()


def retrying(clock: Clock, read: Callable[[], Result]) -> Result:
    """Return what ``read`` returns, with at most three retries after errors that may pass.

    Only for reads: they change nothing, so that also a call of unknown outcome may be made again.
    """
    for pause in _BACK_OFF_S:
        try:
            return read()
        except VendorError as error:
            if look_up(error.code).treatment not in _PASSING:
                raise
            clock.wait(pause)
    return read()
