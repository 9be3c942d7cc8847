from __future__ import annotations

import errno
import gc
import os
import signal
import subprocess
import sys
import threading

import pytest

from reconciler.errors import Exit
from reconciler.signals import SIGNALS, StopFlag, handle_signals, let_interrupt, stop_on_signals

LONG = 60.0


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_sets_a_flag_and_nothing_else(number: signal.Signals) -> None:
    stop = StopFlag()
    with stop_on_signals(stop):
        os.kill(os.getpid(), number)
        assert stop.wait(LONG)


def test_a_flag_is_set_from_the_beginning_of_its_first_signal_on() -> None:
    stop = StopFlag()
    assert not stop.is_set()
    with stop_on_signals(stop):
        assert not stop.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
    assert stop.is_set()
    assert stop.wait(0.0)


def test_a_wait_ends_by_itself_where_nobody_asks_to_stop() -> None:
    stop = StopFlag()
    assert not stop.wait(0.01)
    assert not stop.wait(-1.0)


def test_a_flag_set_by_a_thread_ends_the_wait_of_every_thread() -> None:
    stop, ended = StopFlag(), list[bool]()
    threads = [threading.Thread(target=lambda: ended.append(stop.wait())) for _ in range(3)]
    for thread in threads:
        thread.start()
    threading.Thread(target=stop.set).start()
    assert stop.wait()
    for thread in threads:
        thread.join()
    assert ended == [True] * 3


def test_a_signal_whose_handler_has_not_run_when_the_wait_begins_ends_it() -> None:
    # The system may hand a signal over a moment before the wait: then only the descriptor says that it is there.
    code = (
        "import os, select, signal\n"
        "from reconciler import signals\n"
        "stop = signals.StopFlag()\n"
        "class Poll:\n"
        "    def __init__(self):\n"
        "        self.poller = real()\n"
        "        self.register = self.poller.register\n"
        "    def poll(self, milliseconds):\n"
        "        os.write(stop.wakeup, b'\\0')\n"  # as Python does when a signal arrives
        "        assert self.poller.poll(milliseconds)\n"
        "        stop.set()\n"  # the handler, now that the main thread is back from the system
        "real, select.poll = select.poll, Poll\n"
        "assert stop.wait()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=50)


def test_another_signal_with_a_handler_does_not_end_a_wait() -> None:
    stop, heard = StopFlag(), list[int]()
    before = signal.signal(signal.SIGUSR1, lambda number, _frame: heard.append(number))
    try:
        with stop_on_signals(stop):
            os.kill(os.getpid(), signal.SIGUSR1)
            assert not stop.wait(0.05)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert heard == [signal.SIGUSR1]


def test_setting_a_flag_more_often_than_its_pipe_holds_does_not_block() -> None:
    stop = StopFlag()
    for _ in range(100_000):
        stop.set()
    assert stop.is_set()


def test_the_handlers_and_the_wakeup_of_before_come_back() -> None:
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    outer = signal.set_wakeup_fd(theirs)
    before = [signal.getsignal(number) for number in SIGNALS]
    try:
        with stop_on_signals(StopFlag()):
            assert [signal.getsignal(number) for number in SIGNALS] != before
        assert [signal.getsignal(number) for number in SIGNALS] == before
    finally:
        assert signal.set_wakeup_fd(outer) == theirs
        os.close(ours)
        os.close(theirs)


def test_what_is_handled_goes_to_one_and_then_to_the_one_before() -> None:
    inner, outer = list[int](), list[int]()
    with handle_signals(outer.append):
        with handle_signals(inner.append):
            os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
    assert (inner, outer) == ([signal.SIGINT], [signal.SIGTERM])


def test_a_hangup_is_no_second_signal_and_none_follows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    stop = StopFlag()
    with stop_on_signals(stop):
        for number in (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
            os.kill(os.getpid(), number)
            assert stop.is_set()
    assert codes == []


def test_a_hangup_that_was_ignored_from_the_start_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop = StopFlag()
    try:
        with stop_on_signals(stop), let_interrupt():
            os.kill(os.getpid(), signal.SIGHUP)
        with stop_on_signals(stop):
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert not stop.is_set()


def test_at_a_question_a_hangup_ends_the_process_and_is_handled_again_after_it() -> None:
    stop = StopFlag()
    with stop_on_signals(stop):
        with let_interrupt():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
        os.kill(os.getpid(), signal.SIGHUP)
    assert stop.is_set()


def test_a_pipe_that_finds_no_room_leaves_nothing_behind_that_fails_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    unraisable: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    monkeypatch.setattr(os, "pipe", refuse)
    with pytest.raises(OSError, match="Too many open files"):
        StopFlag()
    gc.collect()
    assert unraisable == []


def test_the_second_signal_does_not_wait_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    with stop_on_signals(StopFlag()):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
    assert codes == [Exit.UNSETTLED]


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_ends_the_process_at_once(second: signal.Signals) -> None:
    code = (
        "import os, signal, time\n"
        "from reconciler.signals import StopFlag, stop_on_signals\n"
        "with stop_on_signals(StopFlag()):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        f"    os.kill(os.getpid(), {int(second)})\n"
        "    time.sleep(60)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=50)
    assert done.returncode == Exit.UNSETTLED
