from __future__ import annotations

import threading
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.clock import SystemClock
from reconciler.signals import StopFlag
from reconciler.tencent.rate_limit import DescribeRateLimit, ModifyRateLimit
from tests.fixtures.fake_clock import FakeClock

SHORT = st.floats(0, 3, allow_nan=False)


def write(limit: ModifyRateLimit, clock: FakeClock, takes: float) -> tuple[float, float]:
    limit.wait()
    start = clock.time
    limit.started()
    clock.time += takes
    limit.answered()
    return start, clock.time


def test_the_first_write_waits_for_nothing() -> None:
    clock = FakeClock(12.0)
    ModifyRateLimit(clock).wait()
    assert clock.waits == []


@given(st.lists(st.tuples(SHORT, SHORT), min_size=2, max_size=20))
def test_a_write_starts_as_soon_as_both_rules_allow(turns: list[tuple[float, float]]) -> None:
    clock = FakeClock()
    limit = ModifyRateLimit(clock)
    before: tuple[float, float] | None = None
    for takes, idle in turns:
        ready = clock.time
        start, end = write(limit, clock, takes)
        if before is not None:
            assert start == pytest.approx(max(ready, before[0] + 1.05, before[1] + 1.00))
        before = start, end
        clock.time += idle


def test_after_a_limit_error_writes_are_wider_apart_up_to_ten_seconds() -> None:
    clock = FakeClock()
    limit = ModifyRateLimit(clock)
    gaps = []
    for _ in range(8):
        start, _end = write(limit, clock, 0.0)
        limit.slow_down()
        limit.wait()
        gaps.append(clock.time - start)
    assert gaps[:3] == pytest.approx([1.05 * 1.5, 1.05 * 1.5**2, 1.05 * 1.5**3])
    assert gaps[-1] == 10.0
    assert gaps == sorted(gaps)


def test_an_interval_of_nothing_is_widened_too() -> None:
    clock = FakeClock()
    limit = ModifyRateLimit(clock, 0.0)
    write(limit, clock, 0.0)
    assert clock.waits == []
    limit.slow_down()
    limit.wait()
    assert clock.time == pytest.approx(0.15)


@given(st.lists(st.floats(0, 0.3, allow_nan=False), min_size=1, max_size=120))
def test_no_second_holds_more_than_twenty_describes(idles: list[float]) -> None:
    clock = FakeClock()
    limit = DescribeRateLimit(clock, 20.0)
    starts = []
    for idle in idles:
        clock.time += idle
        limit.wait()
        starts.append(clock.time)
    assert all(index + 1 - bisect_left(starts, start - 1.0) <= 20 for index, start in enumerate(starts))


def test_describes_are_not_held_back_more_than_needed() -> None:
    clock = FakeClock()
    limit = DescribeRateLimit(clock, 20.0)
    for _ in range(200):
        limit.wait()
    assert clock.time == pytest.approx(10 * 1.05)


@pytest.mark.parametrize("rate", [1.0, 1.5, 2.0])
def test_the_lowest_rates_still_go_on(rate: float) -> None:
    clock = FakeClock()
    limit = DescribeRateLimit(clock, rate)
    for _ in range(4):
        limit.wait()
    assert clock.time == pytest.approx(3 * 1.05)


def test_describes_of_several_threads_share_the_window() -> None:
    clock = FakeClock()
    limit = DescribeRateLimit(clock, 20.0)

    def ten() -> None:
        for _ in range(10):
            limit.wait()

    threads = [threading.Thread(target=ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.time == pytest.approx(4 * 1.05)


def test_a_stop_does_not_let_describes_run_past_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("reconciler.tencent.rate_limit.time.sleep", slept.append)
    stop = StopFlag()
    stop.set()
    limit = DescribeRateLimit(SystemClock(stop), 3.0)
    for _ in range(3):
        limit.wait()
    assert len(slept) == 1
    assert 0.5 < slept[0] <= 1.05
