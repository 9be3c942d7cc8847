"""What holds whatever definition, row and record hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract.api import MODIFIABLE, Status
from reconciler.decision.intents import after_rows, is_not_sent
from reconciler.decision.rules import Rule
from reconciler.decision.table import decide
from reconciler.model.plan import IntentStatus, Verdict
from reconciler.model.state import IntentState
from tests.fixtures.strategies import Situation, modifiable_codes, situations

approved_codes = st.sampled_from([0, 2])
undocumented_codes = st.integers(-(2**63), 2**63 - 1).filter(lambda code: code not in {0, 1, 2, -1})


@given(situations(approved_codes), st.booleans())
def test_an_approved_signature_is_refused_or_left_alone(case: Situation, resubmit: bool) -> None:
    decision = decide(*case, resubmit=resubmit)
    blocked = case.live.international != case.wanted.international
    allowed = {Verdict.BLOCKED} if blocked else {Verdict.REFUSED, Verdict.IN_SYNC}
    assert decision.verdict in allowed


@given(situations(undocumented_codes), st.booleans())
def test_a_status_that_no_page_documents_is_blocked(case: Situation, resubmit: bool) -> None:
    decision = decide(*case, resubmit=resubmit)
    assert (decision.verdict, decision.status) == (Verdict.BLOCKED, Status.UNKNOWN)


@given(situations(), st.booleans())
def test_a_missing_signature_is_blocked(case: Situation, resubmit: bool) -> None:
    decision = decide(*case._replace(live=None), resubmit=resubmit)  # type: ignore[arg-type]  # a row is what is missing
    assert (decision.verdict, decision.status) == (Verdict.BLOCKED, Status.MISSING)


@given(situations(), st.booleans())
def test_only_a_pending_or_rejected_row_of_the_same_kind_is_modified(case: Situation, resubmit: bool) -> None:
    if decide(*case, resubmit=resubmit).verdict is Verdict.MODIFY:
        assert case.live.status in MODIFIABLE
        assert case.live.international == case.wanted.international


@given(situations(modifiable_codes))
def test_asking_for_it_submits_every_signature_that_may_be_modified(case: Situation) -> None:
    wanted = case.live.international == case.wanted.international
    assert (decide(*case, resubmit=True).verdict is Verdict.MODIFY) is wanted


@given(situations(), st.booleans())
def test_every_verdict_says_why_and_whoever_must_act_is_told_how(case: Situation, resubmit: bool) -> None:
    decision = decide(*case, resubmit=resubmit)
    assert decision.reason.strip()
    settled = {Verdict.MODIFY, Verdict.IN_SYNC, Verdict.WAITING}
    assert bool(decision.rule.hint) is (decision.verdict not in settled)


@given(situations())
def test_what_is_neither_asked_for_nor_different_nor_unrecorded_is_not_modified(case: Situation) -> None:
    decision = decide(*case)
    if decision.verdict is Verdict.MODIFY:
        unrecorded = case.entry.submitted is None
        assert decision.changes or unrecorded
    if decision.verdict in {Verdict.IN_SYNC, Verdict.WAITING, Verdict.STUCK}:
        assert not decision.changes


@given(situations())
def test_a_change_names_two_values_and_drift_is_part_of_the_changes(case: Situation) -> None:
    decision = decide(*case)
    assert all(change.old != change.new for change in decision.changes)
    names = [change.field for change in decision.changes]
    assert len(set(names)) == len(names)
    assert set(decision.drift) <= set(names)


@given(situations())
def test_nothing_recorded_means_that_hidden_fields_were_not_compared(case: Situation) -> None:
    decision = decide(*case)
    if decision.compared == "all":
        assert case.entry.submitted is not None or decision.intent is IntentStatus.PROVEN


@given(situations())
def test_an_intent_that_is_live_is_never_concluded_not_to_be_sent(case: Situation) -> None:
    live = tuple(intent._replace(status=IntentState.LIVE) for intent in case.entry.perhaps)
    entry = case.entry._replace(perhaps=live)
    settled = after_rows(entry, case.live, case.moment.now)
    assert settled.perhaps == live


@given(situations())
def test_an_intent_is_dropped_only_by_the_very_row_that_was_there_before(case: Situation) -> None:
    for intent in case.entry.perhaps:
        if is_not_sent(intent, case.live, case.moment.now):
            assert case.live == intent.before


@given(situations(modifiable_codes))
def test_what_is_perhaps_there_already_is_not_sent_by_itself(case: Situation) -> None:
    intent = case.entry.newest
    if intent is None or case.live.international != case.wanted.international or intent.fields != case.wanted:
        return
    if after_rows(case.entry, case.live, case.moment.now).newest == intent:
        assert decide(*case).rule is Rule.PERHAPS_SENT
