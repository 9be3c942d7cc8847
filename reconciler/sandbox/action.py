"""What an action is: its name, its parameters, its limit and what it does."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.account import Account
from reconciler.sandbox.model import ApiError
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.parameters import Params, Schema
from reconciler.sandbox.signing import KeyRing


@dataclass(frozen=True, slots=True)
class ActionContext:
    """What an action may use. ``now`` is unix seconds by the sandbox's clock."""

    account: Account
    facts: UnconfirmedBehaviour
    keys: KeyRing
    now: float
    region: str


@dataclass(frozen=True, slots=True)
class Action:
    """One action; ``rate`` in requests a second, None where the vendor states none.

    ``regional`` actions need ``X-TC-Region``; ``signed`` ones a signature.
    """

    name: str
    service: str
    version: str
    schema: Schema
    run: Callable[[ActionContext, Params], dict[str, Any]]
    rate: float | None = None
    regional: bool = False
    signed: bool = True


# Requests a second, per action, region and key, counted as they arrive.
#
# Source: "API frequency limit" page of product 1278. Whether the vendor's window slides is not documented.


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
