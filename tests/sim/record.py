"""What the record held at every moment, whichever store keeps it: the history that the invariants read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.model.state import State
from reconciler.state.codec import parse
from reconciler.state.store import record_name


@dataclass(frozen=True)
class Written:
    """The record after one write of ``by``."""

    time: float
    by: str
    state: State


@dataclass
class Record:
    """One record: that of the branch, or of one clone's folder. Commits are called by their number in the trace."""

    empty: State
    now: Callable[[], float]
    history: list[Written] = field(default_factory=list)
    _tips: dict[str, State] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the record is called in its store."""
        return record_name(self.empty.uin, self.empty.region)

    @property
    def state(self) -> State:
        """The record as it is now."""
        return self.history[-1].state if self.history else self.empty

    def put(self, by: str, state: State) -> None:
        """Note that the record is this now."""
        self.history.append(Written(self.now(), by, state))

    def pushed(self, by: str, tip: str, data: bytes) -> None:
        """Note that the branch is at a commit that holds these bytes."""
        self._tips[tip] = parse(data, source="the simulated record")
        self.put(by, self._tips[tip])

    def of_tip(self, tip: str | None) -> State:
        """Return the record that a commit of the branch holds."""
        return self.empty if tip is None else self._tips[tip]

    def label(self, tip: str | None) -> str:
        """Return a commit of the branch as traces call it; ids differ from git to git."""
        return (
            "no branch" if tip is None else f"#{[*self._tips].index(tip) + 1}" if tip in self._tips else "a new commit"
        )
