from __future__ import annotations

import pytest

from reconciler.errors import Refusal, UsageError
from reconciler.model.plan import Compared, Plan, Selection, Verdict
from reconciler.model.state import Entry, Lease, State
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
from tests.support.fake_run import EMPTY, FakeClock, FakeVendor, MemoryStore
from tests.support.values import MOMENT, NOW, RENAMED, SIGN_ID, TARGET, defined, desired, intent, known, row

DEFINITIONS = defined(desired(RENAMED), desired(key="second", sign_id=2))
OTHER = Lease("other-run", 1)


def run_of(clock: FakeClock) -> Run:
    return Run(TARGET, DEFINITIONS, Selection(), clock, settle_after=20.0)


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
    assert describe(vendor, DEFINITIONS.signatures, Selection()).complete
    narrowed = describe(vendor, DEFINITIONS.signatures, Selection(only=frozenset(["second"])))
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


def test_a_record_that_somebody_holds_is_told() -> None:
    assert "another apply is at work" in online(EMPTY._replace(holder=OTHER)).notes[0]


@pytest.mark.parametrize(("holder", "verdict"), [(OTHER, Verdict.UNVERIFIED), (None, Verdict.MODIFY)])
def test_a_call_may_be_under_way_only_while_somebody_holds_the_record(holder: Lease | None, verdict: Verdict) -> None:
    opened = Entry(intent=intent(RENAMED, row(), ago=5.0))
    plan = online(EMPTY._replace(entries={SIGN_ID: opened}, holder=holder))
    assert plan.signatures[0].verdict is verdict


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
    with pytest.raises(Refusal, match="holds 1 changes, max-changes allows 0"):
        check_size(online(), 0)
