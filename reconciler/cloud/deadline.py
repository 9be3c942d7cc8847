"""A bound on a call as a whole: the vendor's SDK only bounds each wait for the next byte."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from reconciler.cloud.lifeline import Lifeline, hang_on
from reconciler.contract.codes import TIMEOUT
from reconciler.errors import VendorError

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
        self._lifeline = Lifeline()
        self._ended = threading.Lock()
        self._ended.acquire()

    def run(self) -> None:
        hang_on(self._lifeline)
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
