"""What a call in progress hangs on. Once it is cut, that call sends nothing more.

A call that was given up would otherwise go on by itself, since looking up a name and uploading images have no limit of
their own, and could submit a signature long after the run has settled that nothing was sent.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import Final

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
_of_thread = threading.local()


class Lifeline:
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


def hang_on(lifeline: Lifeline) -> None:
    """Make every connection that this thread uses from now on hang on ``lifeline``."""
    _of_thread.lifeline = lifeline


def hold(used: socket.socket | None) -> None:
    """Note the socket of this thread's call. Raises ConnectionAbortedError where that call was given up."""
    lifeline: Lifeline | None = getattr(_of_thread, "lifeline", None)
    if lifeline is not None and used is not None:
        lifeline.hold(used)
