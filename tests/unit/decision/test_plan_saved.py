from __future__ import annotations

import pytest

from reconciler.decision.plan import SavedPlan, fingerprint, hold_against, operations_of
from reconciler.model.plan import Plan, Planned, Verdict
from reconciler.model.signature import NEW, SignFields
from tests.fixtures.translated import is_said
from tests.fixtures.values import ACME, APPROVED, NOT_EFFECTIVE, PENDING, REJECTED, RENAMED, image, plan, planned, row


def saved(fresh: Plan) -> SavedPlan:
    target = fresh.target
    operations = tuple(operations_of(fresh.signatures))
    return SavedPlan(target.uin, target.account.region, target.sandbox, fresh.fingerprint, (), operations)


def writing(*keys: str) -> Plan:
    return plan(one(key, number) for number, key in enumerate(keys, start=1))


def one(key: str, sign_id: int, verdict: Verdict = Verdict.MODIFY, code: int = PENDING) -> Planned:
    return planned(verdict, row(code, sign_id=sign_id), key, sign_id)


def wanting(fields: SignFields) -> Planned:
    found = one("one", 1)
    return found._replace(desired=found.desired._replace(fields=fields))


def test_the_same_plan_is_not_stale() -> None:
    fresh = writing("one", "two")
    assert not hold_against(saved(fresh), fresh).differing


def test_a_part_of_what_was_reviewed_may_be_applied() -> None:
    assert not hold_against(saved(writing("one", "two")), writing("one")).differing


def test_what_was_not_reviewed_is_named() -> None:
    stale = hold_against(saved(writing("one")), writing("one", "two"))
    assert stale.differing == ("two (2): not in the saved plan",)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (RENAMED, "one (1): sign_name changed since the plan"),
        (ACME._replace(proof_image=image("c")), "one (1): proof_image changed since the plan"),
        (ACME._replace(remark="", commission_image=None), "one (1): commission_image, remark changed since the plan"),
    ],
)
def test_a_field_that_is_not_as_reviewed_is_named(changed: SignFields, told: str) -> None:
    assert hold_against(saved(writing("one")), plan([wanting(changed)])).differing == (told,)


def creating(sign_name: str, international: bool = False, remark: str = "") -> Planned:
    fields = ACME._replace(sign_name=sign_name, international=international, remark=remark)
    found = planned(Verdict.CREATE, key=sign_name, sign_id=NEW)
    return found._replace(desired=found.desired._replace(fields=fields))


def test_what_is_created_is_told_apart_by_name_and_kind() -> None:
    reviewed = saved(plan([creating("a"), creating("b"), creating("b", international=True)]))
    assert (
        hold_against(reviewed, plan([creating("b", international=True), creating("a"), creating("b")])).differing == ()
    )
    fresh = plan([creating("a"), creating("b", remark="x"), creating("c"), creating("a", international=True)])
    assert hold_against(reviewed, fresh).differing == (
        "b (new): remark changed since the plan",
        "c (new): not in the saved plan",
        "a (new): not in the saved plan",
    )


def test_what_differs_is_said_in_the_persons_language() -> None:
    fresh = plan([wanting(RENAMED), one("two", 2, code=REJECTED), one("three", 3)])
    assert all(is_said(words) for words in hold_against(saved(writing("one", "two")), fresh).differing)


def test_a_review_that_went_on_is_a_difference() -> None:
    fresh = plan([one("one", 1, code=REJECTED)])
    assert hold_against(saved(writing("one")), fresh).differing == ("one (1): was pending, is rejected now",)


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.IN_SYNC])
@pytest.mark.parametrize("code", [APPROVED, NOT_EFFECTIVE])
def test_what_was_approved_since_drops_out(verdict: Verdict, code: int) -> None:
    stale = hold_against(saved(writing("one", "two")), plan([one("one", 1, verdict, code)]))
    assert stale.differing == ()
    assert [found.desired.key for found in stale.approved] == ["one"]


def test_what_was_never_in_the_plan_does_not_drop_out() -> None:
    approved = one("new", 9, Verdict.IN_SYNC, APPROVED)
    assert hold_against(saved(writing("one")), plan([approved])).approved == ()


@pytest.mark.parametrize(("name", "value"), [("uin", "1"), ("region", "ap-elsewhere"), ("sandbox", True)])
def test_a_plan_is_for_one_account_in_one_region(name: str, value: object) -> None:
    fresh = writing("one")
    assert saved(fresh).is_for(fresh.target)
    assert not saved(fresh)._replace(**{name: value}).is_for(fresh.target)  # type: ignore[arg-type]  # by name


def test_the_fingerprint_is_that_of_the_operations() -> None:
    fresh = writing("one", "two")
    assert fingerprint(fresh.target, fresh.signatures) != fingerprint(fresh.target, fresh.signatures[:1])
