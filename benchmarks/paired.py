"""Two commands in turn, A B A B ..., so that whatever slows the machine slows both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.subject import Run, Subject


@dataclass(frozen=True)
class Pairs:
    """The runs of both, in their order, after one unmeasured run of each."""

    ours: Sequence[Run]
    others: Sequence[Run]

    def ratios(self, figure: Callable[[Run], float]) -> list[float]:
        """Return the ratio of each pair by one figure of a run."""
        return [figure(a) / figure(b) for a, b in zip(self.ours, self.others, strict=True)]

    def medians(self, figure: Callable[[Run], float]) -> tuple[float, float]:
        """Return the medians of both by one figure of a run."""
        return median(map(figure, self.ours)), median(map(figure, self.others))


def in_turn(ours: Subject, other: Subject, rounds: int, *, warm: bool = True) -> Pairs:
    """Run both ``rounds`` times in turn; ``warm`` runs both once before."""
    if warm:
        ours.run()
        other.run()
    runs = [(ours.run(), other.run()) for _ in range(rounds)]
    return Pairs([pair[0] for pair in runs], [pair[1] for pair in runs])
