"""One example for each way to each rule of docs/decision.md, and what a decision tells beside its verdict."""

from __future__ import annotations

import pytest

from reconciler.contract.api import Status
from reconciler.decision.rules import Rule
from reconciler.decision.table import decide
from reconciler.model.plan import Compared, IntentStatus, Verdict
from reconciler.model.state import IntentState
from tests.fixtures.values import ACME, APPROVED, HIDDEN_EDIT, MOMENT, RENAMED, known, row
from tests.unit.decision.cases import CASES, Case, opened


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_first_rule_that_fits_decides(case: Case) -> None:
    decision = case.decide()
    assert decision.rule is case.rule
    assert decision.status is (case.live.status if case.live is not None else Status.MISSING)


def test_the_examples_reach_every_verdict() -> None:
    assert {case.rule.verdict for case in CASES.values()} == set(Verdict) - {Verdict.CREATE}


@pytest.mark.parametrize(
    ("name", "fate"),
    [
        ("5 approved meanwhile with our intent", IntentStatus.PROVEN),
        ("6 rejected became pending, then 11", IntentStatus.PROVEN),
        ("7 renaming not sent, then 9", IntentStatus.DROPPED),
        ("8 hidden edit", IntentStatus.OPEN),
        ("9 neither intent nor record", IntentStatus.OPEN),
        ("11 as submitted", IntentStatus.NONE),
    ],
)
def test_a_decision_tells_what_became_of_the_intent(name: str, fate: IntentStatus) -> None:
    assert CASES[name].decide().intent is fate


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("5 approved as submitted", Compared.ALL),
        ("5 approved, nothing recorded", Compared.VISIBLE),
        ("5 approved, resubmitted by others", Compared.VISIBLE),
        ("5 approved meanwhile with our intent", Compared.ALL),
        ("9 neither intent nor record", Compared.VISIBLE),
        ("10 resubmitted by others", Compared.VISIBLE),
        ("11 as submitted", Compared.ALL),
        ("12 nothing recorded", Compared.VISIBLE),
    ],
)
def test_a_decision_tells_how_far_it_could_look(name: str, compared: Compared) -> None:
    assert CASES[name].decide().compared is compared


def test_an_approval_while_another_submission_is_perhaps_sent_is_no_full_comparison() -> None:
    decision = decide(ACME, row(APPROVED), opened(HIDDEN_EDIT, row(), since=known()), MOMENT)
    assert decision.compared is Compared.VISIBLE
    assert "a run ended before the outcome of its call was known" in decision.reason


def test_an_approval_of_what_was_submitted_twice_is_a_full_comparison() -> None:
    decision = decide(ACME, row(APPROVED), opened(ACME, row(), since=known()), MOMENT)
    assert (decision.verdict, decision.compared) == (Verdict.IN_SYNC, Compared.ALL)


@pytest.mark.parametrize("ago", [-3600.0, 0.0, 19.9, 3000.0])
@pytest.mark.parametrize("status", [IntentState.LIVE, IntentState.LATE])
def test_a_call_that_may_be_under_way_or_came_late_is_not_taken_for_one_that_was_not_made(
    ago: float, status: IntentState
) -> None:
    entry = opened(RENAMED, row(), ago, status=status)
    assert decide(RENAMED, row(), entry, MOMENT).intent is IntentStatus.OPEN


@pytest.mark.parametrize(
    ("ago", "fate"), [(20.0, IntentStatus.DROPPED), (3599.0, IntentStatus.DROPPED), (3600.0, IntentStatus.OPEN)]
)
def test_an_unchanged_row_tells_for_an_hour_that_nothing_was_sent(ago: float, fate: IntentStatus) -> None:
    assert decide(RENAMED, row(), opened(RENAMED, row(), ago), MOMENT).intent is fate


def test_a_qualification_taken_over_proves_the_call() -> None:
    wanted = ACME._replace(qualification_id=2)
    before = row(qualification_id=1)
    assert decide(wanted, row(qualification_id=2), opened(wanted, before), MOMENT).rule is Rule.WAITING_FOR_REVIEW


def test_a_row_under_the_name_from_before_is_drift_since_apply_waits_for_a_row_that_may_trail() -> None:
    entry = known(RENAMED, ago=60.0, shown=None, before=row())
    decision = decide(RENAMED, row(), entry, MOMENT)
    assert (decision.rule, decision.drift) == (Rule.PENDING_DRIFTED, ("sign_name",))


def test_the_vendors_spelling_may_show_after_the_acceptance_was_recorded() -> None:
    entry = known(RENAMED, shown=None, before=row())
    assert decide(RENAMED, row(sign_name="BOREALIS"), entry, MOMENT).rule is Rule.WAITING_FOR_REVIEW
    assert decide(RENAMED, row(APPROVED, sign_name="BOREALIS"), entry, MOMENT).rule is Rule.APPROVED_AS_SUBMITTED
    assert decide(RENAMED, row(sign_name="Borealis Two"), entry, MOMENT).rule is Rule.PENDING_DRIFTED


def test_another_spelling_of_the_name_is_no_drift() -> None:
    decision = decide(ACME, row(sign_name="[ACME]"), known(before=row()), MOMENT)
    assert (decision.rule, decision.drift) == (Rule.WAITING_FOR_REVIEW, ())
