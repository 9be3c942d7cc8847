from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from reconciler.errors import VendorError
from reconciler.model.signature import LiveSignature
from reconciler.tencent.reader import list_account
from tests.fixtures.fake_clock import FakeClock


def row(sign_id: int) -> LiveSignature:
    return LiveSignature(sign_id, False, 0, "Acme")


PAGE = 100
Rows = Callable[[], list[LiveSignature]]


class Page:
    """A page whose rows come from ``rows``; ``abandoned`` is called where they are not taken."""

    def __init__(self, rows: Rows, abandoned: Callable[[], object] = lambda: None) -> None:
        self._rows, self._abandoned = rows, abandoned

    def rows(self) -> list[LiveSignature]:
        return self._rows()

    def abandon(self) -> None:
        self._abandoned()


class Series:
    """One series of ``count`` rows, the other one empty, each page ``latency`` seconds away from when it was asked for.

    ``asked`` are the offsets in their order, ``left`` the sizes of pages that were asked for and not taken, ``most`` is
    how many were under way at the same time.
    """

    def __init__(self, count: int, latency: float = 0.0) -> None:
        self.count, self.latency = count, latency
        self.clock = FakeClock()
        self.asked: list[int] = []
        self.left: list[int] = []
        self.under_way = self.most = 0

    def ask(self, international: bool, offset: int) -> Page:
        if international:
            return Page(list)
        self.asked.append(offset)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        arrive = partial(self._arrive, offset, self.clock.time + self.latency)
        return Page(arrive, lambda: self.left.append(len(arrive())))

    def _arrive(self, offset: int, at: float) -> list[LiveSignature]:
        self.under_way -= 1
        self.clock.time = max(self.clock.time, at)
        return [row(i) for i in range(offset, min(offset + PAGE, self.count))]

    def listed(self) -> list[LiveSignature]:
        return list_account(self.ask, self.clock)

    @property
    def in_vain(self) -> int:
        return sum(offset > self.count for offset in self.asked)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1999, 2000])
@pytest.mark.parametrize("latency", [0.0, 0.01, 0.3, 5.0])
def test_every_row_comes_once_however_far_away_the_vendor_is(count: int, latency: float) -> None:
    series = Series(count, latency)
    assert sorted(row.sign_id for row in series.listed()) == list(range(count))
    assert series.asked == sorted(set(series.asked))
    assert series.under_way == 0


def test_a_small_account_is_asked_for_one_page_of_each_series() -> None:
    series = Series(99)
    series.listed()
    assert series.asked == [0]


@pytest.mark.parametrize(("latency", "most"), [(0.0, 1), (0.01, 2), (0.05, 2), (0.1, 3), (0.3, 7), (5.0, 8)])
def test_as_many_pages_are_under_way_as_the_rate_allows_from_this_far_away(latency: float, most: int) -> None:
    series = Series(5000, latency)
    series.listed()
    assert series.most == most
    assert series.in_vain <= most - 1


def test_both_series_are_asked_for_before_either_is_waited_for() -> None:
    asked = []

    def ask(international: bool, _offset: int) -> Page:
        asked.append(international)

        def rows() -> list[LiveSignature]:
            assert len(asked) == 2
            return []

        return Page(rows)

    assert list_account(ask, FakeClock()) == []


def test_pages_past_the_end_are_waited_for_and_not_taken() -> None:
    series = Series(350, 0.3)
    series.listed()
    assert series.left
    assert set(series.left) == {0}


def test_a_page_that_fails_ends_the_listing_once_the_others_have_ended() -> None:
    series = Series(5000, 0.3)

    def ask(international: bool, offset: int) -> Page:
        page = series.ask(international, offset)

        def fail() -> list[LiveSignature]:
            page.rows()
            raise VendorError("no", code="UnauthorizedOperation")

        return Page(fail, page.abandon) if offset == 800 else page

    with pytest.raises(VendorError, match="no"):
        list_account(ask, series.clock)
    assert series.left
    assert series.under_way == 0


def test_a_page_longer_than_asked_for_does_not_end_a_series() -> None:
    pages = {0: [row(1)] * 150, 100: [row(2)] * 150, 200: [row(3)] * 7}
    found = list_account(lambda flag, start: Page(lambda: [] if flag else pages[start]), FakeClock())
    assert {one.sign_id for one in found} == {1, 2, 3}


@pytest.mark.parametrize("latency", [0.0, 0.3, 5.0])
def test_a_series_may_be_as_long_as_the_bound_says(latency: float) -> None:
    assert len(Series(99_999, latency).listed()) == 99_999


def test_a_list_that_does_not_end_is_an_error() -> None:
    with pytest.raises(VendorError, match="does not end"):
        Series(100_001).listed()
