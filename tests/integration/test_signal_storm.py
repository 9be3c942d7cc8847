"""Signals at random instants against a process that does nothing but wait. One that is lost or blocks is a hang."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

SILENCE_S: Final = 30.0
"""Without a sign of life for as long, the process hangs; it needs less than a millisecond."""

WITH_A_FLAG: Final = """
from reconciler.signals import StopFlag, stop_on_signals as handled
"""

WITH_AN_EVENT: Final = """
import signal
from contextlib import contextmanager
from threading import Event as StopFlag

@contextmanager
def handled(stop):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    yield
"""

ROUNDS: Final = """
import os, random
chosen = random.Random(int(os.environ["SEED"]))
while True:
    stop, seconds = StopFlag(), chosen.choice(((), (0.0,), (0.0,), (0.00001,)))
    with handled(stop):
        os.write(1, b".")
        while not stop.wait(*seconds):
            pass
        os.write(1, b"!")
    os.read(0, 1)
"""


class Process:
    """The process under fire: told to go on, it waits until the signal comes."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        assert child.stdin is not None
        assert child.stdout is not None
        self._input, self._output = child.stdin.fileno(), child.stdout.fileno()

    def survives(self, number: signal.Signals, pause: float) -> bool:
        """Send a signal that many seconds into the waits; tell whether they ended."""
        assert self._says(b".")
        end = time.monotonic() + pause
        while time.monotonic() < end:
            pass
        self._child.send_signal(number)
        if not self._says(b"!"):
            return False
        os.write(self._input, b"\n")
        return True

    def _says(self, word: bytes) -> bool:
        # Not select(), which takes no descriptor above 1,023: other tests may have left many open.
        waiting = select.poll()
        waiting.register(self._output, select.POLLIN)
        return bool(waiting.poll(SILENCE_S * 1000)) and os.read(self._output, 1) == word


@contextmanager
def waiting(handling: str, seed: int) -> Iterator[Process]:
    command = [sys.executable, "-c", handling + ROUNDS]
    env = {**os.environ, "SEED": str(seed)}
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as child:
        try:
            yield Process(child)
        finally:
            child.kill()


def survived(handling: str, signals: int, seed: int = 11) -> int:
    """Return how many signals, at most ``signals``, a process survived before it hung."""
    chosen = random.Random(seed)  # noqa: S311  # chooses instants, no secret
    with waiting(handling, seed) as process:
        for count in range(signals):
            number = chosen.choice((signal.SIGINT, signal.SIGTERM))
            if not process.survives(number, chosen.random() * 0.001):
                return count
    return signals


def test_no_signal_hangs_a_wait() -> None:
    assert survived(WITH_A_FLAG, 300) == 300


@pytest.mark.soak
def test_no_signal_of_thousands_hangs_a_wait() -> None:
    assert survived(WITH_A_FLAG, 5_000) == 5_000


@pytest.mark.soak
def test_a_handler_that_takes_a_lock_is_found_out() -> None:
    assert survived(WITH_AN_EVENT, 2_000) < 2_000
