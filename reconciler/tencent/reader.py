"""The whole account, page by page, both ``International`` series side by side.

The vendor gives no total count and documents no order across pages, so a page shorter than asked for ends a series.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, Protocol, TypeVar

from reconciler.clock import Clock
from reconciler.contract.api import DESCRIBE, DESCRIBE_RATE, INTERNATIONAL, PAGE_SIZE
from reconciler.contract.error_codes import BAD_ANSWER
from reconciler.errors import VendorError
from reconciler.model.signature import LiveSignature
from reconciler.tencent.api import Listing
from reconciler.tencent.rate_limit import DescribePace, patiently
from reconciler.tencent.responses import Answer, merge_rows, rows_of


class Page(NamedTuple):
    """A page that was asked for: ``rows`` waits for it, and ``leave`` too, whatever comes of it."""

    rows: Callable[[], list[LiveSignature]]
    leave: Callable[[], None]


Ask = Callable[[bool, int], Page]
"""Asks for a page of a series by its ``International`` and its offset in rows."""


_MOST_AT_ONCE: Final = 8


_MOST_ROWS: Final = 100_000
"""Of one series; an account holds far fewer. More come only from a server that takes no notice of ``Offset``."""


def listed(ask: Ask, clock: Clock) -> list[LiveSignature]:
    """Return all rows of both series. Raises VendorError as a page does, or for a list that does not end."""
    series = [_Series(ask, clock, international) for international in INTERNATIONAL]
    try:
        rows = _rows(series)
    except VendorError:
        _leave(series)
        raise
    _leave(series)
    return rows


def _rows(series: list[_Series]) -> list[LiveSignature]:
    rows: list[LiveSignature] = []
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

    def take(self) -> list[LiveSignature]:
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


# Live state: the account listed, and single signatures asked for by id.
#
# An id that did not come with the listing is asked for by itself before it counts as missing.


Result = TypeVar("Result")


_AT_ONCE: Final = 4


_SUB_ACCOUNT: Final = "FailedOperation.ProhibitSubAccountUse"


_NO_SUCH: Final = frozenset({"FailedOperation.MissingSignatureList", "FailedOperation.SignIdNotExist"})
"""What the vendor may answer for an id that it does not have, or past the end of a list, in place of no rows."""


class Caller(Protocol):
    """Makes one call and returns its answer, or raises VendorError."""

    def call(self, action: str, parameters: dict[str, object]) -> Answer:
        """Return the content of ``Response``."""


class Beginner(Protocol):
    """Begins a call and returns what waits for its answer; both may raise VendorError."""

    def begin(self, action: str, parameters: dict[str, object]) -> Callable[[], Answer]:
        """Return what returns the content of ``Response``."""


class Reader:
    """Reads the account. Nothing here can write."""

    def __init__(self, sdk: Beginner, clock: Clock, rate: float) -> None:
        self._sdk = sdk
        self._clock = clock
        self._pace = DescribePace(clock, rate)

    def rows(self, declared: Mapping[int, bool], *, everything: bool = True) -> Listing:
        """Return rows by id: the whole account, or only what is declared where no more is asked for or allowed.

        ``declared`` maps each id of the definitions to its ``International``.
        """
        rows_listed, complete = self._listed() if everything else ([], False)
        rows, torn = merge_rows(rows_listed)
        asked = {i for i in declared if i not in rows} | {i for i in torn if i in declared}
        certain = {sign_id: row for sign_id, row in rows.items() if sign_id not in asked}
        return Listing(certain | self._asked_for(asked, declared), complete)

    def row(self, sign_id: int, *, international: bool) -> LiveSignature | None:
        """Return one signature as shown now, ``None`` where the account has none with this id in this series."""
        return self._by_id([sign_id], international=international).get(sign_id)

    def _listed(self) -> tuple[list[LiveSignature], bool]:
        try:
            return listed(self._page, self._clock), True
        except VendorError as error:
            if error.code != _SUB_ACCOUNT:
                raise
            return [], False

    def _page(self, international: bool, offset: int) -> Page:
        asked = self._ask({"International": INTERNATIONAL[international], "Limit": PAGE_SIZE, "Offset": offset})

        def rows() -> list[LiveSignature]:
            try:
                return asked.rows()
            except VendorError as error:
                if error.code not in _NO_SUCH:
                    raise
                return []

        return asked._replace(rows=rows)

    def _asked_for(self, ids: Iterable[int], declared: Mapping[int, bool]) -> dict[int, LiveSignature]:
        """Ask for ids in the series that they are declared in, and for the rest in the other one."""
        found: dict[int, LiveSignature] = {}
        for other in (False, True):
            wanted = {
                flag: sorted(i for i in ids if i not in found and (declared[i] is flag) is not other)
                for flag in INTERNATIONAL
            }
            for rows in _in_turn(self._set(some, international=flag) for flag, some in _sets(wanted)):
                found |= rows
        return found

    def _by_id(self, ids: Sequence[int], *, international: bool) -> dict[int, LiveSignature]:
        return self._set(ids, international=international)()

    def _set(self, ids: Sequence[int], *, international: bool) -> Callable[[], dict[int, LiveSignature]]:
        asked = self._ask({"International": INTERNATIONAL[international], "SignIdSet": ids})

        def rows() -> dict[int, LiveSignature]:
            try:
                listed = asked.rows()
            except VendorError as error:
                if error.code not in _NO_SUCH:
                    raise
                return self._one_by_one(ids, international=international)
            return _whole(row for row in listed if row.sign_id in ids)

        return rows

    def _one_by_one(self, ids: Sequence[int], *, international: bool) -> dict[int, LiveSignature]:
        """Ask for each id alone: the vendor may refuse a whole set for one id that it does not have."""
        found: dict[int, LiveSignature] = {}
        for sign_id in ids if len(ids) > 1 else ():
            found |= self._by_id([sign_id], international=international)
        return found

    def _ask(self, query: dict[str, object]) -> Page:
        """Begin a describe, whose rows are asked for again where that may help."""
        first = self._begin(query)
        begun = [first]

        def rows() -> list[LiveSignature]:
            ended = begun.pop() if begun else self._begin(query)
            return ended()

        def leave() -> None:
            with suppress(VendorError):
                first()

        return Page(lambda: patiently(self._clock, rows), leave)

    def _begin(self, query: dict[str, object]) -> Callable[[], list[LiveSignature]]:
        self._pace.wait()
        ended = self._sdk.begin(DESCRIBE, query)
        return lambda: rows_of(ended())


def _sets(wanted: Mapping[bool, Sequence[int]]) -> Iterator[tuple[bool, Sequence[int]]]:
    for flag, ids in wanted.items():
        for start in range(0, len(ids), PAGE_SIZE):
            yield flag, ids[start : start + PAGE_SIZE]


def _whole(listed: Iterable[LiveSignature]) -> dict[int, LiveSignature]:
    rows, torn = merge_rows(listed)
    if torn:
        raise VendorError("one signature came twice with different content", code=BAD_ANSWER)
    return rows


def _in_turn(asked: Iterable[Callable[[], Result]]) -> Iterator[Result]:
    """Yield what each returns, a few being under way at the same time."""
    under_way: deque[Callable[[], Result]] = deque()
    for ended in asked:
        under_way.append(ended)
        if len(under_way) == _AT_ONCE:
            yield under_way.popleft()()
    while under_way:
        yield under_way.popleft()()
