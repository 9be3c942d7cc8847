"""The invariants of the protocol, held against the logs of a schedule that has ended: a fleet's in each account."""

from __future__ import annotations

from collections.abc import Iterator

from tests.sim.judge_calls import judge_calls, judge_submissions
from tests.sim.judge_fleet import judge_fleet
from tests.sim.judge_record import judge_record
from tests.sim.judge_words import judge_words
from tests.sim.schedule import History
from tests.sim.violation import Violation


def judge(history: History) -> list[Violation]:
    """Return everything that a schedule broke, in the order of the invariants."""
    if history.parts:
        parts = (found for part in history.parts.values() for found in _judge_account(part))
        return sorted(dict.fromkeys((*_ended(history), *judge_fleet(history), *parts)))
    return sorted(dict.fromkeys(_judge_account(history)))


def _judge_account(history: History) -> list[Violation]:
    return [
        *_ended(history),
        *judge_submissions(history),
        *judge_calls(history),
        *judge_record(history),
        *judge_words(history),
    ]


def _ended(history: History) -> Iterator[Violation]:
    if history.endless:
        yield Violation(0, "ENDLESS", history.endless)
    for run in history.world.runs.values():
        if run.actor.error is not None:
            yield Violation(0, "CRASH", f"{run.name}: {run.actor.error!r}")
