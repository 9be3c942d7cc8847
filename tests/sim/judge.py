"""The invariants (1) to (12) of the protocol, held against the logs of a schedule that has ended."""

from __future__ import annotations

from collections.abc import Iterator

from tests.sim.judge_calls import judge_calls, judge_submissions
from tests.sim.judge_record import judge_record
from tests.sim.judge_words import judge_words
from tests.sim.schedule import History
from tests.sim.violation import Violation


def judge(history: History) -> list[Violation]:
    """Return everything that a schedule broke, in the order of the invariants."""
    found = [
        *_ended(history),
        *judge_submissions(history),
        *judge_calls(history),
        *judge_record(history),
        *judge_words(history),
    ]
    return sorted(dict.fromkeys(found))


def _ended(history: History) -> Iterator[Violation]:
    if history.endless:
        yield Violation(0, "ENDLESS", history.endless)
    for run in history.world.runs.values():
        if run.actor.error is not None:
            yield Violation(0, "CRASH", f"{run.name}: {run.actor.error!r}")
