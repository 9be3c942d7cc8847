from __future__ import annotations

import pytest

from reconciler.apply.adopt import Adoption, AdoptionsRefused, adopt, forget
from reconciler.decision.transitions import StepRefused
from reconciler.errors import Refusal, StateError
from reconciler.model.plan import Verdict
from reconciler.model.signature import NEW, LiveSignature, Signature
from reconciler.model.state import Entry, IntentState, Submitted
from tests.fixtures.fake_run import EMPTY, RUN, Run
from tests.fixtures.translated import is_translated, says_what_to_do
from tests.fixtures.values import (
    ACME,
    APPROVED,
    HIDDEN_EDIT,
    NOW,
    SIGN_ID,
    UNDOCUMENTED,
    desired,
    doubted,
    intent,
    known,
    row,
)


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
        adopt(run.context, [desired()])
    with pytest.raises(AdoptionsRefused) as refused:
        adopt(run.context, [desired(key="second", sign_id=2), desired()])
    assert refused.value.message == "1 of 2 cannot be recorded as submitted, so none is"
    assert refused.value.hint == "correct what is said of them, or name only the others"
    assert ["acme-otp" in problem.message for problem in refused.value.problems] == [True]
    assert run.store.state == EMPTY


def test_every_problem_of_an_adoption_is_named() -> None:
    run = Run(row(sign_name="Other"), row(sign_id=2))
    wanted = [
        desired(),
        desired(key="second", sign_id=2),
        desired(key="gone", sign_id=3),
        desired(key="new", sign_id=0),
    ]
    with pytest.raises(AdoptionsRefused, match="3 of 4") as refused:
        adopt(run.context, wanted)
    said = [problem.message for problem in refused.value.problems]
    assert [message.split()[0].rstrip(":") for message in said] == ["acme-otp", "gone", "new"]
    assert run.store.state == EMPTY


def test_the_record_says_when_it_was_adopted_or_forgotten() -> None:
    run = Run(row())
    adopt(run.context, [desired()])
    adopted_at = run.store.state.saved_at
    assert adopted_at == run.clock.now()
    run.clock.wait(5.0)
    forget(run.context, {SIGN_ID: run.store.state.entry(SIGN_ID)})
    assert run.store.state.saved_at == run.clock.now() != adopted_at


def test_a_record_that_cannot_be_written_is_told() -> None:
    run = Run(row())
    run.store.error = [StateError("disk full")]
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


@pytest.mark.parametrize(("skew", "until"), [(None, NOW + 300.0), (5.0, NOW - 3.0)], ids=["no date", "a date"])
def test_the_person_is_asked_about_all_that_would_be_recorded(skew: float | None, until: float) -> None:
    run = Run(row())
    run.vendor.skew = skew
    context = run.context._replace(by="somebody", uncommitted=True)
    asked: list[object] = []

    def no(found: object) -> bool:
        asked.append(found)
        return False

    assert not adopt(context, [desired()], no)
    assert run.store.state == EMPTY
    own = Submitted(
        ACME, NOW, commit=context.commit, adopted=True, shown=row(), run=RUN, until=until, by="somebody",
        uncommitted=True,
    )  # fmt: skip
    assert asked == [[Adoption(desired(), Entry(), own)]]
    assert adopt(context, [desired()], lambda _: True)
    assert run.store.state.entry(SIGN_ID) == Entry(1, own._replace(epoch=1))


@pytest.mark.parametrize("commit", ["c" * 40, None])
def test_the_commit_adopted_from_is_recorded_where_there_is_one(commit: str | None) -> None:
    run = Run(row(), state=EMPTY._replace(commit="a" * 40))
    adopt(run.context._replace(commit=commit), [desired()])
    assert run.store.state.commit == (commit or "a" * 40)


def test_several_are_adopted_in_one_step_of_the_history() -> None:
    run = Run(row(), row(sign_id=2))
    adopt(run.context, [desired(), desired(key="second", sign_id=2)])
    assert [note.splitlines()[0] for note in run.store.notes] == ["adopt acme-otp (1110); adopt second (2)"]


@pytest.mark.parametrize("shown", [row(sign_id=2), row(UNDOCUMENTED)], ids=["no row", "status"])
def test_a_refusal_names_the_id_that_the_account_does_not_have_so(shown: LiveSignature) -> None:
    with pytest.raises(Refusal, match="1110") as refused:
        adopt(Run(shown).context, [desired()])
    assert is_translated(refused.value.text)


@pytest.mark.parametrize(
    ("wanted", "named"), [(desired(), "'Other'"), (desired(sign_id=NEW), "acme-otp")], ids=["name", "no id"]
)
def test_a_refusal_says_what_to_do_where_something_can_be_done(wanted: Signature, named: str) -> None:
    with pytest.raises(Refusal, match=named) as refused:
        adopt(Run(row(sign_name="Other")).context, [wanted])
    assert says_what_to_do(refused.value)


def test_a_run_at_work_is_waited_for_before_anything_is_forgotten() -> None:
    live = doubted(intent(HIDDEN_EDIT, row(), ago=0.0, status=IntentState.LIVE))
    run = Run(row(), state=EMPTY._replace(entries={SIGN_ID: live, "acme-otp": known(), 7: known()}))
    forget(run.context, {SIGN_ID: live, "acme-otp": known()})
    assert run.clock.passed == 26.0
    assert run.store.state.entries == {SIGN_ID: Entry(3), "acme-otp": Entry(2), 7: known()}
    assert [note.splitlines()[0] for note in run.store.notes] == ["forget (1110), (acme-otp)"]
    assert run.store.notes[0].endswith("Run: this-run")
