from __future__ import annotations

from functools import partial

import pytest

from reconciler.cloud.listing import Page, listed
from reconciler.errors import VendorError
from reconciler.model.live import Row
from tests.cloud.fake_clock import FakeClock

PAGE = 100


class Series:
    """One series of ``count`` rows, the other one empty, each page ``latency`` seconds away from when it was asked for.

    ``asked`` are the offsets in their order, ``most`` is how many were under way at the same time.
    """

    def __init__(self, count: int, latency: float = 0.0) -> None:
        self.count, self.latency = count, latency
        self.clock = FakeClock()
        self.asked: list[int] = []
        self.under_way = self.most = 0

    def ask(self, international: bool, offset: int) -> Page:
        if international:
            return list
        self.asked.append(offset)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        return partial(self._arrive, offset, self.clock.time + self.latency)

    def _arrive(self, offset: int, at: float) -> list[Row]:
        self.under_way -= 1
        self.clock.time = max(self.clock.time, at)
        return [Row(i, False, 0, "Acme") for i in range(offset, min(offset + PAGE, self.count))]

    def listed(self) -> list[Row]:
        return listed(self.ask, self.clock)

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

        def page() -> list[Row]:
            assert len(asked) == 2
            return []

        return page

    assert listed(ask, FakeClock()) == []


def test_a_page_past_the_end_that_fails_is_no_trouble() -> None:
    series = Series(350, 0.3)

    def ask(international: bool, offset: int) -> Page:
        page = series.ask(international, offset)
        if offset < 400:
            return page

        def fail() -> list[Row]:
            page()
            raise VendorError("no such page", code="InternalError")

        return fail

    assert len(listed(ask, series.clock)) == 350
    assert series.in_vain
    assert series.under_way == 0


def test_a_list_that_does_not_end_is_an_error() -> None:
    with pytest.raises(VendorError, match="does not end"):
        Series(100_001).listed()
