"""What every step of an apply is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from reconciler.clock import Clock
from reconciler.cloud.api import Describer, Images, Modifier
from reconciler.cloud.pace import ModifyPace
from reconciler.decision.build import Choice
from reconciler.model.plan import Planned
from reconciler.model.report import Result
from reconciler.model.signature import Desired
from reconciler.planning.reach import Pacing
from reconciler.state.store import Store


class Observer(Protocol):
    """Is told how an apply goes on."""

    def waiting(self, seconds: float) -> None:
        """Hear that another run holds the record; ``seconds`` are left if it does not move."""

    def begins(self, planned: Planned, number: int, total: int) -> None:
        """Hear that a signature's turn has come."""

    def ended(self, planned: Planned, result: Result) -> None:
        """Hear that a signature has its result."""


class Context(NamedTuple):
    """One apply's surroundings. ``stopped`` tells whether the person asked to stop, ``commit`` is applied from."""

    reader: Describer
    writer: Modifier
    store: Store
    clock: Clock
    pace: ModifyPace
    pacing: Pacing
    choice: Choice
    observer: Observer
    stopped: Callable[[], bool]
    load_images: Callable[[Desired], Images]
    run: str
    commit: str | None = None
