from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from reconciler.errors import Exit
from reconciler.signals import stop_on_signals

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_sets_a_flag_and_nothing_else(number: signal.Signals) -> None:
    stop = threading.Event()
    with stop_on_signals(stop):
        os.kill(os.getpid(), number)
        assert stop.wait(5.0)


def test_the_handlers_of_before_come_back() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with stop_on_signals(threading.Event()):
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_the_second_signal_does_not_wait_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    with stop_on_signals(threading.Event()):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
    assert codes == [Exit.UNSETTLED]


@pytest.mark.parametrize("second", SIGNALS)
def test_the_second_signal_ends_the_process_at_once(second: signal.Signals) -> None:
    code = (
        "import os, signal, threading, time\n"
        "from reconciler.signals import stop_on_signals\n"
        "with stop_on_signals(threading.Event()):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        f"    os.kill(os.getpid(), {int(second)})\n"
        "    time.sleep(60)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=50)
    assert done.returncode == Exit.UNSETTLED
