from __future__ import annotations

import sys
import time

import pytest

from reconciler import clock as clock_module
from reconciler.clock import SystemClock


class Stop:
    def __init__(self) -> None:
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)


def test_waits_are_those_of_whoever_can_ask_to_stop() -> None:
    stop = Stop()
    clock = SystemClock(stop)
    for seconds in (2.5, 0.0, -1.0):
        clock.wait(seconds)
    assert stop.waits == [2.5]


def test_a_wait_takes_its_time_where_nobody_can_ask_to_stop() -> None:
    clock = SystemClock()
    begun = clock.monotonic()
    clock.wait(0.05)
    assert clock.monotonic() - begun >= 0.05


def test_the_clocks_are_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.5)
    monkeypatch.setattr(time, "monotonic", lambda: 12.5)
    assert (SystemClock().now(), SystemClock().monotonic()) == (1_700_000_000.5, 12.5)


@pytest.mark.parametrize(("platform", "name"), [("linux", "CLOCK_BOOTTIME"), ("darwin", "CLOCK_MONOTONIC_RAW")])
def test_elapsed_time_is_of_the_clock_that_goes_on_in_suspend(
    monkeypatch: pytest.MonkeyPatch, platform: str, name: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(time, name, 4242, raising=False)
    monkeypatch.setattr(time, "clock_gettime", {4242: 17.25}.__getitem__)
    assert clock_module._sleep_proof()() == 17.25


def test_elapsed_time_goes_on() -> None:
    clock = SystemClock()
    first = clock.boottime()
    clock.wait(0.001)
    assert clock.boottime() > first


@pytest.mark.parametrize(
    ("monotonic", "wall", "passed"),
    [
        ([0.0, 1.0], [100.0, 101.0], 1.0),
        ([0.0, 1.0], [100.0, 3700.0], 3600.0),  # the lid was closed: only wall time was set right on waking
        ([0.0, 1.0, 2.0], [100.0, 40.0, 41.0], 2.0),  # somebody set wall time back
        ([0.0, 1.0, 2.0], [100.0, 3700.0, 200.0], 3601.0),
    ],
)
def test_without_such_a_clock_whichever_of_two_moved_more_counts(
    monkeypatch: pytest.MonkeyPatch, monotonic: list[float], wall: list[float], passed: float
) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    looks = zip(monotonic, wall, strict=True)
    now = [0.0, 0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "time", lambda: now[1])
    now[:] = next(looks)
    elapsed = clock_module._sleep_proof()
    seconds = 0.0
    for look in looks:
        now[:] = look
        seconds = elapsed()
    assert seconds == passed
