"""A definition without an id: what the list of the account and the record make of it."""

from __future__ import annotations

from typing import Final

import pytest

from reconciler.contract.api import Status
from reconciler.decision.new_signature import AccountRows, decide_new, is_same
from reconciler.decision.plan import make_plan
from reconciler.decision.rules import Rule
from reconciler.model.plan import EVERYTHING, Change, Decision, IntentStatus, Planned, Selection, Verdict
from reconciler.model.signature import NEW as NO_ID
from reconciler.model.signature import LiveSignature, Signature, SignFields
from reconciler.model.state import Entry, Intent, IntentState, State, no_row
from tests.fixtures.fake_run import EMPTY
from tests.fixtures.values import (
    ACME,
    APPROVED,
    MOMENT,
    NOW,
    PENDING,
    REJECTED,
    TARGET,
    desired,
    intent,
    row,
    submitted,
)

OTHER: Final = row(APPROVED, sign_id=1, sign_name="Other")


def wanted(fields: SignFields = ACME, key: str = "acme-otp") -> Signature:
    return desired(fields, key, NO_ID)


def named(fields: SignFields) -> State:
    return EMPTY._replace(entries={1200: Entry(1, submitted(fields, until=NOW))})


def created(fields: SignFields = ACME, sign_id: int = 1200, key: str = "acme-otp") -> State:
    own = submitted(fields, sign_id=sign_id, until=NOW)
    return EMPTY._replace(entries={key: Entry(1, own), sign_id: Entry(1, own._replace(sign_id=None))})


def doubt(fields: SignFields = ACME, status: IntentState = IntentState.LAPSED, known: tuple[int, ...] = (1,)) -> Intent:
    return intent(fields, no_row(fields), status=status, known=known)


def perhaps(*doubts: Intent, key: str = "acme-otp") -> State:
    return EMPTY._replace(entries={key: Entry(2, None, doubts)})


# In time for the call of ``doubt``.
CREATED: Final = row(sign_id=1200, create_time=int(NOW) - 59)
SPELT: Final = CREATED._replace(sign_name=ACME.sign_name.upper())
RENAMED: Final = CREATED._replace(sign_name="Zed")
LIVE_STATE: Final = perhaps(doubt(status=IntentState.LIVE))

# What the account shows, whether that is everything, what is recorded, and the rule that fits.
NEW: Final[list[tuple[str, list[LiveSignature], bool, State, Rule]]] = [
    ("nothing of the name", [OTHER], True, EMPTY, Rule.CREATE),
    ("an empty account", [], True, EMPTY, Rule.CREATE),
    ("the name in the other series", [row(sign_id=5, international=True)], True, EMPTY, Rule.CREATE),
    ("the name approved", [row(APPROVED, sign_id=5)], True, EMPTY, Rule.NAME_HELD),
    ("the name pending", [row(PENDING, sign_id=5)], True, EMPTY, Rule.NAME_HELD),
    ("the name in full width", [row(PENDING, sign_id=5, sign_name="\uff21cme ")], True, EMPTY, Rule.NAME_HELD),
    ("the name in an undocumented state", [row(7, sign_id=5)], True, EMPTY, Rule.NAME_HELD),
    ("the name rejected", [row(REJECTED, sign_id=5)], True, EMPTY, Rule.NAME_REJECTED),
    ("rejected and pending", [row(REJECTED, sign_id=5), row(sign_id=6)], True, EMPTY, Rule.NAME_HELD),
    ("created under another key, and spelt otherwise", [SPELT], True, created(key="old-key"), Rule.NAME_HELD),
    ("submitted for an id, and spelt otherwise", [SPELT], True, named(ACME), Rule.NAME_HELD),
    ("submitted for an id, and renamed since", [RENAMED], True, named(ACME), Rule.CREATE),
    ("a list that is cut", [OTHER], False, EMPTY, Rule.CREATE_NOT_LISTED),
    ("created under another name", [CREATED], True, created(ACME._replace(sign_name="Old")), Rule.CREATED_OTHERWISE),
    ("created as another kind", [CREATED], True, created(ACME._replace(international=True)), Rule.CREATED_OTHERWISE),
    ("created under another name, and gone", [], True, created(ACME._replace(sign_name="Old")), Rule.CREATE),
    ("a call that may be under way", [OTHER], True, LIVE_STATE, Rule.PERHAPS_CREATED),
    ("one of another key", [OTHER], True, perhaps(doubt(status=IntentState.LIVE), key="x"), Rule.PERHAPS_CREATED),
    ("one of another name", [], True, perhaps(doubt(ACME._replace(sign_name="Zed"), IntentState.LIVE)), Rule.CREATE),
    ("a call that made nothing", [OTHER], True, perhaps(doubt()), Rule.CREATE),
    ("one, in a list that is cut", [OTHER], False, perhaps(doubt()), Rule.CREATE_NOT_LISTED),
    (
        "a row that came since, cut short",
        [row(sign_id=9, sign_name="Acm")],
        True,
        perhaps(doubt()),
        Rule.PERHAPS_CREATED,
    ),
    ("a row that came since, renamed", [row(sign_id=9, sign_name="Zed")], True, perhaps(doubt()), Rule.PERHAPS_CREATED),
    (
        "one that somebody else made later",
        [row(sign_id=9, create_time=int(NOW))],
        True,
        perhaps(doubt()),
        Rule.NAME_HELD,
    ),
    ("an id that is taken", [CREATED], True, perhaps(doubt(known=(1200,))), Rule.NAME_HELD),
    ("two that came since", [CREATED, CREATED._replace(sign_id=1201)], True, perhaps(doubt()), Rule.NAME_HELD),
]
NEW.append(("twice", [], True, EMPTY, Rule.NAME_TWICE))
NEW.append(("defined already", [CREATED], True, EMPTY, Rule.NAME_DEFINED))


@pytest.mark.parametrize(
    ("rows", "complete", "state", "rule"), [each[1:] for each in NEW[:-2]], ids=[n for n, *_ in NEW[:-2]]
)
def test_the_list_and_the_record_decide(rows: list[LiveSignature], complete: bool, state: State, rule: Rule) -> None:
    found = decide_new(wanted(), AccountRows({each.sign_id: each for each in rows}, complete), state)
    assert isinstance(found, Planned)
    assert found.decision.rule is rule
    words = found.decision.reason + found.hint
    assert "{" not in words
    assert "None" not in words
    assert (found.live is not None) == (rule in {Rule.NAME_HELD, Rule.NAME_REJECTED})


OTHERWISE: Final = created(ACME._replace(sign_name="Old"), 9)

# What fits more than one rule, and those rules.
SEVERAL: Final[list[tuple[list[LiveSignature], bool, State, set[Rule]]]] = [
    ([row(sign_id=5)], False, OTHERWISE, {Rule.CREATE_NOT_LISTED, Rule.NAME_HELD, Rule.CREATE}),
    (
        [row(sign_id=9, sign_name="Old")],
        False,
        OTHERWISE,
        {Rule.CREATE_NOT_LISTED, Rule.CREATED_OTHERWISE, Rule.CREATE},
    ),
    (
        [row(sign_id=9, sign_name="Old"), row(sign_id=5)],
        True,
        OTHERWISE,
        {Rule.CREATED_OTHERWISE, Rule.NAME_HELD, Rule.CREATE},
    ),
    ([row(sign_id=5), row(REJECTED, sign_id=6)], True, EMPTY, {Rule.NAME_HELD, Rule.NAME_REJECTED, Rule.CREATE}),
    ([row(sign_id=5)], True, LIVE_STATE, {Rule.NAME_HELD, Rule.PERHAPS_CREATED, Rule.CREATE}),
    ([row(REJECTED, sign_id=5)], True, LIVE_STATE, {Rule.NAME_REJECTED, Rule.PERHAPS_CREATED, Rule.CREATE}),
    ([], True, LIVE_STATE, {Rule.PERHAPS_CREATED, Rule.NAME_TWICE, Rule.CREATE}),
    ([], True, EMPTY, {Rule.NAME_TWICE, Rule.CREATE}),
]


@pytest.mark.parametrize(("rows", "complete", "state", "fitting"), SEVERAL)
def test_of_several_rules_that_fit_the_first_of_the_table_decides(
    rows: list[LiveSignature], complete: bool, state: State, fitting: set[Rule]
) -> None:
    desired_ones = [wanted(key="first"), wanted()] if Rule.NAME_TWICE in fitting else [wanted()]
    listed = {each.sign_id: each for each in rows}
    plan = make_plan(TARGET, desired_ones, listed, state, MOMENT, complete=complete)
    assert plan.signatures[-1].decision.rule is min(fitting, key=list(Rule).index)


def test_that_another_definition_is_about_the_holder_is_said_before_that_it_is_held() -> None:
    order = list(Rule)
    assert order.index(Rule.NAME_DEFINED) < min(order.index(Rule.NAME_HELD), order.index(Rule.NAME_REJECTED))


def test_an_open_call_is_forgotten_under_the_key_that_it_stands_under() -> None:
    found = decide_new(wanted(), AccountRows({}, True), perhaps(doubt(status=IntentState.LIVE), key="before"))
    assert isinstance(found, Planned)
    assert "`reconciler state forget before --force`" in found.hint


def test_a_signature_that_was_created_is_decided_by_its_id() -> None:
    plan = make_plan(TARGET, [wanted()], {1200: CREATED}, created(), MOMENT)
    (planned,) = plan.signatures
    assert (planned.desired.sign_id, planned.verdict, planned.live) == (1200, Verdict.WAITING, CREATED)
    assert plan.unmanaged == ()


def test_a_row_that_came_since_proves_a_lost_answer_with_all_its_fields() -> None:
    plan = make_plan(TARGET, [wanted()], {1: OTHER, 1200: CREATED}, perhaps(doubt()), MOMENT)
    (planned,) = plan.signatures
    assert (planned.desired.sign_id, planned.decision.rule) == (1200, Rule.WAITING_FOR_REVIEW)


def test_a_created_one_that_is_gone_is_not_created_again() -> None:
    (planned,) = make_plan(TARGET, [wanted()], {}, created(), MOMENT).signatures
    assert (planned.desired.sign_id, planned.decision.rule) == (1200, Rule.NO_SUCH_SIGNATURE)


def test_of_two_definitions_of_one_name_the_first_alone_is_created() -> None:
    plan = make_plan(TARGET, [wanted(), wanted(key="again")], {}, EMPTY, MOMENT)
    assert [each.decision.rule for each in plan.signatures] == [Rule.CREATE, Rule.NAME_TWICE]


HOLDERS: Final[list[tuple[Signature, State, Selection]]] = [
    (wanted(), created(), EVERYTHING),
    (wanted(), created(), Selection(frozenset({"again"}))),
    (desired(ACME, "acme-otp", 1200), EMPTY, EVERYTHING),
    (desired(ACME, "acme-otp", 1200)._replace(observed=True), EMPTY, EVERYTHING),
]


@pytest.mark.parametrize("status", [PENDING, APPROVED, REJECTED])
@pytest.mark.parametrize(("holder", "state", "choice"), HOLDERS)
def test_the_id_of_another_definition_is_not_what_to_write(
    holder: Signature, state: State, choice: Selection, status: int
) -> None:
    rows = {1200: CREATED._replace(status_code=status)}
    plan = make_plan(TARGET, [holder, wanted(key="again")], rows, state, MOMENT, choice)
    decision = plan.signatures[-1].decision
    assert (decision.rule, decision.params) == (Rule.NAME_DEFINED, {"sign_id": 1200, "other": "acme-otp"})
    assert (decision.verdict, decision.reason.count("acme-otp")) == (Verdict.BLOCKED, 1)


def test_every_field_of_a_create_is_a_change_from_nothing() -> None:
    (planned,) = make_plan(TARGET, [wanted()], {}, EMPTY, MOMENT).signatures
    assert {change.field: change.new for change in planned.decision.changes}["remark"] == "Login codes"
    assert {change.old for change in planned.decision.changes} == {None}


def test_a_name_in_another_case_is_another_signature() -> None:
    assert not is_same(ACME, ACME._replace(sign_name="ACME"))
    assert is_same(ACME, ACME._replace(sign_name="\uff21cme", remark="x"))


def test_what_was_created_just_now_waits_though_a_describe_does_not_show_it_yet() -> None:
    entry = Entry(1, submitted(ago=2.0, shown=None, before=None, until=NOW))
    state = EMPTY._replace(entries={"acme-otp": Entry(1, submitted(ago=2.0, sign_id=1200)), 1200: entry})
    for signature in (wanted(), desired(sign_id=1200)):
        (soon,) = make_plan(TARGET, [signature], {}, state, MOMENT._replace(lag=5.0)).signatures
        (late,) = make_plan(TARGET, [signature], {}, state, MOMENT._replace(lag=1.0)).signatures
        assert soon.live == LiveSignature(1200, False, PENDING, "Acme", "", int(NOW) - 2)
        assert (soon.decision.rule, late.decision.rule) == (Rule.WAITING_FOR_REVIEW, Rule.NO_SUCH_SIGNATURE)


def test_a_row_that_was_there_before_and_is_gone_is_missed_at_once() -> None:
    state = EMPTY._replace(entries={1110: Entry(1, submitted(ago=2.0))})
    (planned,) = make_plan(TARGET, [desired()], {}, state, MOMENT._replace(lag=5.0)).signatures
    assert planned.decision.rule is Rule.NO_SUCH_SIGNATURE


def test_the_reviewers_reply_to_a_rejected_one_of_the_name_is_shown() -> None:
    held = row(REJECTED, sign_id=5, review_reply="Blurred scan")
    (planned,) = make_plan(TARGET, [wanted()], {5: held}, EMPTY, MOMENT).signatures
    assert (planned.live, planned.decision.status, planned.desired.is_new) == (held, "rejected", True)


def decided(rows: list[LiveSignature], state: State, fields: SignFields = ACME) -> Planned:
    found = decide_new(wanted(fields), AccountRows({each.sign_id: each for each in rows}, complete=True), state)
    assert isinstance(found, Planned)
    return found


def test_a_decision_without_an_id_names_what_stands_in_the_way() -> None:
    held = decided([row(APPROVED, sign_id=5)], EMPTY).decision
    assert held == Decision(Rule.NAME_HELD, Status.APPROVED, {"status": Status.APPROVED, "sign_id": 5})
    otherwise = decided([CREATED], created(ACME._replace(sign_name="Old"))).decision
    assert otherwise == Decision(Rule.CREATED_OTHERWISE, Status.MISSING, {"sign_id": 1200, "name": "Old"})
    twice = make_plan(TARGET, [wanted(key="first"), wanted()], {}, EMPTY, MOMENT).signatures[1].decision
    assert twice == Decision(Rule.NAME_TWICE, Status.MISSING, {"other": "first"})
    perhaps_made = decided([], LIVE_STATE).decision
    assert perhaps_made == Decision(
        Rule.PERHAPS_CREATED, Status.MISSING, {"intended": "acme-otp"}, intent=IntentStatus.OPEN
    )
    (cut,) = make_plan(TARGET, [wanted()], {}, EMPTY, MOMENT, complete=False).signatures
    assert (cut.live, cut.decision) == (None, Decision(Rule.CREATE_NOT_LISTED, Status.MISSING))


@pytest.mark.parametrize(("international", "kind"), [(True, "global"), (False, "mainland")])
def test_a_create_tells_its_kind_and_every_field_that_has_a_value(international: bool, kind: str) -> None:
    fields = ACME._replace(international=international, remark="")
    decision = decided([], EMPTY, fields).decision
    assert (decision.rule, decision.status, decision.params) == (Rule.CREATE, Status.MISSING, {"kind": kind})
    assert decision.changes == tuple(
        Change(name, None, value)
        for name, value in fields._asdict().items()
        if name not in {"remark", "qualification_id"}
    )


def test_of_several_that_have_the_name_the_first_that_is_not_rejected_is_named() -> None:
    rejected, first, second = row(REJECTED, sign_id=4), row(sign_id=5), row(APPROVED, sign_id=6)
    assert decided([second, rejected, first], EMPTY).live == first
    assert decided([rejected, row(REJECTED, sign_id=3)], EMPTY).live == row(REJECTED, sign_id=3)


def test_what_was_submitted_last_for_an_id_tells_which_name_its_row_has() -> None:
    renamed = created(key="old-key")
    renamed = renamed._replace(entries={**renamed.entries, 1200: named(ACME._replace(sign_name="Zed")).entry(1200)})
    assert decided([SPELT], renamed).decision.rule is Rule.CREATE
    assert decided([SPELT], created(ACME._replace(sign_name="Zed"), key="old-key")).decision.rule is Rule.CREATE
    assert decided([SPELT._replace(international=True)], named(ACME)).decision.rule is Rule.CREATE


def test_two_definitions_of_other_names_are_both_created() -> None:
    zed = ACME._replace(sign_name="Zed")
    both = [wanted(), wanted(zed, "zed"), wanted(zed, "again"), wanted(ACME._replace(sign_name="Last"), "last")]
    plan = make_plan(TARGET, both, {}, EMPTY, MOMENT)
    assert [each.decision.rule for each in plan.signatures] == [
        Rule.CREATE, Rule.CREATE, Rule.NAME_TWICE, Rule.CREATE
    ]  # fmt: skip
    assert plan.signatures[2].decision.params == {"other": "zed"}
    assert plan.signatures[2].live is None
