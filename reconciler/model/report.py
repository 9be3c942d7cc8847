"""What became of a plan: one result per signature, as a value that renderers read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from reconciler.errors import Exit
from reconciler.model.live import Row
from reconciler.model.plan import Plan, Planned, Verdict


class Outcome(StrEnum):
    """How a signature came out of an apply."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    UNSETTLED = "unsettled"
    NOT_ATTEMPTED = "not-attempted"


class Trouble(NamedTuple):
    """Why a write did not come to be accepted: the vendor's code or one of our own, its words, and the mend."""

    code: str
    message: str
    hint: str


class Result(NamedTuple):
    """The outcome for one signature, and the row that the vendor showed last.

    ``in_place`` where nothing was sent because somebody else had submitted just the same meanwhile.
    """

    outcome: Outcome
    request_id: str | None = None
    trouble: Trouble | None = None
    shown: Row | None = None
    in_place: bool = False


class Report(NamedTuple):
    """A plan with its results by ``sign_id``; ``trouble`` ended the run early or kept its record from being stored."""

    plan: Plan
    results: Mapping[int, Result]
    trouble: Trouble | None = None

    def result(self, planned: Planned) -> Result:
        """Return a signature's result; one that no write was planned for came out as its verdict says."""
        refused = planned.verdict is Verdict.REFUSED
        default = Result(Outcome.REFUSED if refused else Outcome.NOT_ATTEMPTED)
        return self.results.get(planned.desired.sign_id, default)


_HELD_BACK: Final = frozenset({Verdict.REFUSED, Verdict.BLOCKED})


def plan_exit(plan: Plan, *, detailed: bool = False) -> Exit:
    """Return the exit code of a plan: refused or blocked ones first, then, where asked for, changes."""
    if _held_back(plan.signatures):
        return Exit.REFUSED
    return Exit.CHANGES if detailed and plan.summary[Verdict.MODIFY] else Exit.DONE


def report_exit(report: Report) -> Exit:
    """Return the exit code of an apply: the highest that holds."""
    codes = [plan_exit(report.plan), Exit.UNSETTLED if report.trouble else Exit.DONE]
    writes = (planned for planned in report.plan.signatures if planned.verdict is Verdict.MODIFY)
    return max([*codes, *(_exit_of(report.result(planned)) for planned in writes)])


def _held_back(signatures: Iterable[Planned]) -> bool:
    return any(planned.decision.verdict in _HELD_BACK for planned in signatures)


def _exit_of(result: Result) -> Exit:
    return Exit.DONE if result.in_place else _OUTCOME_EXITS[result.outcome]


_OUTCOME_EXITS: Mapping[Outcome, Exit] = {
    Outcome.ACCEPTED: Exit.DONE,
    Outcome.REFUSED: Exit.REFUSED,
    Outcome.FAILED: Exit.UNSETTLED,
    Outcome.UNSETTLED: Exit.UNSETTLED,
    Outcome.NOT_ATTEMPTED: Exit.UNSETTLED,
}
