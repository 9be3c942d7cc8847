from __future__ import annotations

import pytest

from reconciler.apply.adopt import adopt, forget
from reconciler.decision.transitions import StepRefused
from reconciler.errors import Refusal, StateError
from reconciler.model.plan import Verdict
from reconciler.model.signature import LiveSignature
from reconciler.model.state import IntentState
from tests.fixtures.fake_run import EMPTY, Run
from tests.fixtures.values import ACME, APPROVED, HIDDEN_EDIT, SIGN_ID, UNDOCUMENTED, desired, doubted, intent, row


@pytest.mark.parametrize("code", [1, APPROVED, -1])
def test_an_adopted_definition_counts_as_submitted(code: int) -> None:
    run = Run(row(code))
    adopt(run.context, [desired()])
    own = run.store.state.entry(SIGN_ID).submitted
    assert own is not None
    assert (own.fields, own.adopted, own.shown, own.request_id) == (ACME, True, row(code), None)
    assert run.plan(desired()).signatures[0].verdict is not Verdict.MODIFY
    assert run.vendor.calls == []
    assert [note.splitlines()[0] for note in run.store.notes] == ["adopt acme-otp (1110)"]
    assert run.store.notes[0].endswith("Run: this-run")


def test_adopting_closes_an_open_intent() -> None:
    opened = doubted(intent(HIDDEN_EDIT, row()))
    run = Run(row(), state=EMPTY._replace(entries={SIGN_ID: opened}))
    adopt(run.context, [desired(HIDDEN_EDIT)])
    assert run.store.state.entry(SIGN_ID).perhaps == ()


def test_adopting_waits_for_a_run_at_work() -> None:
    live = intent(HIDDEN_EDIT, row(), ago=0.0, status=IntentState.LIVE)
    run = Run(row(), state=EMPTY._replace(entries={SIGN_ID: doubted(live)}))
    adopt(run.context, [desired()])
    assert (run.clock.passed, run.store.state.entry(SIGN_ID).perhaps) == (26.0, ())


@pytest.mark.parametrize(
    "shown", [row(sign_name="Other"), row(UNDOCUMENTED), row(international=True)], ids=["name", "status", "series"]
)
def test_what_the_account_contradicts_is_refused_and_nothing_is_recorded(shown: LiveSignature) -> None:
    run = Run(shown, row(sign_id=2))
    with pytest.raises(Refusal, match="acme-otp"):
        adopt(run.context, [desired(key="second", sign_id=2), desired()])
    assert run.store.state == EMPTY


def test_a_record_that_cannot_be_written_is_told() -> None:
    run = Run(row())
    run.store.trouble = [StateError("disk full")]
    with pytest.raises(StateError, match="disk full"):
        adopt(run.context, [desired()])


def test_nothing_is_adopted_or_forgotten_over_what_a_run_recorded_meanwhile() -> None:
    run = Run(row())
    newer = doubted(intent(HIDDEN_EDIT, row()))

    def meanwhile(_: object) -> bool:
        run.store.update(lambda state: state._replace(entries={SIGN_ID: newer}), "another run")
        return True

    with pytest.raises(StepRefused, match="another run changed the record"):
        adopt(run.context, [desired()], meanwhile)
    with pytest.raises(StepRefused, match="another run changed the record"):
        forget(run.context, {SIGN_ID: EMPTY.entry(SIGN_ID)})
    assert run.store.state.entry(SIGN_ID) == newer
    forget(run.context, {SIGN_ID: newer})
    assert run.store.state.entry(SIGN_ID).perhaps == ()
