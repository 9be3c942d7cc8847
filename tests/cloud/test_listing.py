from __future__ import annotations

import threading

import pytest

from reconciler.cloud.listing import listed
from reconciler.errors import VendorError
from reconciler.model.live import Row
from tests.cloud.fake_clock import FakeClock

PAGE = 100


class Distant(FakeClock):
    """A clock by which every round of pages takes ``latency`` seconds."""

    def __init__(self, latency: float) -> None:
        super().__init__()
        self.latency = latency

    def monotonic(self) -> float:
        self.time += self.latency
        return self.time


class Series:
    """One series of ``count`` rows, the other one empty; ``asked`` are the offsets in the order of arrival."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[int] = []
        self.in_vain = 0

    def read(self, international: bool, offset: int) -> list[Row]:
        if international:
            return []
        self.asked.append(offset)
        self.in_vain += offset > self.count
        return [Row(i, False, 0, "Acme") for i in range(offset, min(offset + PAGE, self.count))]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1999, 2000])
@pytest.mark.parametrize("latency", [0.0, 0.01, 0.3, 5.0])
def test_every_row_comes_once_however_far_away_the_vendor_is(count: int, latency: float) -> None:
    series = Series(count)
    assert sorted(row.sign_id for row in listed(series.read, Distant(latency))) == list(range(count))
    assert len(series.asked) == len(set(series.asked))


def test_a_nearby_vendor_is_asked_for_no_page_in_vain() -> None:
    series = Series(950)
    listed(series.read, Distant(0.01))
    assert series.asked == list(range(0, 1000, PAGE))


def test_a_distant_vendor_is_asked_for_as_many_pages_at_once_as_its_rate_allows() -> None:
    series, together = Series(900), threading.Barrier(4)

    def read(international: bool, offset: int) -> list[Row]:
        if offset >= 3 * PAGE:  # the first round is of one page, the second of two
            together.wait(10)
        return series.read(international, offset)

    assert len(listed(read, Distant(0.19))) == 900
    assert sorted(series.asked) == list(range(0, 1100, PAGE))


def test_few_pages_are_asked_for_in_vain_however_far_away_the_vendor_is() -> None:
    series = Series(5000)
    listed(series.read, Distant(60.0))
    assert series.in_vain <= 7


def test_both_series_are_asked_for_at_once() -> None:
    together = threading.Barrier(2)

    def read(international: bool, _offset: int) -> list[Row]:
        together.wait(10)
        return [Row(int(international), international, 0, "Acme")]

    assert len(listed(read, FakeClock())) == 2


def test_a_list_that_does_not_end_is_an_error() -> None:
    page = [Row(i, False, 0, "Acme") for i in range(PAGE)]
    with pytest.raises(VendorError, match="does not end"):
        listed(lambda _flag, _offset: page, FakeClock())
