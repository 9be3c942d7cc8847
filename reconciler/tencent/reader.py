"""Reading the account: the whole list page by page, and single signatures by id. Nothing here can write."""

# The vendor gives no total count and documents no order across pages, so a page shorter than asked for ends a list, and
# an id that did not come with the list is asked for by itself before it counts as missing.

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol

from reconciler.clock import Clock
from reconciler.contract.api import DESCRIBE, DESCRIBE_RATE, INTERNATIONAL, PAGE_SIZE
from reconciler.contract.error_codes import BAD_ANSWER
from reconciler.errors import VendorError
from reconciler.model.signature import LiveSignature
from reconciler.tencent.api import Listing, PendingAnswer, Starter
from reconciler.tencent.rate_limit import DescribeRateLimit, retrying
from reconciler.tencent.responses import merge_rows, rows_of

_MOST_PAGES_AT_ONCE: Final = 8
_MOST_SETS_AT_ONCE: Final = 4

# Of one series; an account holds far fewer. Only a server that ignores ``Offset`` sends more.
_MOST_ROWS: Final = 100_000

# What an endpoint that may not list, or does not know how to, may answer: listing came with SDK 3.1.92 (2026-05), and
# before it an empty ``SignIdSet`` was an error. Describing by id works then all the same.
_NO_LISTING: Final = frozenset(
    {
        "FailedOperation.FailResolvePacket",
        "FailedOperation.JsonParseFail",
        "FailedOperation.OtherError",
        "FailedOperation.ProhibitSubAccountUse",
        "InvalidParameter",
        "MissingParameter",
        "UnknownParameter",
    }
)

# Rows of a page where ``Limit`` is left out, or not known.
_DEFAULT_PAGE: Final = 10

# What the vendor may answer for an id that it does not have, or past the end of a list, in place of no rows.
_NO_SUCH: Final = frozenset({"FailedOperation.MissingSignatureList", "FailedOperation.SignIdNotExist"})


class Reader:
    """Reads the account."""

    def __init__(self, sdk: Starter, clock: Clock, rate: float) -> None:
        self._sdk = sdk
        self._clock = clock
        self._pace = DescribeRateLimit(clock, rate)

    @property
    def skew(self) -> float | None:
        """Seconds that this machine's clock is ahead of the vendor's by the last answer, None where it did not say."""
        return self._sdk.skew

    def rows(self, declared: Mapping[int, bool], *, everything: bool = True) -> Listing:
        """Return rows by id: the whole account, or only what is declared where no more is asked for or allowed.

        ``declared`` maps each id of the definitions to its ``International``.
        """
        listed, complete = self._list() if everything else ([], False)
        rows, torn = merge_rows(listed)
        unsure = {i for i in declared if i not in rows} | {i for i in torn if i in declared}
        certain = {sign_id: row for sign_id, row in rows.items() if sign_id not in unsure}
        return Listing(certain | self._find(unsure, declared), complete)

    def row(self, sign_id: int, *, international: bool) -> LiveSignature | None:
        """Return one signature as it is now, ``None`` where the account has none with this id in this series."""
        return self._rows_of_set([sign_id], self._ask_set([sign_id], international), international).get(sign_id)

    def _list(self) -> tuple[list[LiveSignature], bool]:
        try:
            rows = list_account(self._ask_page, self._clock)
            return rows, not any(self._is_cut(rows, flag) for flag in INTERNATIONAL)
        except VendorError as error:
            if error.code not in _NO_LISTING and not error.code.startswith("InvalidParameter."):
                raise
            return [], False

    def _is_cut(self, rows: Sequence[LiveSignature], international: bool) -> bool:
        """Return whether the end of a series is a page of a server that takes no notice of ``Limit``."""
        if sum(row.international is international for row in rows) != _DEFAULT_PAGE:
            return False
        return bool(self._ask_page(international, _DEFAULT_PAGE).rows())

    def _find(self, ids: Iterable[int], declared: Mapping[int, bool]) -> dict[int, LiveSignature]:
        """Ask for ids in the series that they are declared in, and for the rest in the other one."""
        found: dict[int, LiveSignature] = {}
        for other in (False, True):
            missing = {
                flag: sorted(i for i in ids if i not in found and (declared[i] is flag) is not other)
                for flag in INTERNATIONAL
            }
            for rows in self._sets_in_turn(missing):
                found |= rows
        return found

    def _sets_in_turn(self, missing: Mapping[bool, Sequence[int]]) -> Iterator[dict[int, LiveSignature]]:
        """Yield the rows of each set of ids, with a few sets under way at the same time."""
        under_way: deque[tuple[Sequence[int], Describe, bool]] = deque()
        for flag, ids in _sets(missing):
            under_way.append((ids, self._ask_set(ids, flag), flag))
            if len(under_way) == _MOST_SETS_AT_ONCE:
                yield self._rows_of_set(*under_way.popleft())
        while under_way:
            yield self._rows_of_set(*under_way.popleft())

    def _rows_of_set(self, ids: Sequence[int], asked: Describe, international: bool) -> dict[int, LiveSignature]:
        try:
            rows = asked.rows()
        except VendorError as error:
            if error.code not in _NO_SUCH:
                raise
            return self._one_by_one(ids, international)
        return _consistent(row for row in rows if row.sign_id in ids)

    def _one_by_one(self, ids: Sequence[int], international: bool) -> dict[int, LiveSignature]:
        """Ask for each id alone: the vendor may refuse a whole set for one id that it does not have."""
        found: dict[int, LiveSignature] = {}
        for sign_id in ids if len(ids) > 1 else ():
            found |= self._rows_of_set([sign_id], self._ask_set([sign_id], international), international)
        return found

    def _ask_set(self, ids: Sequence[int], international: bool) -> Describe:
        return self._ask({"International": INTERNATIONAL[international], "SignIdSet": ids})

    def _ask_page(self, international: bool, offset: int) -> Describe:
        query: dict[str, object] = {"International": INTERNATIONAL[international], "Limit": PAGE_SIZE, "Offset": offset}
        return self._ask(query, absent=_NO_SUCH)

    def _ask(self, query: dict[str, object], absent: frozenset[str] = frozenset()) -> Describe:
        def start() -> PendingAnswer:
            self._pace.wait()
            return self._sdk.start(DESCRIBE, query)

        return Describe(start, self._clock, absent)


class Describe:
    """One describe, which is under way from here on. ``absent`` are error codes that mean no rows."""

    def __init__(self, start: Callable[[], PendingAnswer], clock: Clock, absent: frozenset[str]) -> None:
        self._start = start
        self._clock = clock
        self._absent = absent
        self._first: PendingAnswer | None = start()

    def rows(self) -> list[LiveSignature]:
        """Wait for the rows; where that may help, they are asked for again."""
        try:
            return retrying(self._clock, self._attempt)
        except VendorError as error:
            if error.code not in self._absent:
                raise
            return []

    def _attempt(self) -> list[LiveSignature]:
        pending, self._first = self._first or self._start(), None
        return rows_of(pending.result())

    def abandon(self) -> None:
        """Wait for the answer, whatever it is, so that no call is without its end in the log."""
        if self._first is not None:
            with suppress(VendorError):
                self._first.result()


def _sets(missing: Mapping[bool, Sequence[int]]) -> Iterator[tuple[bool, Sequence[int]]]:
    for flag, ids in missing.items():
        for start in range(0, len(ids), PAGE_SIZE):
            yield flag, ids[start : start + PAGE_SIZE]


def _consistent(listed: Iterable[LiveSignature]) -> dict[int, LiveSignature]:
    rows, torn = merge_rows(listed)
    if torn:
        raise VendorError("one signature came twice with different content", code=BAD_ANSWER)
    return rows


class Page(Protocol):
    """A page of the list that was asked for."""

    def rows(self) -> list[LiveSignature]:
        """Wait for its rows. Raises VendorError."""

    def abandon(self) -> None:
        """Wait for it, whatever comes."""


# Asks for a page of a series by its ``International`` and its offset in rows.
AskPage = Callable[[bool, int], Page]


def list_account(ask: AskPage, clock: Clock) -> list[LiveSignature]:
    """Return all rows of both series. Raises VendorError as a page does, or for a list that does not end."""
    series = [_Series(ask, clock, international) for international in INTERNATIONAL]
    try:
        rows = list(_taken(series))
    except VendorError:
        _abandon(series)
        raise
    _abandon(series)  # not for an interrupt, which must not wait for answers
    return rows


def _taken(series: list[_Series]) -> Iterator[LiveSignature]:
    for one in series:
        one.ask(len(series))
    while unfinished := [one for one in series if one.unfinished]:
        for one in unfinished:
            yield from one.take()
            one.ask(len(unfinished))


def _abandon(series: list[_Series]) -> None:
    for one in series:
        while one.under_way:
            one.under_way.popleft()[1].abandon()


class _Series:
    """One series of pages. ``under_way`` are those asked for and not taken yet, with the time of asking."""

    def __init__(self, ask: AskPage, clock: Clock, international: bool) -> None:
        self._ask, self._clock, self._international = ask, clock, international
        self.under_way: deque[tuple[float, Page]] = deque()
        self._offset = 0
        self._width = 1
        self._quickest = math.inf
        self.unfinished = True

    def ask(self, sharers: int) -> None:
        """Ask for further pages, if there are any, until the width is used up, shared with the other series.

        Raises VendorError where the list goes on past any number of rows that an account may have.
        """
        while self.unfinished and len(self.under_way) < max(1, self._width // sharers):
            if self._offset >= _MOST_ROWS:
                if self.under_way:
                    return
                raise VendorError("the list of signatures does not end", code=BAD_ANSWER)
            self.under_way.append((self._clock.monotonic(), self._ask(self._international, self._offset)))
            self._offset += PAGE_SIZE

    def take(self) -> list[LiveSignature]:
        """Wait for the next page. Once one is short, nothing behind it is taken."""
        asked_at, page = self.under_way.popleft()
        rows = page.rows()
        self._widen(self._clock.monotonic() - asked_at)
        self.unfinished = len(rows) >= PAGE_SIZE
        return rows

    # Keep as many pages under way as use up the vendor's rate from this far away, and one while one is read.
    # More would be no faster, and pages past the end of a series are asked for in vain.
    def _widen(self, seconds: float) -> None:
        self._quickest = min(self._quickest, seconds)
        self._width = min(self._width * 2, 1 + math.ceil(self._quickest * DESCRIBE_RATE), _MOST_PAGES_AT_ONCE)
