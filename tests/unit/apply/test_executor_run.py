"""An apply from its first look at the record: what it waits for, settles, plans, asks, and leaves where it stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from reconciler.apply.executor import Steps
from reconciler.apply.executor import run as run_apply
from reconciler.apply.waiting import Watch
from reconciler.contract.error_codes import RECORD
from reconciler.errors import ErrorInfo, Refusal, StateError
from reconciler.model.plan import Plan, Selection, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.model.signature import NEW, Signature, Subject
from reconciler.model.state import Entry, IntentState, Lineage, no_row
from reconciler.state.store import WentBack
from tests.fixtures.fake_run import EMPTY, RUN, Run
from tests.fixtures.values import (
    ACME,
    HIDDEN_EDIT,
    RENAMED,
    SIGN_ID,
    TARGET,
    defined,
    desired,
    doubted,
    intent,
    known,
    row,
    submitted,
)

LIVE, LAPSED = IntentState.LIVE, IntentState.LAPSED
SHOWN = row(sign_name="Borealis")
CALL = intent(RENAMED, row(), ago=60.0)
WHERE = f"\n\nApplied-From: {'c0ffee00' * 5}\nRun: {RUN}"


@dataclass
class Person:
    """Admits, is shown and is asked about plans, and remembers which."""

    agrees: bool = True
    narrows: Callable[[Plan], Plan] = lambda plan: plan
    before_answer: Callable[[], None] = lambda: None
    shown: list[Plan] = field(default_factory=list)
    asked: list[Plan] = field(default_factory=list)

    def confirm(self, plan: Plan) -> bool:
        self.asked.append(plan)
        self.before_answer()
        return self.agrees

    @property
    def steps(self) -> Steps:
        return Steps(self.narrows, self.shown.append, self.confirm)


def apply(run: Run, person: Person, *signatures: Signature) -> ApplyReport | None:
    run.watch = Watch(run.context)
    return run_apply(run.context, TARGET, defined(*signatures), person.steps)


def renamed(run: Run, person: Person) -> ApplyReport | None:
    return apply(run, person, desired(RENAMED))


def test_what_was_shown_and_agreed_to_is_submitted() -> None:
    run, person = Run(row()), Person()
    report = renamed(run, person)
    assert report is not None
    assert person.shown == person.asked == [report.plan]
    assert (report.plan.target, [one.verdict for one in report.plan.signatures]) == (TARGET, [Verdict.MODIFY])
    assert report == ApplyReport(report.plan, {"acme-otp": Result(Outcome.ACCEPTED, "request-1", shown=SHOWN)})


def test_nothing_is_sent_where_the_person_says_no() -> None:
    run, person = Run(row()), Person(agrees=False)
    assert renamed(run, person) is None
    assert (len(person.asked), run.vendor.calls, run.store.notes) == (1, [], [])


def test_a_plan_that_was_narrowed_is_the_one_that_is_shown_asked_about_and_carried_out() -> None:
    run = Run(row(), row(sign_id=2))
    person = Person(narrows=lambda plan: plan._replace(signatures=plan.signatures[1:]))
    report = apply(run, person, desired(RENAMED), desired(RENAMED, "second", 2))
    assert report is not None
    assert [sign_id for _, sign_id, _ in run.vendor.calls] == [2]
    assert person.shown == person.asked == [report.plan]
    assert [one.desired.key for one in report.plan.signatures] == ["second"]


@pytest.mark.parametrize("step", ["admit", "present"])
def test_a_plan_that_is_refused_is_not_asked_about(step: str) -> None:
    run, person = Run(row()), Person()

    def refuse(_: Plan) -> Plan:
        raise Refusal("stale")

    steps = person.steps._replace(**{step: refuse})  # type: ignore[arg-type]  # by name
    with pytest.raises(Refusal, match="stale"):
        run_apply(run.context, TARGET, defined(desired(RENAMED)), steps)
    assert (person.asked, run.vendor.calls) == ([], [])


def test_a_plan_without_writes_is_shown_and_not_asked_about() -> None:
    run, person = Run(row(), state=EMPTY._replace(entries={SIGN_ID: known()})), Person()
    report = apply(run, person, desired())
    assert report is not None
    assert (person.shown, person.asked, report.results, report.error) == ([report.plan], [], {}, None)


def choosing(run: Run, *keys: str) -> Run:
    run.context = run.context._replace(choice=Selection(only=frozenset(keys)))
    return run


def test_only_what_was_chosen_is_described_and_submitted() -> None:
    run = choosing(Run(row(), row(sign_id=2)), "second")
    report = apply(run, Person(), desired(RENAMED), desired(RENAMED, "second", 2))
    assert report is not None
    assert [one.desired.key for one in report.plan.signatures] == ["second"]
    assert [sign_id for _, sign_id, _ in run.vendor.calls] == [2]


@pytest.mark.parametrize(
    ("entries", "keys", "waits"),
    [
        ({SIGN_ID: Entry(1, submitted(ACME, ago=1.0, epoch=1))}, [], True),
        ({SIGN_ID: Entry(1, submitted(ACME, ago=1.0, epoch=1))}, ["second"], False),
        ({"other": Entry(2, None, (intent(ACME, no_row(ACME), known=(1,)),))}, ["second"], True),
        ({9: Entry(1, submitted(ACME, ago=1.0, epoch=1))}, [], False),
    ],
    ids=["its own outcome", "one that was not chosen", "a create", "one that nobody defines"],
)
def test_rows_that_trail_are_waited_for_before_the_account_is_described(
    entries: dict[Subject, Entry], keys: list[str], waits: bool
) -> None:
    run = choosing(Run(row(), row(sign_id=2), state=EMPTY._replace(entries=entries)), *keys)
    looked: list[float] = []
    describe = run.vendor.rows

    def rows(*asked: object, **how: bool) -> object:
        looked.append(run.clock.passed)
        return describe(*asked, **how)  # type: ignore[arg-type]  # handed on as they came

    run.vendor.rows = rows  # type: ignore[assignment,method-assign]  # notes when it was asked
    apply(run, Person(), desired(), desired(key="second", sign_id=2))
    assert looked[0] == (run.context.timing.lag if waits else 0.0)


@pytest.mark.parametrize("is_creating", [True, False])
def test_a_create_waits_for_what_another_run_has_just_created_under_another_key(*, is_creating: bool) -> None:
    made = submitted(ACME, ago=1.0, epoch=1)._replace(sign_id=9, run="another")
    run = Run(row(), state=EMPTY._replace(entries={"other": Entry(1, made)}))
    new = [desired(key="new-one", sign_id=NEW)] if is_creating else []
    apply(run, Person(agrees=False), desired(), *new)
    assert run.clock.passed == (run.context.timing.lag if is_creating else 0.0)


def test_a_stop_while_rows_trail_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    run, waits = Run(row(), state=EMPTY._replace(entries={SIGN_ID: Entry(1, submitted(ACME, ago=1.0, epoch=1))})), [0.0]

    def wait(seconds: float) -> None:
        if seconds > 0:
            waits.append(seconds)
            run.stop_now()
        assert len(waits) < 4, "a clock whose person has asked to stop waits no more, so this would go on for ever"

    monkeypatch.setattr(run.clock, "wait", wait)
    assert apply(run, Person(), desired()) is not None
    assert len(waits) == 2


def test_another_runs_call_is_waited_out_before_anything_is_planned() -> None:
    live = intent(HIDDEN_EDIT, row(), ago=0.0, status=LIVE)
    run, person = Run(row(), state=EMPTY._replace(entries={SIGN_ID: doubted(live)})), Person(agrees=False)
    renamed(run, person)
    assert run.clock.passed >= 26.0
    assert run.store.state.entry(SIGN_ID).perhaps == (live._replace(status=LAPSED),)
    assert run.store.notes == [f"settle 1110 by what the account shows{WHERE}"]


def lineage_of(found: Lineage) -> Callable[[str], Lineage]:
    return lambda _: found


def test_an_older_commit_is_refused_before_the_question() -> None:
    run, person = Run(row(), state=EMPTY._replace(commit="a" * 40)), Person()
    run.context = run.context._replace(lineage=lineage_of(Lineage.OLDER))
    with pytest.raises(Refusal, match="older"):
        renamed(run, person)
    assert (len(person.shown), person.asked, run.vendor.calls) == (1, [], [])


class Marked:
    """An apply with nothing to send, from a commit, over a record of another one."""

    def __init__(self, found: Lineage | None, commit: str | None, recorded: str | None = "a" * 40) -> None:
        state = EMPTY._replace(entries={SIGN_ID: known()}, commit=recorded)
        self.run = Run(row(), state=state)
        lineage = None if found is None else lineage_of(found)
        self.run.context = self.run.context._replace(lineage=lineage, commit=commit)

    def apply(self) -> ErrorInfo | None:
        report = apply(self.run, Person(), desired())
        assert report is not None
        return report.error


def test_an_apply_that_found_nothing_to_send_records_its_commit() -> None:
    marked = Marked(Lineage.DESCENDANT, "b" * 40)
    assert marked.apply() is None
    assert marked.run.store.state.commit == "b" * 40
    assert marked.run.store.notes == [f"nothing to submit\n\nApplied-From: {'b' * 40}\nRun: {RUN}"]


@pytest.mark.parametrize(
    ("found", "commit"),
    [(None, "b" * 40), (Lineage.DESCENDANT, None), (Lineage.DESCENDANT, "a" * 40)],
    ids=["nobody else applies", "no commit", "recorded already"],
)
def test_nothing_is_recorded_where_no_older_apply_could_follow(found: Lineage | None, commit: str | None) -> None:
    marked = Marked(found, commit)
    assert (marked.apply(), marked.run.store.notes) == (None, [])
    assert marked.run.store.state.commit == "a" * 40


@pytest.mark.parametrize("moved", [None, WentBack("the branch went back")], ids=["as seen", "went back"])
def test_a_record_that_went_back_is_stored_over_where_older_ones_are_allowed(moved: WentBack | None) -> None:
    marked, stored = Marked(None, "b" * 40), list[bool]()
    marked.run.store.moved = moved
    marked.run.store.before_save = [lambda: stored.append(True)]
    assert marked.apply() is None
    assert (stored, marked.run.store.state.commit) == ([True] if moved else [], "a" * 40)


def test_a_commit_that_cannot_be_recorded_is_told() -> None:
    marked = Marked(Lineage.DESCENDANT, "b" * 40)
    marked.run.store.error = [StateError("disk full", hint="make room")]
    assert marked.apply() == ErrorInfo(RECORD, "disk full", "make room")


def test_an_apply_that_found_nothing_to_send_is_refused_over_a_newer_one() -> None:
    marked = Marked(Lineage.OLDER, "b" * 40)
    with pytest.raises(Refusal, match="older"):
        marked.apply()
    assert marked.run.store.state.commit == "a" * 40


def test_a_record_that_cannot_take_what_was_settled_ends_the_run_before_its_plan() -> None:
    run, person = Run(SHOWN, state=EMPTY._replace(entries={SIGN_ID: doubted(CALL)})), Person()
    run.store.error = [StateError("disk full")]
    with pytest.raises(StateError, match="disk full"):
        renamed(run, person)
    assert person.shown == []


def test_what_was_settled_is_planned_with() -> None:
    run, person = Run(SHOWN, state=EMPTY._replace(entries={SIGN_ID: doubted(CALL)})), Person()
    report = renamed(run, person)
    assert report is not None
    assert [one.verdict for one in report.plan.signatures] == [Verdict.WAITING]
