"""The whole account, page by page, both ``International`` series side by side.

The vendor gives no total count and documents no order across pages, so a page shorter than asked for ends a series.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Final

from reconciler.clock import Clock
from reconciler.contract.api import DESCRIBE_RATE, PAGE_SIZE
from reconciler.contract.choices import INTERNATIONAL
from reconciler.contract.codes import BAD_ANSWER
from reconciler.errors import VendorError
from reconciler.model.live import Row

Read = Callable[[bool, int], list[Row]]
"""Returns one page of a series by its ``International`` and its offset in rows."""

_MOST_AT_ONCE: Final = 8
_MOST_ROWS: Final = 100_000
"""Of one series; an account holds far fewer. More come only from a server that takes no notice of ``Offset``."""


def listed(read: Read, clock: Clock) -> list[Row]:
    """Return all rows of both series. Raises VendorError as ``read`` does, or for a list that does not end."""
    with ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
        return list(_Listing(read, clock, pool).rows())


class _Listing:
    """``_next`` maps each series that goes on to its next offset, ``_width`` is how many of its pages come at once."""

    def __init__(self, read: Read, clock: Clock, pool: ThreadPoolExecutor) -> None:
        self._read, self._clock, self._pool = read, clock, pool
        self._next = dict.fromkeys(INTERNATIONAL, 0)
        self._width = 1
        self._quickest = math.inf

    def rows(self) -> Iterator[Row]:
        while self._next:
            asked = [(flag, start) for flag in self._next for start in self._starts(flag)]
            before = self._clock.monotonic()
            pages = self._pages(asked)
            self._widen(self._clock.monotonic() - before)
            self._go_on(asked, pages)
            yield from chain.from_iterable(pages)

    def _starts(self, flag: bool) -> range:
        start = self._next[flag]
        return range(start, start + self._width * PAGE_SIZE, PAGE_SIZE)

    def _pages(self, asked: list[tuple[bool, int]]) -> list[list[Row]]:
        if len(asked) == 1:
            return [self._read(*asked[0])]
        return list(self._pool.map(lambda page: self._read(*page), asked))

    def _widen(self, seconds: float) -> None:
        """Ask for as many pages at once as the vendor's rate can be used up with, from this far away, and no more.

        A nearby server is as fast asked one by one, and pages past the end of a series are asked for in vain.
        """
        self._quickest = min(self._quickest, seconds)
        needed = math.ceil(self._quickest * DESCRIBE_RATE)
        self._width = max(1, min(self._width * 2, needed, _MOST_AT_ONCE))

    def _go_on(self, asked: list[tuple[bool, int]], pages: Iterable[list[Row]]) -> None:
        for (flag, start), page in zip(asked, pages, strict=True):
            if len(page) < PAGE_SIZE:
                self._next.pop(flag, None)
            elif flag in self._next:
                self._next[flag] = start + PAGE_SIZE
        if any(start >= _MOST_ROWS for start in self._next.values()):
            raise VendorError("the list of signatures does not end", code=BAD_ANSWER)
