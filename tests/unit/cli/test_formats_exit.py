"""The exit code that a plan, an apply and their verdicts come to."""

from __future__ import annotations

import pytest

from reconciler.cli.formats import plan_exit, report_exit
from reconciler.errors import ErrorInfo, Exit
from reconciler.model.plan import Planned, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from tests.fixtures.values import PENDING, SIGN_ID, plan, planned, row

HELD_BACK = [Verdict.REFUSED, Verdict.BLOCKED]
QUIET = [Verdict.IN_SYNC, Verdict.WAITING, Verdict.UNVERIFIED, Verdict.STUCK]
TROUBLE = ErrorInfo("Client.Timeout", "no answer came in time", "run again")


def one(verdict: Verdict, sign_id: int = SIGN_ID) -> Planned:
    return planned(verdict, row(PENDING), f"key-{sign_id}", sign_id)


@pytest.mark.parametrize("verdict", HELD_BACK)
@pytest.mark.parametrize("detailed", [True, False])
def test_a_plan_that_holds_something_back_says_so_before_it_speaks_of_changes(verdict: Verdict, detailed: bool) -> None:
    made = plan([one(Verdict.MODIFY), one(verdict, 1111)])
    assert plan_exit(made, detailed=detailed) is Exit.REFUSED


@pytest.mark.parametrize("verdict", QUIET)
def test_a_plan_without_changes_is_done(verdict: Verdict) -> None:
    assert plan_exit(plan([one(verdict)]), detailed=True) is Exit.DONE
    assert plan_exit(plan(), detailed=True) is Exit.DONE


def test_changes_are_told_by_the_exit_code_only_where_asked_for() -> None:
    assert plan_exit(plan([one(Verdict.MODIFY)])) is Exit.DONE
    assert plan_exit(plan([one(Verdict.MODIFY)]), detailed=True) is Exit.CHANGES


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (Result(Outcome.ACCEPTED), Exit.DONE),
        (Result(Outcome.NOT_ATTEMPTED, in_place=True), Exit.DONE),
        (Result(Outcome.REFUSED, error=TROUBLE), Exit.REFUSED),
        (Result(Outcome.FAILED, error=TROUBLE), Exit.UNSETTLED),
        (Result(Outcome.UNSETTLED, error=TROUBLE), Exit.UNSETTLED),
        (Result(Outcome.NOT_ATTEMPTED, error=TROUBLE), Exit.UNSETTLED),
        (None, Exit.UNSETTLED),
    ],
)
def test_an_apply_ends_as_its_worst_write_did(result: Result | None, code: Exit) -> None:
    results = {} if result is None else {f"key-{SIGN_ID}": result}
    made = plan([one(Verdict.MODIFY), one(Verdict.MODIFY, 1111)])
    assert report_exit(ApplyReport(made, results | {"key-1111": Result(Outcome.ACCEPTED)})) is code


def test_a_refusal_beside_accepted_writes_is_told_and_an_unsettled_write_outranks_it() -> None:
    made = plan([one(Verdict.MODIFY), one(Verdict.REFUSED, 1111)])
    assert report_exit(ApplyReport(made, {f"key-{SIGN_ID}": Result(Outcome.ACCEPTED)})) is Exit.REFUSED
    assert report_exit(ApplyReport(made, {f"key-{SIGN_ID}": Result(Outcome.UNSETTLED)})) is Exit.UNSETTLED


def test_a_run_that_ended_early_is_unsettled_even_if_every_write_was_accepted() -> None:
    made = plan([one(Verdict.MODIFY)])
    assert report_exit(ApplyReport(made, {f"key-{SIGN_ID}": Result(Outcome.ACCEPTED)}, TROUBLE)) is Exit.UNSETTLED


def test_without_anything_planned_an_apply_is_done() -> None:
    assert report_exit(ApplyReport(plan(), {})) is Exit.DONE
