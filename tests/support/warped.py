"""A system clock on which waiting takes no time: it moves on by as much as was waited."""

from __future__ import annotations

import time

import pytest

from reconciler.clock import SystemClock


def warp(patch: pytest.MonkeyPatch) -> None:
    """Let every ``SystemClock`` of this process skip its waits. What others take is still waited for."""
    skipped = 0.0

    def wait(_: SystemClock, seconds: float) -> None:
        nonlocal skipped
        skipped += max(0.0, seconds)

    patch.setattr(SystemClock, "wait", wait)
    patch.setattr(SystemClock, "monotonic", lambda _: time.monotonic() + skipped)
    patch.setattr(SystemClock, "boottime", lambda _: time.monotonic() + skipped)
    patch.setattr(SystemClock, "now", lambda _: time.time() + skipped)
