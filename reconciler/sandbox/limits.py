"""Requests a second, per action, region and key, counted as they arrive.

Source: "API frequency limit" page of product 1278. Whether the vendor's window slides is not documented.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque

from reconciler.sandbox.api_error import ApiError

_WINDOW_S = 1.0


class RateLimits:
    """Admits or refuses; a refused request does not count against the next one."""

    def __init__(self, window: str) -> None:
        self._fixed = window == "fixed"
        self._lock = threading.Lock()
        self._admitted: defaultdict[tuple[str, str, str], deque[float]] = defaultdict(deque)

    def admit(self, who: tuple[str, str, str], rate: float, arrived: float) -> None:
        """Count one request of (action, region, key); raise ``RequestLimitExceeded`` past ``rate`` a second."""
        with self._lock:
            recent = self._admitted[who]
            while recent and self._is_past(recent[0], arrived):
                recent.popleft()
            if len(recent) >= rate:
                raise ApiError("RequestLimitExceeded", f"{who[0]} is limited to {rate:g} requests a second.")
            recent.append(arrived)

    def _is_past(self, earlier: float, now: float) -> bool:
        if self._fixed:
            return int(earlier) < int(now)
        return now - earlier >= _WINDOW_S
