from __future__ import annotations

import pytest

from reconciler.errors import Refusal, UsageError
from reconciler.model.plan import Compared, Plan, Selection, Verdict
from reconciler.model.state import IntentState, Lineage, State
from reconciler.planning.planner import (
    PARTIAL_LISTING,
    Described,
    Run,
    check_keys,
    check_size,
    describe,
    plan_from,
    plan_offline,
    plan_online,
)
from tests.fixtures.fake_run import EMPTY, FakeClock, FakeVendor, MemoryStore
from tests.fixtures.values import (
    ACME,
    MOMENT,
    NOW,
    RENAMED,
    SIGN_ID,
    TARGET,
    defined,
    desired,
    doubted,
    intent,
    known,
    row,
)

DEFINITIONS = defined(desired(RENAMED), desired(key="second", sign_id=2))
LIVE = doubted(intent(RENAMED, row(), ago=5.0, status=IntentState.LIVE))


def run_of(clock: FakeClock) -> Run:
    return Run(TARGET, DEFINITIONS, Selection(), clock)


def online(state: State = EMPTY) -> Plan:
    clock = FakeClock()
    return plan_online(FakeVendor(clock, row(), row(sign_id=2)), MemoryStore(clock, state), run_of(clock))


def offline(state: State, passed: float = 0.0) -> Plan:
    clock = FakeClock()
    clock.wait(passed)
    return plan_offline(MemoryStore(clock, state), run_of(clock))


def test_a_plan_puts_the_account_and_the_record_beside_what_is_wanted() -> None:
    plan = online(EMPTY._replace(entries={2: known(shown=row(sign_id=2))}))
    assert [planned.verdict for planned in plan.signatures] == [Verdict.MODIFY, Verdict.WAITING]
    assert plan.notes == ()


def test_everything_is_read_unless_a_run_is_narrowed() -> None:
    vendor = FakeVendor(FakeClock(), row(), row(sign_id=2))
    assert describe(vendor, DEFINITIONS.signatures, Selection(), EMPTY).complete
    narrowed = describe(vendor, DEFINITIONS.signatures, Selection(only=frozenset(["second"])), EMPTY)
    assert (sorted(narrowed.rows), narrowed.complete) == ([2], False)


@pytest.mark.parametrize(
    ("choice", "complete", "told"),
    [(Selection(), False, True), (Selection(), True, False), (Selection(only=frozenset(["second"])), False, False)],
)
def test_a_list_that_could_not_be_read_whole_is_told_where_it_was_wanted(
    choice: Selection, complete: bool, told: bool
) -> None:
    plan = plan_from(TARGET, DEFINITIONS, Described({}, complete), EMPTY, MOMENT, choice)
    assert (PARTIAL_LISTING in plan.notes) is told


def test_a_call_that_may_be_under_way_is_told() -> None:
    assert "another apply is at work" in online(EMPTY._replace(entries={SIGN_ID: LIVE})).notes[0]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (IntentState.LIVE, Verdict.UNVERIFIED),
        (IntentState.LAPSED, Verdict.MODIFY),
        (IntentState.LATE, Verdict.UNVERIFIED),
    ],
)
def test_only_a_call_that_was_waited_for_is_taken_for_not_sent(status: IntentState, verdict: Verdict) -> None:
    opened = doubted(intent(RENAMED, row(), ago=5.0, status=status))
    plan = online(EMPTY._replace(entries={SIGN_ID: opened}))
    assert plan.signatures[0].verdict is verdict


@pytest.mark.parametrize("lineage", [Lineage.OLDER, Lineage.DIVERGED, Lineage.UNKNOWN])
def test_a_plan_says_what_apply_would_refuse_for_its_commit_and_what_to_do(lineage: Lineage) -> None:
    clock = FakeClock()
    store = MemoryStore(clock, EMPTY._replace(commit="c0ffee00" * 5))
    run = run_of(clock)._replace(lineage=lambda _: lineage)
    (note,) = plan_online(FakeVendor(clock, row(), row(sign_id=2)), store, run).notes
    assert note.startswith("apply would refuse: ")
    assert note.endswith("git pull")


@pytest.mark.parametrize(
    ("passed", "age"), [(0, "0 minutes"), (3540, "59 minutes"), (7200, "2 hours"), (172800, "2 days")]
)
def test_an_offline_plan_says_how_old_the_record_is(passed: float, age: str) -> None:
    plan = offline(EMPTY._replace(saved_at=NOW, entries={SIGN_ID: known(shown=row())}), passed)
    assert f"the record is of 2023-11-14 22:13 UTC, {age} old" in plan.notes[0]
    assert plan.signatures[0].decision.compared is Compared.ALL


def test_an_offline_plan_without_a_record_says_so() -> None:
    assert "nothing is recorded for this account yet" in offline(EMPTY).notes[0]


def test_a_record_from_the_future_is_new() -> None:
    assert ", 0 minutes old" in offline(EMPTY._replace(saved_at=NOW + 500)).notes[0]
    assert ", a minute old" in offline(EMPTY._replace(saved_at=NOW - 100)).notes[0]


@pytest.mark.parametrize("choice", [Selection(only=frozenset(["x", "second"])), Selection(resubmit=frozenset(["x"]))])
def test_a_key_that_no_definition_has_is_a_usage_error(choice: Selection) -> None:
    with pytest.raises(UsageError, match="no definition has the key x"):
        check_keys(choice, DEFINITIONS)


def test_known_keys_pass() -> None:
    check_keys(Selection(only=frozenset(["second"]), resubmit=frozenset(["acme-otp"])), DEFINITIONS)


@pytest.mark.parametrize("most", [None, 1, 2])
def test_a_plan_that_is_small_enough_passes(most: int | None) -> None:
    check_size(online(), most)


def test_a_larger_plan_is_refused() -> None:
    with pytest.raises(Refusal, match="holds 1 change, --max-changes allows 0"):
        check_size(online(), 0)


def test_definitions_whose_ids_were_swapped_are_warned_of() -> None:
    swapped = defined(desired(RENAMED, "first", 1), desired(ACME, "second", 2))
    rows = {1: row(sign_id=1), 2: row(sign_id=2, sign_name=RENAMED.sign_name)}
    plan = plan_from(TARGET, swapped, Described(rows, complete=True), EMPTY, MOMENT, Selection())
    assert plan.notes == ("first and second have each other's name: is sign_id swapped?",)
    straight = defined(desired(ACME, "first", 1), desired(RENAMED, "second", 2))
    assert plan_from(TARGET, straight, Described(rows, complete=True), EMPTY, MOMENT, Selection()).notes == ()
