"""Live state: the account listed, and single signatures asked for by id.

An id that did not come with the listing is asked for by itself before it counts as missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, Protocol, TypeVar

from reconciler.clock import Clock
from reconciler.cloud.answers import Answer, merge_rows, rows_of
from reconciler.cloud.api import Listing
from reconciler.cloud.listing import Page, listed
from reconciler.cloud.pace import DescribePace
from reconciler.cloud.retry import patiently
from reconciler.contract.api import DESCRIBE, PAGE_SIZE
from reconciler.contract.choices import INTERNATIONAL
from reconciler.contract.codes import BAD_ANSWER
from reconciler.errors import VendorError
from reconciler.model.live import Row

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

    def row(self, sign_id: int, *, international: bool) -> Row | None:
        """Return one signature as shown now, ``None`` where the account has none with this id in this series."""
        return self._by_id([sign_id], international=international).get(sign_id)

    def _listed(self) -> tuple[list[Row], bool]:
        try:
            return listed(self._page, self._clock), True
        except VendorError as error:
            if error.code != _SUB_ACCOUNT:
                raise
            return [], False

    def _page(self, international: bool, offset: int) -> Page:
        asked = self._ask({"International": INTERNATIONAL[international], "Limit": PAGE_SIZE, "Offset": offset})

        def rows() -> list[Row]:
            try:
                return asked.rows()
            except VendorError as error:
                if error.code not in _NO_SUCH:
                    raise
                return []

        return asked._replace(rows=rows)

    def _asked_for(self, ids: Iterable[int], declared: Mapping[int, bool]) -> dict[int, Row]:
        """Ask for ids in the series that they are declared in, and for the rest in the other one."""
        found: dict[int, Row] = {}
        for other in (False, True):
            wanted = {
                flag: sorted(i for i in ids if i not in found and (declared[i] is flag) is not other)
                for flag in INTERNATIONAL
            }
            for rows in _in_turn(self._set(some, international=flag) for flag, some in _sets(wanted)):
                found |= rows
        return found

    def _by_id(self, ids: Sequence[int], *, international: bool) -> dict[int, Row]:
        return self._set(ids, international=international)()

    def _set(self, ids: Sequence[int], *, international: bool) -> Callable[[], dict[int, Row]]:
        asked = self._ask({"International": INTERNATIONAL[international], "SignIdSet": ids})

        def rows() -> dict[int, Row]:
            try:
                listed = asked.rows()
            except VendorError as error:
                if error.code not in _NO_SUCH:
                    raise
                return self._one_by_one(ids, international=international)
            return _whole(row for row in listed if row.sign_id in ids)

        return rows

    def _one_by_one(self, ids: Sequence[int], *, international: bool) -> dict[int, Row]:
        """Ask for each id alone: the vendor may refuse a whole set for one id that it does not have."""
        found: dict[int, Row] = {}
        for sign_id in ids if len(ids) > 1 else ():
            found |= self._by_id([sign_id], international=international)
        return found

    def _ask(self, query: dict[str, object]) -> Page:
        """Begin a describe, whose rows are asked for again where that may help."""
        first = self._begin(query)
        begun = [first]

        def rows() -> list[Row]:
            ended = begun.pop() if begun else self._begin(query)
            return ended()

        def leave() -> None:
            with suppress(VendorError):
                first()

        return Page(lambda: patiently(self._clock, rows), leave)

    def _begin(self, query: dict[str, object]) -> Callable[[], list[Row]]:
        self._pace.wait()
        ended = self._sdk.begin(DESCRIBE, query)
        return lambda: rows_of(ended())


def _sets(wanted: Mapping[bool, Sequence[int]]) -> Iterator[tuple[bool, Sequence[int]]]:
    for flag, ids in wanted.items():
        for start in range(0, len(ids), PAGE_SIZE):
            yield flag, ids[start : start + PAGE_SIZE]


def _whole(listed: Iterable[Row]) -> dict[int, Row]:
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
