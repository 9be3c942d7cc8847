"""A plan decides on every signature by itself, whatever the order, and leaves everybody else's alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract.api import Status
from reconciler.decision.compare import DecisionTime
from reconciler.decision.plan import decide_known, fingerprint, make_offline_plan, make_plan, row_of
from reconciler.decision.rules import Rule
from reconciler.decision.table import decide
from reconciler.model.plan import Plan, Selection, Verdict
from reconciler.model.signature import NEW, LiveSignature, SignFields, Subject, watched_fields
from reconciler.model.state import Entry, State
from tests.fixtures.strategies import Account, accounts
from tests.fixtures.values import (
    ACME,
    HIDDEN_EDIT,
    MOMENT,
    NOW,
    PENDING,
    REJECTED,
    RENAMED,
    SIGN_ID,
    TARGET,
    desired,
    doubted,
    intent,
    known,
    row,
    submitted,
)


def planned_from(account: Account, choice: Selection = Selection()) -> Plan:  # noqa: B008  # a frozen value
    return make_plan(TARGET, account.desired, account.live, account.state, account.moment, choice)


def offline(entry: Entry, fields: SignFields = ACME, choice: Selection = Selection()) -> Plan:  # noqa: B008  # as above
    state = State(TARGET.uin, "ap-singapore", {SIGN_ID: entry})
    return make_offline_plan(TARGET, [desired()._replace(fields=fields)], state, MOMENT, choice)


@given(accounts(), st.data())
def test_the_order_of_the_inputs_changes_no_decision_and_no_fingerprint(account: Account, data: st.DataObject) -> None:
    shuffled = account._replace(
        desired=tuple(data.draw(st.permutations(account.desired))),
        live=dict(data.draw(st.permutations(list(account.live.items())))),
        state=account.state._replace(entries=dict(data.draw(st.permutations(list(account.state.entries.items()))))),
    )
    plan, other = planned_from(account), planned_from(shuffled)
    assert {p.desired.key: p for p in plan.signatures} == {p.desired.key: p for p in other.signatures}
    assert plan.fingerprint == other.fingerprint
    assert plan.unmanaged == other.unmanaged


@given(accounts())
def test_a_plan_decides_on_each_signature_as_the_table_does(account: Account) -> None:
    plan = planned_from(account)
    assert [planned.desired for planned in plan.signatures] == list(account.desired)
    for planned in plan.signatures:
        sign_id = planned.desired.sign_id
        live, entry = row_of(planned.desired, account.live, account.state, account.moment), account.state.entry(sign_id)
        assert planned.live == live
        assert planned.decision == decide(planned.desired.fields, live, entry, account.moment)


@given(accounts(), st.booleans())
def test_rows_that_no_definition_names_are_listed_and_left_alone(account: Account, narrowed: bool) -> None:
    first = frozenset(each.key for each in account.desired[:1]) if narrowed else frozenset[str]()
    plan = planned_from(account, Selection(only=first))
    named = {each.sign_id for each in account.desired}
    assert [unmanaged.sign_id for unmanaged in plan.unmanaged] == sorted(account.live.keys() - named)
    assert {planned.desired.sign_id for planned in plan.signatures} <= named


def test_a_definition_that_was_not_chosen_still_manages_its_row() -> None:
    other = desired()._replace(key="other", sign_id=1111)
    rows = {SIGN_ID: row(), 1111: row(sign_id=1111), 7: row(sign_id=7)}
    state = State(TARGET.uin, "ap-singapore")
    plan = make_plan(TARGET, [desired(), other], rows, state, MOMENT, Selection(only=frozenset({"other"})))
    assert [unmanaged.sign_id for unmanaged in plan.unmanaged] == [7]


@given(accounts())
def test_a_narrowed_plan_holds_the_chosen_signatures_only(account: Account) -> None:
    for each in account.desired:
        (planned,) = planned_from(account, Selection(only=frozenset({each.key}))).signatures
        assert planned.desired == each


@given(accounts())
def test_resubmitting_one_signature_changes_no_other_decision(account: Account) -> None:
    plain = planned_from(account)
    for each in account.desired:
        asked = planned_from(account, Selection(resubmit=frozenset({each.key})))
        others = [planned for planned in asked.signatures if planned.desired != each]
        assert others == [planned for planned in plain.signatures if planned.desired != each]


def test_two_plans_of_the_same_inputs_are_equal() -> None:
    state = State(TARGET.uin, "ap-singapore", {SIGN_ID: known(HIDDEN_EDIT)})
    plans = [make_plan(TARGET, [desired()], {SIGN_ID: row()}, state, MOMENT) for _ in range(2)]
    assert plans[0] == plans[1]


def test_offline_the_row_that_the_record_holds_stands_for_the_account() -> None:
    waiting, changed = offline(known()), offline(known(), HIDDEN_EDIT)
    assert waiting.signatures[0].verdict is Verdict.WAITING
    assert changed.signatures[0].verdict is Verdict.MODIFY
    assert changed.unmanaged == ()


def test_offline_nobody_knows_a_signature_that_was_never_shown() -> None:
    for entry in (Entry(), known(shown=None)):
        (planned,) = offline(entry).signatures
        assert (planned.verdict, planned.decision.status) == (Verdict.UNVERIFIED, Status.UNKNOWN)
        assert planned.live is None
        assert "--offline" in planned.hint


def test_offline_an_open_intent_is_never_taken_for_not_sent() -> None:
    entry = doubted(intent(RENAMED, row()), own=submitted(shown=row()))
    (planned,) = offline(entry, RENAMED).signatures
    assert planned.decision.rule is Rule.PERHAPS_SENT


def test_offline_a_row_from_before_the_intent_does_not_prove_it() -> None:
    entry = doubted(intent(HIDDEN_EDIT, row(REJECTED)), own=submitted(shown=row(PENDING)))
    (planned,) = offline(entry, HIDDEN_EDIT).signatures
    assert (planned.verdict, planned.decision.status) == (Verdict.UNVERIFIED, Status.REJECTED)


def test_offline_the_choice_narrows_too() -> None:
    assert offline(known(), ACME, Selection(only=frozenset({"other"}))).signatures == ()


def test_offline_the_account_the_row_and_the_fingerprint_are_those_of_the_record() -> None:
    plan = offline(known(), HIDDEN_EDIT)
    assert (plan.target, plan.signatures[0].live) == (TARGET, row())
    assert plan.fingerprint == fingerprint(TARGET, plan.signatures)
    assert plan.fingerprint != offline(known()).fingerprint


def offline_created(sign_id: int, key: str = "acme-otp") -> Plan:
    own = submitted(sign_id=1200, shown=row(sign_id=1200))
    entries: dict[Subject, Entry] = {key: Entry(1, own), 1200: Entry(1, own._replace(sign_id=None)), SIGN_ID: known()}
    state = State(TARGET.uin, "ap-singapore", entries)
    return make_offline_plan(TARGET, [desired(sign_id=sign_id)], state, MOMENT)


def test_offline_a_signature_that_was_created_has_the_id_that_the_record_holds() -> None:
    (planned,) = offline_created(NEW).signatures
    assert (planned.desired.sign_id, planned.live) == (1200, row(sign_id=1200))
    assert planned.verdict is Verdict.WAITING


def test_offline_a_signature_that_was_never_created_stays_without_an_id() -> None:
    (planned,) = offline_created(NEW, "another-key").signatures
    assert (planned.desired.is_new, planned.live, planned.decision.rule) == (True, None, Rule.NOT_READ)
    assert planned.decision.status is Status.UNKNOWN


def test_offline_an_id_that_is_written_goes_before_the_one_that_was_created() -> None:
    (planned,) = offline_created(SIGN_ID).signatures
    assert (planned.desired.sign_id, planned.live) == (SIGN_ID, row())


def test_a_signature_that_turns_out_to_be_created_is_decided_as_the_table_does() -> None:
    state = State(TARGET.uin, "ap-singapore", {SIGN_ID: doubted(intent(RENAMED, row()))})
    for now in (NOW, NOW + 3600.0):
        decision = decide_known(desired(RENAMED), row(), state, now, site="international")
        assert decision == decide(RENAMED, row(), state.entry(SIGN_ID), DecisionTime(now))
    rejected = decide_known(desired(), row(REJECTED), State(TARGET.uin, "ap-singapore"), NOW, site="china")
    assert rejected.rule is Rule.REJECTED_PERHAPS_FILING


def test_a_plan_knows_its_target_and_the_site_counts() -> None:
    china = TARGET._replace(account=TARGET.account._replace(site="china"))
    rows: dict[int, LiveSignature] = {SIGN_ID: row(REJECTED)}
    state = State(TARGET.uin, "ap-singapore")
    for target, rule in ((TARGET, Rule.REJECTED_NOT_RECORDED), (china, Rule.REJECTED_PERHAPS_FILING)):
        plan = make_plan(target, [desired()], rows, state, MOMENT)
        assert (plan.target, plan.signatures[0].decision.rule) == (target, rule)
        assert plan.fingerprint == fingerprint(target, plan.signatures)


def test_what_is_watched_only_is_planned_as_watched() -> None:
    watched = desired(watched_fields("Acme", international=False))._replace(observed=True)
    state = State(TARGET.uin, "ap-singapore", {SIGN_ID: known()})
    for plan in (
        make_plan(TARGET, [watched], {SIGN_ID: row()}, state, MOMENT),
        make_offline_plan(TARGET, [watched], state, MOMENT),
    ):
        assert plan.signatures[0].verdict is Verdict.OBSERVED
