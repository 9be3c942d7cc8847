"""A bound on a call as a whole: the vendor's SDK only bounds each wait for the next byte."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from reconciler.cloud.lifeline import Lifeline, hang_on
from reconciler.contract.codes import TIMEOUT
from reconciler.errors import VendorError

Result = TypeVar("Result")


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """Return what ``call`` returns, or raise what it raises, within ``seconds``; then VendorError ``Client.Timeout``.

    The call runs in a thread of its own, which is left behind where it does not end in time, with what it would still
    send cut off. That also keeps signals, which arrive in the main thread, out of the SDK: it would turn an exception
    from a handler into a network error.
    """
    running = _Running(call)
    running.start()
    running.join(seconds)
    return running.outcome(seconds)


class _Running(threading.Thread, Generic[Result]):
    def __init__(self, call: Callable[[], Result]) -> None:
        super().__init__(daemon=True)
        self._call = call
        self._lifeline = Lifeline()
        self._result: list[Result] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        hang_on(self._lifeline)
        try:
            self._result.append(self._call())
        except BaseException as error:  # noqa: BLE001  # handed over to the thread that asked
            self._error = error
        finally:
            self._lifeline.let_go()

    def outcome(self, seconds: float) -> Result:
        if self._error is not None:
            raise self._error
        if not self._result:
            self._lifeline.cut()
            raise VendorError(f"no answer within {seconds:g} s", code=TIMEOUT)
        return self._result[0]
