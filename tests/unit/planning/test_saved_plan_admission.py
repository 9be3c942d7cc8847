from __future__ import annotations

import pytest

from reconciler.decision.plan import SavedPlan, make_plan, operations_of
from reconciler.errors import Exit, Refusal
from reconciler.model.plan import Plan
from reconciler.model.signature import LiveSignature, SignFields
from reconciler.planning.saved_plan import admit_saved
from tests.fixtures.fake_run import EMPTY
from tests.fixtures.values import ACME, APPROVED, MOMENT, REJECTED, RENAMED, TARGET, desired, image, row

RESCANNED = RENAMED._replace(proof_image=image("c"))


def plan(*fields: SignFields, rows: dict[int, LiveSignature] | None = None) -> Plan:
    """A plan over signatures 1, 2, ... with those fields, each pending under the name Acme unless told otherwise."""
    signatures = [desired(wanted, f"sign-{number}", number) for number, wanted in enumerate(fields, start=1)]
    live = {each.sign_id: row(sign_id=each.sign_id) for each in signatures} | (rows or {})
    return make_plan(TARGET, signatures, live, EMPTY, MOMENT)


def saved(made: Plan) -> SavedPlan:
    operations = tuple(operations_of(made.signatures))
    return SavedPlan(TARGET.uin, TARGET.account.region, TARGET.sandbox, made.fingerprint, (), operations)


def test_the_same_plan_is_admitted() -> None:
    made = plan(RENAMED, RENAMED)
    assert admit_saved(saved(made), made) == (made, Exit.DONE)


def test_a_subset_is_admitted() -> None:
    fresh = plan(RENAMED, RENAMED, rows={2: row(sign_id=2, sign_name="Acme Bank")})
    assert admit_saved(saved(plan(RENAMED, RENAMED)), fresh) == (fresh, Exit.DONE)


def test_a_new_operation_is_refused_by_its_name() -> None:
    with pytest.raises(Refusal, match=r"stale: sign-2 \(2\): not in the saved plan"):
        admit_saved(saved(plan(RENAMED, ACME)), plan(RENAMED, RENAMED))


def test_a_changed_image_is_refused_by_its_field() -> None:
    with pytest.raises(Refusal, match=r"sign-1 \(1\): proof_image changed"):
        admit_saved(saved(plan(RENAMED)), plan(RESCANNED))


def test_a_changed_status_is_refused_with_both() -> None:
    fresh = plan(RENAMED, rows={1: row(REJECTED, sign_id=1)})
    with pytest.raises(Refusal, match="was pending, is rejected now"):
        admit_saved(saved(plan(RENAMED)), fresh)


def test_every_difference_is_named() -> None:
    with pytest.raises(Refusal, match=r"sign-1.*; sign-2"):
        admit_saved(saved(plan(RENAMED, RENAMED)), plan(RESCANNED, RESCANNED))


def test_what_was_approved_since_drops_out_and_the_rest_goes_on() -> None:
    fresh = plan(RENAMED, RENAMED, rows={1: row(APPROVED, sign_id=1)})
    admitted, code = admit_saved(saved(plan(RENAMED, RENAMED)), fresh)
    assert code == Exit.REFUSED
    assert admitted.summary["modify"] == 1
    assert admitted.notes == ("approved since the plan was saved, so dropped from it: sign-1",)


@pytest.mark.parametrize("elsewhere", [{"uin": "100000000002"}, {"region": "ap-guangzhou"}, {"sandbox": True}], ids=str)
def test_a_plan_for_another_account_is_refused(elsewhere: dict[str, object]) -> None:
    made = plan(RENAMED)
    with pytest.raises(Refusal, match="the saved plan is for account"):
        admit_saved(saved(made)._replace(**elsewhere), made)  # type: ignore[arg-type]  # its own fields
