"""Virtual time and the baton: real threads of which exactly one runs, switched only where an actor calls a seam.

Whoever holds the baton runs the next event itself, so that an actor that is its own successor costs no switch. Nothing
here reads a real clock: the order of events follows from their times, and equal times from the order of their making.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

_LONGEST_S: Final = 50_000.0
"""Virtual seconds after which a schedule counts as one that never ends."""

_MOST_EVENTS: Final = 50_000


class Killed(BaseException):
    """The process ended at a seam: whatever the code would still do, it cannot reach the world any more."""


class EndlessScheduleError(Exception):
    """A schedule went on longer than any run may."""


@dataclass
class Actor:
    """One thread of control. ``delay`` postpones a wake-up, as a suspended machine does; ``rng`` is its own alone."""

    name: str
    work: Callable[[], None]
    rng: Random
    delay: Callable[[float], float] = lambda at: at
    alive: bool = True
    killed: bool = False
    parked: bool = False
    error: BaseException | None = None
    baton: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))


class Scheduler:
    """Runs actors and events in the order of their virtual times."""

    def __init__(self) -> None:
        self.time = 0.0
        self._events: list[tuple[float, int, Actor | None, Callable[[], None] | None]] = []
        self._made = 0
        self._main = threading.Semaphore(0)
        self._failure: BaseException | None = None
        self._actors: list[Actor] = []
        self.current: Actor

    def at(self, time: float, happen: Callable[[], None]) -> None:
        """Let something happen at a time; it runs in whichever thread holds the baton then."""
        self._push(time, None, happen)

    def start(self, actor: Actor, time: float) -> None:
        """Let an actor begin at a time."""

        def body() -> None:
            actor.baton.acquire()
            try:
                if not actor.killed:
                    actor.work()
            except Killed:
                actor.killed = True
            except BaseException as error:  # noqa: BLE001  # judged after the schedule
                actor.error = error
            actor.alive = False
            self._dispatch(None)

        threading.Thread(target=body, daemon=True).start()
        self._actors.append(actor)
        self._push(time, actor, None)

    def sleep(self, actor: Actor, until: float) -> None:
        """Give the baton away until a time. Raises Killed once the actor was killed."""
        if actor.killed:
            raise Killed
        self._push(max(until, self.time), actor, None)
        self._dispatch(actor)
        if actor.killed:
            raise Killed

    def park(self, actor: Actor) -> None:
        """Give the baton away until somebody wakes the actor. Raises Killed once it was killed."""
        if actor.killed:
            raise Killed
        actor.parked = True
        self._dispatch(actor)
        if actor.killed:
            raise Killed

    def wake(self, actor: Actor) -> None:
        """Let an actor that is parked go on now."""
        if actor.parked:
            actor.parked = False
            self._push(self.time, actor, None)

    def run(self) -> None:
        """Run everything to its end. Raises EndlessScheduleError, and what an event raised."""
        self._dispatch(None)
        self._main.acquire()
        if self._failure is not None:
            self._end_all()
            raise self._failure

    def _end_all(self) -> None:
        """Let the threads of a schedule that failed end, so that none stays behind."""
        for actor in self._actors:
            if actor.alive:
                actor.killed = True
                actor.baton.release()
                self._main.acquire()

    def _push(self, time: float, actor: Actor | None, happen: Callable[[], None] | None) -> None:
        self._made += 1
        heapq.heappush(self._events, (time, self._made, actor, happen))

    def _dispatch(self, me: Actor | None) -> None:
        """Run events until it is somebody's turn; return where that is ``me``, or where ``me`` is nobody."""
        while self._events and self._failure is None:
            time, _, actor, happen = heapq.heappop(self._events)
            self.time = max(self.time, time)
            if self.time > _LONGEST_S or self._made > _MOST_EVENTS:
                self._failure = EndlessScheduleError(f"still going on at {self.time:.0f} s, event {self._made}")
                break
            if happen is not None:
                self._happen(happen)
                continue
            if actor is None:
                continue
            later = actor.delay(self.time)
            if later > self.time:
                self._push(later, actor, None)
                continue
            self.current = actor
            if actor is me:
                return
            actor.baton.release()
            if me is not None:
                me.baton.acquire()
            return
        self._main.release()
        if me is not None:
            me.baton.acquire()

    def _happen(self, happen: Callable[[], None]) -> None:
        try:
            happen()
        except BaseException as error:  # noqa: BLE001  # raised where the schedule was started
            self._failure = error
