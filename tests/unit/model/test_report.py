"""The exit code of a plan and of an apply: the highest that holds."""

from __future__ import annotations

import pytest

from reconciler.model.plan import WRITES, Planned, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from tests.fixtures.values import PENDING, SIGN_ID, plan, planned, row


def one(verdict: Verdict, sign_id: int = SIGN_ID) -> Planned:
    return planned(verdict, row(PENDING), f"key-{sign_id}", sign_id)


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict not in WRITES])
def test_what_was_never_to_be_written_came_out_as_its_verdict_says(verdict: Verdict) -> None:
    report = ApplyReport(plan([one(verdict)]), {})
    (signature,) = report.plan.signatures
    expected = Outcome.REFUSED if verdict is Verdict.REFUSED else Outcome.NOT_ATTEMPTED
    assert report.result(signature) == Result(expected)
