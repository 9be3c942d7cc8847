"""Signals: the first lets the call under way finish and starts no more, the second ends the process at once."""

# A handler runs in the main thread between any two steps, so also while that thread holds the lock of the very object
# that it would set: ``threading.Event.set`` in a handler can wait for ever. Handlers here set a plain flag and write to
# a pipe, and neither can block. They raise nothing either: an exception from one inside the vendor's SDK would come out
# as a network error.

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

from reconciler.errors import Exit

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_LONGEST_POLL_S: Final = 86_400.0
_DRAINED: Final = 4096


class _Pipe:
    """A pipe that is written to only to be readable; neither end ever blocks."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(self.writer, False)

    def wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # full, so it is readable already
            os.write(self.writer, b"\0")

    def drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self.reader, _DRAINED)

    def __del__(self) -> None:
        # Without them where the system had no room for another pipe.
        for descriptor in vars(self).values():
            os.close(descriptor)


class StopFlag:
    """Return whether this process was asked to stop, and waits that end when it is. Once set it stays set."""

    def __init__(self) -> None:
        self._is_set = False
        self._stopped = _Pipe()  # readable once the flag is set, for every thread
        self._arrived = _Pipe()  # written to as a signal arrives, before its handler runs; for the main thread

    @property
    def wakeup(self) -> int:
        """The descriptor to give to ``signal.set_wakeup_fd``.

        Python runs a handler only once the main thread is back from the system call that it is in. A signal between the
        look at the flag and ``poll`` would otherwise be handled when the wait has ended by itself, which may be never.
        """
        return self._arrived.writer

    def is_set(self) -> bool:
        """Return whether somebody asked to stop."""
        return self._is_set

    def set(self) -> None:
        """Ask to stop. May be called from a handler and from any thread."""
        self._is_set = True
        self._stopped.wake()

    def wait(self, seconds: float = math.inf) -> bool:
        """Wait, less once the flag is set; without ``seconds`` until then. Return whether it is set."""
        end = time.monotonic() + seconds
        pipes = [self._stopped]
        if threading.current_thread() is threading.main_thread():
            pipes.append(self._arrived)
        while not self._is_set and (left := end - time.monotonic()) > 0:
            _until_readable(pipes, left)
            for pipe in pipes[1:]:
                pipe.drain()
        return self._is_set


def _until_readable(pipes: list[_Pipe], seconds: float) -> None:
    # Not select, which takes no descriptor above 1023; one object for each wait, since it serves a single thread.
    waiting = select.poll()
    for pipe in pipes:
        waiting.register(pipe.reader, select.POLLIN)
    waiting.poll(math.ceil(min(seconds, _LONGEST_POLL_S) * 1000))


@contextlib.contextmanager
def handle_signals(handle: Callable[[int], None], stop: StopFlag | None = None) -> Iterator[None]:
    """Give ``SIGNALS`` to ``handle``, which must not block or raise, and then to whoever had them before.

    Waits of ``stop`` in the main thread end when a signal arrives, so that its handler runs.
    """

    def handler(number: int, _frame: FrameType | None) -> None:
        handle(number)

    wakeup = signal.set_wakeup_fd(stop.wakeup if stop else -1, warn_on_full_buffer=False)
    heard = _heard()
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        # SIGINT last: its ordinary handler raises, and nothing would be put back after it.
        for number in reversed(heard):
            signal.signal(number, before[number])
        signal.set_wakeup_fd(wakeup)


def _heard() -> tuple[signal.Signals, ...]:
    """Return ``SIGNALS`` without a hangup that this process was started to ignore, as ``nohup`` has it."""
    return tuple(each for each in SIGNALS if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN)


@contextlib.contextmanager
def stop_on_signals(stop: StopFlag) -> Iterator[None]:
    """Set ``stop`` on the first of ``SIGNALS``; end the process with exit code 7 on the second SIGINT or SIGTERM.

    Whatever the second one cuts off is settled by the next run: the intent is in the record since before the call.
    """
    asked: list[int] = []

    def handle(number: int) -> None:
        # One terminal that closes sends up to three hangups, from its shell and from the system, and a logout sends
        # SIGTERM besides: nobody asked twice for that.
        if number != signal.SIGHUP:
            if asked:
                os._exit(Exit.UNSETTLED)
            asked.append(number)
        stop.set()

    with handle_signals(handle, stop):
        yield


@contextlib.contextmanager
def let_interrupt() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt and the others end the process while a person is asked.

    No call is under way then.
    """
    wakeup = signal.set_wakeup_fd(-1)
    before = {number: signal.getsignal(number) for number in _heard()}
    for number in before:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
