"""Work on many accounts side by side: a bounded number of threads, results as they come, nothing left behind."""

# The vendor's limits are for an account, and nearly all of an account's time is spent waiting for answers: threads are
# enough. They are daemons, since a call to a server that hangs must not hold a process that a person has ended.

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Seconds for which a process that is ended early waits for what is under way.
_LEAVE_S: Final = 5.0
_LOOK_EVERY_S: Final = 0.5


class _Failed(NamedTuple):
    """What ended a thread: a bug, since whatever an account can do is caught where its result is made."""

    error: BaseException


class _Workers(Generic[Item, Result]):
    """Threads that take one item after the other, until there is none or they are asked to leave."""

    def __init__(self, items: Sequence[Item], work: Callable[[Item], Result], jobs: int) -> None:
        self.ended: SimpleQueue[tuple[Item, Result] | _Failed] = SimpleQueue()
        self._left = iter(items)
        self._work = work
        self._turn = threading.Lock()
        self._leaving = False
        self._threads = [
            threading.Thread(target=self._run, daemon=True, name="account") for _ in range(min(jobs, len(items)))
        ]
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """Begin nothing more, and wait a little for what is under way."""
        self._leaving = True
        end = time.monotonic() + _LEAVE_S
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def next_ended(self) -> tuple[Item, Result] | _Failed:
        """Wait for the next result. A signal is handled between two looks, also one that came just before a wait."""
        while True:
            with suppress(Empty):
                return self.ended.get(timeout=_LOOK_EVERY_S)

    def _next(self) -> Item | None:
        with self._turn:
            return None if self._leaving else next(self._left, None)

    def _run(self) -> None:
        try:
            while (item := self._next()) is not None:
                self.ended.put((item, self._work(item)))
        except BaseException as error:  # noqa: BLE001  # raised again by whoever takes the results
            self.ended.put(_Failed(error))


def side_by_side(
    items: Sequence[Item], work: Callable[[Item], Result], jobs: int
) -> Generator[tuple[Item, Result], None, None]:
    """Yield each item with what ``work`` made of it, as they end; at most ``jobs`` are worked on at once.

    Whoever stops taking results early leaves the items that were not begun. Raises what ``work`` raises.
    """
    workers = _Workers(items, work, jobs)
    try:
        for _ in items:
            found = workers.next_ended()
            if isinstance(found, _Failed):
                raise found.error
            yield found
    finally:
        workers.leave()
