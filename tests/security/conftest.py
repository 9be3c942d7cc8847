from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.fixtures.warped import warp


@pytest.fixture
def _warped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting takes no time in this process."""
    warp(monkeypatch)


@pytest.fixture
def _loud() -> Iterator[None]:
    """Every library logs all it can, as far as the program lets it; what a run set up goes with the test."""
    loggers = [logging.getLogger(name) for name in ("", "reconciler", "tencentcloud_sdk_common")]
    before = [(log.level, log.propagate, log.handlers[:]) for log in loggers]
    for log in loggers:
        log.setLevel(logging.DEBUG)
        log.propagate = True
    yield
    for log, (level, propagate, handlers) in zip(loggers, before, strict=True):
        log.setLevel(level)
        log.propagate = propagate
        log.handlers[:] = handlers
