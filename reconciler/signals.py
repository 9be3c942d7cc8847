"""Signals: the first lets the call under way finish and starts no more, the second stops at once.

A handler only sets a flag. An exception raised from one inside the vendor's SDK would come out as a network error.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from reconciler.errors import Exit

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_on_signals(stop: threading.Event) -> Iterator[None]:
    """Set ``stop`` on the first SIGINT or SIGTERM; end the process with exit code 7 on the second.

    Whatever the second one cuts off is settled by the next run: the intent is in the record since before the call.
    """

    def handle(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(Exit.UNSETTLED)
        stop.set()

    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
