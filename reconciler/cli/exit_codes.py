"""Which exit code a run has earned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from reconciler.errors import Exit
from reconciler.model.plan import Plan, Planned, Verdict
from reconciler.model.report import ApplyReport, Finding, Outcome, Result

_HELD_BACK: Final = frozenset({Verdict.REFUSED, Verdict.BLOCKED})


def plan_exit(plan: Plan, *, detailed: bool = False) -> Exit:
    """Return the exit code of a plan: refused or blocked ones first, then, where asked for, changes."""
    if _held_back(plan.signatures):
        return Exit.REFUSED
    return Exit.CHANGES if detailed and plan.summary[Verdict.MODIFY] else Exit.DONE


def report_exit(report: ApplyReport) -> Exit:
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


def worst_exit(findings: Sequence[Finding]) -> Exit:
    """Return the exit code of the worst finding."""
    return max((finding.exit_code for finding in findings), default=Exit.DONE)
