"""What a call in progress hangs on. Once it is cut, that call sends nothing more.

A call that was given up would otherwise go on by itself, since looking up a name and uploading images have no limit of
their own, and could submit a signature long after the run has settled that nothing was sent.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar

from reconciler.contract.error_codes import TIMEOUT
from reconciler.errors import VendorError

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


_of_thread = threading.local()


class AbortHandle:
    """Holds the socket that a call uses, so that another thread can cut it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False

    def hold(self, used: socket.socket) -> None:
        """Note the socket before anything is sent through it. Raises ConnectionAbortedError once cut."""
        with self._lock:
            if self._is_cut:
                raise ConnectionAbortedError("the call was given up before it was sent")
            self._socket = used

    def let_go(self) -> None:
        """Forget the socket: the call has ended, and the connection may serve another one."""
        with self._lock:
            self._socket = None

    def cut(self) -> None:
        """End the call: what is not yet on the wire, in the system's buffers too, is thrown away."""
        with self._lock:
            self._is_cut = True
            if self._socket is not None:
                _reset(self._socket)


def _reset(used: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the connection may have ended by itself
        used.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        # The plain method: the one of TLS would take the connection apart under the thread that reads from it.
        socket.socket.shutdown(used, socket.SHUT_RDWR)


def attach(lifeline: AbortHandle) -> None:
    """Make every connection that this thread uses from now on hang on ``lifeline``."""
    _of_thread.lifeline = lifeline


def hold(used: socket.socket | None) -> None:
    """Note the socket of this thread's call. Raises ConnectionAbortedError where that call was given up."""
    lifeline: AbortHandle | None = getattr(_of_thread, "lifeline", None)
    if lifeline is not None and used is not None:
        lifeline.hold(used)


# A bound on a call as a whole: the vendor's SDK only bounds each wait for the next byte.


Result = TypeVar("Result")


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return what ``call`` returns as ``Crew.within`` does, for a call that is the only one."""
    crew = Crew()
    try:
        return crew.within(seconds, call)
    finally:
        crew.dismiss()


class Crew:
    """Threads that calls run in. One that ended a call in time serves the next."""

    def __init__(self) -> None:
        self._all: list[_Hand] = []
        self._idle: list[_Hand] = []

    def within(self, seconds: float, call: Callable[[], Result]) -> Result:
        """Return what ``call`` returns, or raise what it raises, within ``seconds``; then ``Client.Timeout``."""
        return self.begin(seconds, call)()

    def begin(self, seconds: float, call: Callable[[], Result]) -> Callable[[], Result]:
        """Begin a call, and return what waits for its end as ``within`` does, the seconds counted from now.

        The call runs in a thread that is left behind where it does not end in time, with what it would still send cut
        off. That also keeps signals, which arrive in the main thread, out of the SDK: it would turn an exception from a
        handler into a network error.
        """
        running = _Running(call, seconds)
        hand = self._hand()
        hand.give(running)
        return lambda: self._end(hand, running)

    def _hand(self) -> _Hand:
        try:
            return self._idle.pop()
        except IndexError:
            self._all.append(_Hand())
            return self._all[-1]

    def _end(self, hand: _Hand, running: _Running[Result]) -> Result:
        in_time = False
        try:
            in_time = running.wait()
        finally:
            if in_time:
                self._idle.append(hand)
            else:
                hand.give(None)
        return running.outcome()

    def dismiss(self) -> None:
        """Let the threads end, each after the call that it may still be in."""
        self._idle.clear()
        while self._all:
            self._all.pop().give(None)


class _Running(Generic[Result]):
    """One call, and its time, which runs from here on."""

    def __init__(self, call: Callable[[], Result], seconds: float) -> None:
        self._call = call
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._result: list[Result] = []
        self._error: BaseException | None = None
        self._lifeline = AbortHandle()
        self._ended = threading.Lock()
        self._ended.acquire()

    def run(self) -> None:
        attach(self._lifeline)
        try:
            self._result.append(self._call())
        except BaseException as error:  # noqa: BLE001  # handed over to the thread that asked
            self._error = error
        finally:
            self._lifeline.let_go()
            self._ended.release()

    def wait(self) -> bool:
        return self._ended.acquire(timeout=max(0.0, self._deadline - time.monotonic()))

    def outcome(self) -> Result:
        if self._error is not None:
            raise self._error
        if not self._result:
            self._lifeline.cut()
            raise VendorError(f"no answer within {self._seconds:g} s", code=TIMEOUT)
        return self._result[0]


class _Hand(threading.Thread):
    """Runs what it is given, one after the other, until it is given nothing."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._given: SimpleQueue[_Running[Any] | None] = SimpleQueue()
        self.start()

    def give(self, running: _Running[Any] | None) -> None:
        self._given.put(running)

    def run(self) -> None:
        while (running := self._given.get()) is not None:
            running.run()
