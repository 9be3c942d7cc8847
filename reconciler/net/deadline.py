"""A time limit for a call as a whole, after which the call can send nothing more."""

# The vendor's SDK bounds only each wait for the next byte, and looking up a host name and uploading images have no
# limit at all. A call that was merely no longer waited for could submit a signature long after the run has settled that
# nothing was sent; so each call runs in a thread apart, and its socket is reset when its time is over.

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar

from reconciler.contract.error_codes import TIMEOUT
from reconciler.errors import VendorError

# With this option a close throws away what the system has buffered, and tells the other side by a reset.
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)

Result = TypeVar("Result")


class AbortHandle:
    """Knows the socket that a call uses, so that another thread can abort the call.

    ``check`` is the last word before the first byte: it runs when the connection is there, TLS included, and may raise
    a VendorError, which becomes what the call raises.
    """

    def __init__(self, check: Callable[[], None] | None = None) -> None:
        self._check = check
        self.refusal: VendorError | None = None
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._aborted = False

    def attach(self, used: socket.socket) -> None:
        """Note the socket before anything is sent through it. Raises ConnectionAbortedError after an abort."""
        if self._check is not None:
            try:
                self._check()
            except VendorError as refusal:
                self.refusal = refusal
                raise
        with self._lock:
            if self._aborted:
                raise ConnectionAbortedError("the call was aborted before it was sent")
            self._socket = used

    def detach(self) -> None:
        """Forget the socket: the call has ended, and the connection may serve another one."""
        with self._lock:
            self._socket = None

    def abort(self) -> None:
        """End the call. What has not left this machine, system buffers included, is discarded."""
        with self._lock:
            self._aborted = True
            if self._socket is not None:
                _reset(self._socket)


def _reset(used: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the connection may have ended by itself
        used.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        # The plain method: the one of TLS would take the connection apart under the thread that reads from it.
        socket.socket.shutdown(used, socket.SHUT_RDWR)


_thread = threading.local()


def attach_to_call(used: socket.socket | None) -> None:
    """Attach a socket to the call that runs in this thread. Raises ConnectionAbortedError if that was aborted."""
    handle: AbortHandle | None = getattr(_thread, "handle", None)
    if handle is not None and used is not None:
        handle.attach(used)


class Call(Generic[Result]):
    """One call in progress. Its time runs from here on."""

    def __init__(self, function: Callable[[], Result], seconds: float, check: Callable[[], None] | None = None) -> None:
        self._function = function
        self._seconds = seconds
        self._ends_at = time.monotonic() + seconds
        self._handle = AbortHandle(check)
        self._returned: list[Result] = []
        self._error: BaseException | None = None
        self._ended = threading.Event()
        _run_aside(self)

    def run(self) -> None:
        """Make the call, in the thread that is meant for it."""
        _thread.handle = self._handle
        try:
            self._returned.append(self._function())
        except BaseException as error:  # noqa: BLE001  # raised again in the thread that asks for the result
            # What is raised in the socket comes out of the SDK as a network error.
            self._error = self._handle.refusal or error
        finally:
            self._handle.detach()

    def end(self) -> None:
        """Let those go on who wait for the result."""
        self._ended.set()

    def result(self) -> Result:
        """Return what the call returned, or raise what it raised.

        Raises VendorError with ``Client.Timeout``, and aborts the call, where it has not ended in time.
        """
        self._ended.wait(max(0.0, self._ends_at - time.monotonic()))
        if self._error is not None:
            raise self._error
        if not self._returned:
            self._handle.abort()
            raise VendorError("no answer within {seconds:g} s", code=TIMEOUT, seconds=self._seconds)
        return self._returned[0]


class _Worker:
    """A thread that makes one call after the other: to start one for each took a twentieth of the time of a fleet."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Call[Any]] = SimpleQueue()
        # A daemon: an executor's threads are joined at exit, and would hold the process for a call that was aborted.
        threading.Thread(target=self._work, daemon=True, name="call").start()

    def take(self, call: Call[Any]) -> None:
        self._calls.put(call)

    def _work(self) -> None:
        while True:
            call = self._calls.get()
            call.run()
            _idle.append(self)
            call.end()
            del call  # or its result would be kept until the next one


# A call that was aborted, but has not ended, keeps its worker, so there are as many as there were calls at once.
_idle: Final[deque[_Worker]] = deque()
os.register_at_fork(after_in_child=_idle.clear)  # a child of this process has none of its threads


def _run_aside(call: Call[Any]) -> None:
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _Worker()
    worker.take(call)


class Deadline:
    """A limit in seconds for each call that is started with it.

    A thread apart also keeps a call from signals, which arrive in the main thread: the SDK would turn an exception
    from a signal's handler into a network error.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def start(self, function: Callable[[], Result], check: Callable[[], None] | None = None) -> Call[Result]:
        """Start a call, which runs beside the caller from now on. ``check`` is asked right before its first byte."""
        return Call(function, self._seconds, check)
