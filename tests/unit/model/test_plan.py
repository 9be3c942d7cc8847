from __future__ import annotations

from reconciler.model.plan import Verdict
from tests.fixtures.values import plan, planned


def test_a_summary_counts_every_verdict_the_absent_ones_too() -> None:
    made = plan([planned(Verdict.MODIFY), planned(Verdict.MODIFY), planned(Verdict.STUCK)])
    assert made.summary == {
        "modify": 2,
        "create": 0,
        "in-sync": 0,
        "waiting": 0,
        "unverified": 0,
        "stuck": 1,
        "refused": 0,
        "blocked": 0,
        "observed": 0,
    }
