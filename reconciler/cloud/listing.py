"""The whole account, page by page, both ``International`` series side by side.

The vendor gives no total count and documents no order across pages, so a page shorter than asked for ends a series.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from reconciler.clock import Clock
from reconciler.contract.api import DESCRIBE_RATE, PAGE_SIZE
from reconciler.contract.choices import INTERNATIONAL
from reconciler.contract.codes import BAD_ANSWER
from reconciler.errors import VendorError
from reconciler.model.live import Row


class Page(NamedTuple):
    """A page that was asked for: ``rows`` waits for it, and ``leave`` too, whatever comes of it."""

    rows: Callable[[], list[Row]]
    leave: Callable[[], None]


Ask = Callable[[bool, int], Page]
"""Asks for a page of a series by its ``International`` and its offset in rows."""

_MOST_AT_ONCE: Final = 8
_MOST_ROWS: Final = 100_000
"""Of one series; an account holds far fewer. More come only from a server that takes no notice of ``Offset``."""


def listed(ask: Ask, clock: Clock) -> list[Row]:
    """Return all rows of both series. Raises VendorError as a page does, or for a list that does not end."""
    series = [_Series(ask, clock, international) for international in INTERNATIONAL]
    try:
        rows = _rows(series)
    except VendorError:
        _leave(series)
        raise
    _leave(series)
    return rows


def _rows(series: list[_Series]) -> list[Row]:
    rows: list[Row] = []
    for one in series:
        one.ask(len(series))
    while going_on := [one for one in series if one.goes_on]:
        for one in going_on:
            rows += one.take()
            one.ask(len(going_on))
    return rows


def _leave(series: list[_Series]) -> None:
    for one in series:
        one.leave()


class _Series:
    """One series; ``_under_way`` are the pages asked for and not taken yet, with the time when each was asked for."""

    def __init__(self, ask: Ask, clock: Clock, international: bool) -> None:
        self._ask, self._clock, self._international = ask, clock, international
        self._under_way: deque[tuple[float, Page]] = deque()
        self._next = 0
        self._width = 1
        self._quickest = math.inf
        self.goes_on = True

    def ask(self, sharers: int) -> None:
        """Ask for further pages, if there are any, until as many as are worth it are under way in all series."""
        while self.goes_on and len(self._under_way) < max(1, self._width // sharers):
            if self._next >= _MOST_ROWS:
                if self._under_way:
                    return
                raise VendorError("the list of signatures does not end", code=BAD_ANSWER)
            self._under_way.append((self._clock.monotonic(), self._ask(self._international, self._next)))
            self._next += PAGE_SIZE

    def take(self) -> list[Row]:
        """Wait for the next page. Once one is short, nothing behind it is taken."""
        asked_at, page = self._under_way.popleft()
        rows = page.rows()
        self._widen(self._clock.monotonic() - asked_at)
        self.goes_on = len(rows) >= PAGE_SIZE
        return rows

    def _widen(self, seconds: float) -> None:
        """Keep as many pages under way as use up the vendor's rate from this far away, and one while one is read.

        More would be no faster, and pages past the end of a series are asked for in vain.
        """
        self._quickest = min(self._quickest, seconds)
        self._width = min(self._width * 2, 1 + math.ceil(self._quickest * DESCRIBE_RATE), _MOST_AT_ONCE)

    def leave(self) -> None:
        """Wait for what is still under way, once and for nothing, so that no call is without its end in the log."""
        while self._under_way:
            self._under_way.popleft()[1].leave()
