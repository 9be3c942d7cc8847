"""One example for each way to each rule of docs/decision.md, and what a decision tells beside its verdict."""

from __future__ import annotations

import pytest

from reconciler.contract.api import Status
from reconciler.decision.rules import Rule
from reconciler.decision.table import decide
from reconciler.model.plan import Change, Compared, Decision, IntentStatus, Planned, Verdict
from reconciler.model.signature import LiveSignature
from reconciler.model.state import IntentState
from tests.fixtures.values import (
    ACME,
    APPROVED,
    HIDDEN_EDIT,
    MOMENT,
    NOT_EFFECTIVE,
    REJECTED,
    RENAMED,
    UNDOCUMENTED,
    desired,
    known,
    row,
)
from tests.unit.decision.cases import CASES, WATCHED, Case, opened


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


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_decision_has_a_value_for_each_word_that_its_rule_leaves_open(case: Case) -> None:
    decision = case.decide()
    words = decision.reason + Planned(desired(), case.live, decision).hint
    assert "{" not in words
    assert "None" not in words


def told(case: str) -> tuple[str, tuple[Change, ...], tuple[str, ...]]:
    decision = CASES[case].decide()
    return decision.reason, decision.changes, decision.drift


def test_a_decision_tells_what_differs_and_what_others_changed() -> None:
    assert told("9 renamed outside") == (
        "pending, and the definition differs in sign_name; changed outside this tool: sign_name",
        (Change("sign_name", "Somebody's", "Acme"),),
        ("sign_name",),
    )
    assert told("13 hidden edit") == (
        "rejected, and the definition differs in remark",
        (Change("remark", ACME.remark, HIDDEN_EDIT.remark),),
        (),
    )
    assert told("9 neither intent nor record")[1:] == ((Change("remark", "Login codes", "Third"),), ())


def test_a_definition_that_equals_the_record_but_no_open_call_differs_from_the_last_of_them() -> None:
    third = ACME._replace(remark="Third", sign_purpose="self")
    sent = opened(HIDDEN_EDIT, row())
    assert decide(third, row(), sent, MOMENT).changes == (
        Change("sign_purpose", "others", "self"),
        Change("remark", HIDDEN_EDIT.remark, "Third"),
    )


@pytest.mark.parametrize(("international", "kind"), [(True, "global"), (False, "mainland")])
def test_a_row_of_the_other_kind_is_named_as_what_the_account_holds(international: bool, kind: str) -> None:
    wanted = ACME._replace(international=not international)
    assert decide(wanted, row(international=international), known(), MOMENT).params == {"kind": kind}


def test_an_undocumented_status_is_named() -> None:
    assert decide(ACME, row(UNDOCUMENTED), known(), MOMENT).params == {"status_code": UNDOCUMENTED}


def test_a_signature_that_is_only_watched_tells_what_the_account_shows() -> None:
    same = decide(WATCHED, row(), known(), MOMENT, observed=True)
    assert same == Decision(Rule.OBSERVED, Status.PENDING, {"status": Status.PENDING, "name": "Acme"})
    other = decide(WATCHED, row(APPROVED, sign_name="Other"), known(), MOMENT, observed=True)
    assert other == Decision(
        Rule.OBSERVED_DRIFTED, Status.APPROVED, {"status": Status.APPROVED, "name": "Other"}, drift=("sign_name",)
    )
    assert other.reason.endswith("the account shows the name Other")


@pytest.mark.parametrize(
    ("live", "ago", "fate"),
    [
        (row(sign_name="Borealis"), 60.0, IntentStatus.PROVEN),
        (row(), 60.0, IntentStatus.DROPPED),
        (row(), 3600.0, IntentStatus.OPEN),
    ],
)
def test_what_is_open_of_a_watched_signature_is_settled_all_the_same(
    live: LiveSignature, ago: float, fate: IntentStatus
) -> None:
    entry = opened(RENAMED, row(), ago)
    assert decide(WATCHED, live, entry, MOMENT, observed=True).intent is fate


@pytest.mark.parametrize("code", [APPROVED, NOT_EFFECTIVE, REJECTED])
def test_the_status_is_part_of_what_a_decision_says(code: int) -> None:
    decision = decide(RENAMED, row(code), known(), MOMENT)
    assert decision.params == {"status": row(code).status, "fields": ("sign_name",), "drift": ()}
