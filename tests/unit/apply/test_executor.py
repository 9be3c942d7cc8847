from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.apply.journal import Journal
from reconciler.apply.results import stopped
from reconciler.apply.waiting import Watch
from reconciler.cli.formats import report_exit
from reconciler.contract.error_codes import RECORD, STOPPED
from reconciler.decision.plan import make_plan
from reconciler.errors import StateError, VendorError
from reconciler.model.plan import Plan
from reconciler.model.report import ApplyReport, Outcome
from reconciler.model.signature import NEW, Signature
from reconciler.model.state import Lineage
from reconciler.state.local import FileStore
from reconciler.state.moves import migrate
from reconciler.state.store import WentBack, record_name
from tests.fixtures.fake_run import EMPTY, Run
from tests.fixtures.values import APPROVED, MOMENT, RENAMED, TARGET, desired, row

NAME = record_name(TARGET.uin, TARGET.account.region)
DESIRED = [desired(RENAMED, f"sign-{number}", number) for number in range(1, 5)]


def account(*codes: int) -> Run:
    """A run over four signatures that were renamed in their definitions."""
    codes = codes or (1, 1, 1, 1)
    return Run(*(row(code, sign_id=number) for number, code in enumerate(codes, start=1)))


def plan(run: Run, signatures: list[Signature] = DESIRED) -> Plan:
    return make_plan(TARGET, signatures, dict(run.vendor.account), EMPTY, MOMENT)


def failing(code: str) -> Callable[[], str]:
    def fail() -> str:
        raise VendorError("", code=code)

    return fail


def counts(report: ApplyReport) -> Counter[Outcome]:
    return Counter(report.result(planned).outcome for planned in report.plan.signatures)


def test_every_planned_write_is_made_once_in_order() -> None:
    run = account()
    report = run.execute(plan(run))
    assert [sign_id for _, sign_id, _ in run.vendor.calls] == [1, 2, 3, 4]
    assert counts(report) == {Outcome.ACCEPTED: 4}
    assert (report.error, report_exit(report)) == (None, 0)
    assert run.told.ends == [(each.key, "accepted") for each in DESIRED]


def test_writes_start_a_second_apart_and_never_closer_than_the_answer_allows() -> None:
    run = account()

    def slow(sign_id: int) -> Callable[[], str]:
        def answer() -> str:
            run.clock.wait(0.4)
            return run.vendor.take(sign_id, RENAMED)

        return answer

    run.vendor.answers = [None, slow(2), None, None]
    run.execute(plan(run))
    starts = [round(at, 2) for at, _, _ in run.vendor.calls]
    assert starts == [0.0, 1.05, 2.45, 3.5]


def test_a_refused_and_a_failed_one_do_not_stop_the_others_and_are_counted_as_what_they_are() -> None:
    run = account(1, 1, 0, 1)
    run.vendor.answers = [failing("InvalidParameterValue.ImageInvalid"), None, None]
    report = run.execute(plan(run))
    assert [sign_id for _, sign_id, _ in run.vendor.calls] == [1, 2, 4]
    assert counts(report) == {Outcome.FAILED: 1, Outcome.ACCEPTED: 2, Outcome.REFUSED: 1}
    assert report_exit(report) == 7


def test_a_code_that_no_other_signature_can_escape_ends_the_run() -> None:
    run = account()
    run.vendor.answers = [None, failing("AuthFailure.TokenFailure")]
    report = run.execute(plan(run))
    assert len(run.vendor.calls) == 2
    assert counts(report) == {Outcome.ACCEPTED: 1, Outcome.FAILED: 1, Outcome.NOT_ATTEMPTED: 2}
    assert report.error is not None
    assert (report.error.code, report_exit(report)) == ("AuthFailure.TokenFailure", 7)


def test_an_account_that_cannot_be_read_any_more_ends_the_run() -> None:
    run = account()
    run.vendor.unreadable = [VendorError("", code="Client.Timeout")]
    report = run.execute(plan(run))
    assert (counts(report), run.vendor.calls) == ({Outcome.NOT_ATTEMPTED: 4}, [])
    assert report_exit(report) == 7


def test_a_signature_left_open_does_not_end_the_run() -> None:
    run = account()
    run.vendor.hidden = True
    run.vendor.answers = [failing("Client.Timeout")]
    run.vendor.unreadable = [None, *([VendorError("", code="Client.Timeout")] * 16)]
    report = run.execute(plan(run))
    assert counts(report) == {Outcome.UNSETTLED: 1, Outcome.ACCEPTED: 3}


def test_an_approval_between_plan_and_turn_refuses_that_one_alone() -> None:
    run = account()
    planned = plan(run)
    run.vendor.account[2] = row(APPROVED, sign_id=2)
    report = run.execute(planned)
    assert [sign_id for _, sign_id, _ in run.vendor.calls] == [1, 3, 4]
    assert (counts(report), report_exit(report)) == ({Outcome.ACCEPTED: 3, Outcome.REFUSED: 1}, 6)


def test_a_stop_lets_the_call_under_way_finish_and_be_recorded_and_starts_no_more() -> None:
    run = account()

    def stopped() -> str:
        run.stop_now()
        return run.vendor.take(2, RENAMED)

    run.vendor.answers = [None, stopped]
    report = run.execute(plan(run))
    assert counts(report) == {Outcome.ACCEPTED: 2, Outcome.NOT_ATTEMPTED: 2}
    assert report.error is not None
    assert (report.error.code, report_exit(report)) == (STOPPED, 7)
    assert sorted(run.store.state.entries) == [1, 2]
    assert all(entry.perhaps == () for entry in run.store.state.entries.values())


def test_a_record_that_cannot_be_kept_ends_the_run_before_the_next_call() -> None:
    run = account()
    planned = plan(run)
    run.store.error = [None, *([StateError("disk full", hint="make room")] * 9)]
    report = run.execute(planned)
    assert len(run.vendor.calls) == 1
    assert counts(report) == {Outcome.ACCEPTED: 1, Outcome.NOT_ATTEMPTED: 3}
    assert report.error is not None
    assert (report.error.code, report.error.hint, report_exit(report)) == (RECORD, "make room", 7)


def test_a_record_that_cannot_be_closed_is_told() -> None:
    run = account()
    planned = plan(run, DESIRED[:1])
    run.store.error = [None, *([StateError("disk full")] * 9)]
    report = run.execute(planned)
    assert counts(report) == {Outcome.ACCEPTED: 1}
    assert report.error is not None
    assert report_exit(report) == 7


def approve_the_first(run: Run) -> Callable[[], None]:
    return lambda: run.vendor.account.update({1: row(APPROVED, sign_id=1)})


def test_what_was_accepted_is_described_again_while_the_last_one_waits_for_its_time() -> None:
    run = account()
    run.store.before_save = [*[lambda: None] * 2, approve_the_first(run)]
    report = run.execute(plan(run))
    shown = report.results["sign-1"].shown
    assert shown is not None
    assert shown.status == "approved"


def test_what_was_accepted_is_described_again_where_the_run_ends_early() -> None:
    run = account()
    run.store.before_save = [*[lambda: None] * 2, approve_the_first(run)]
    run.vendor.answers = [None, failing("AuthFailure.TokenFailure")]
    report = run.execute(plan(run))
    assert report.error is not None
    shown = report.results["sign-1"].shown
    assert shown is not None
    assert shown.status == "approved"


def test_a_further_look_that_fails_leaves_what_was_seen_before() -> None:
    run = account()
    planned = plan(run, DESIRED[:2])
    run.vendor.unreadable = [None, None, VendorError("", code="Client.Timeout")]
    report = run.execute(planned)
    assert report.results["sign-1"].shown == row(sign_id=1, sign_name="Borealis")
    assert counts(report) == {Outcome.ACCEPTED: 2}


def test_a_plan_without_writes_touches_nothing() -> None:
    run = account(0, 0, 7, 0)
    report = run.execute(plan(run))
    assert (run.vendor.calls, run.store.notes, run.vendor.looks) == ([], [], 0)
    assert report.error is None


def test_the_person_hears_whose_turn_it_is_and_how_each_one_ended() -> None:
    run = account(1, 0, 1)
    heard: list[object] = []
    run.told.begins = lambda planned, number, total: heard.append((planned.desired.key, number, total))  # type: ignore[method-assign]
    run.told.ended = lambda planned, result: heard.append((planned.desired.key, result.outcome))  # type: ignore[method-assign]
    run.execute(plan(run))
    assert heard == [
        ("sign-1", 1, 2), ("sign-1", Outcome.ACCEPTED), ("sign-3", 2, 2), ("sign-3", Outcome.ACCEPTED)
    ]  # fmt: skip


def test_a_run_that_ended_early_is_told_as_that_and_not_as_a_record_that_could_not_be_closed() -> None:
    run = account()
    run.store.costly = True
    planned = plan(run)
    run.vendor.answers = [None, failing("AuthFailure.TokenFailure")]
    run.store.error = [None, None, *([StateError("disk full")] * 9)]
    report = run.execute(planned)
    assert report.error is not None
    assert report.error.code == "AuthFailure.TokenFailure"


def test_a_costly_record_is_written_once_for_each_signature_and_once_at_the_end() -> None:
    run = account()
    run.store.costly = True
    run.execute(plan(run))
    assert [note.split()[0] for note in run.store.notes] == ["intend", "accepted", "accepted", "accepted", "accepted"]
    assert run.store.notes[-1].startswith("accepted sign-4 (4) request request-4\n")


def test_a_run_that_was_stopped_says_what_to_do() -> None:
    run = account()
    run.stop_now()
    report = run.execute(plan(run))
    assert report.error == stopped().error
    assert (report.results, run.vendor.looks, run.told.ends) == ({}, 0, [])


def test_what_ended_otherwise_is_not_described_again() -> None:
    run = account(1, 1, 1)
    run.vendor.answers = [failing("InvalidParameterValue.ImageInvalid")]
    asked: list[dict[int, bool]] = []
    describe = run.vendor.rows

    def rows(declared: dict[int, bool], *, everything: bool = True) -> object:
        asked.append(declared)
        assert not everything
        return describe(declared, everything=everything)

    run.vendor.rows = rows  # type: ignore[assignment,method-assign]  # notes what was asked for
    report = run.execute(plan(run))
    assert asked == [{2: False}]
    assert "sign-1" in report.results
    assert report.results["sign-1"].shown is None


def test_a_signature_that_was_created_is_described_again_by_its_new_id() -> None:
    run = Run(row(sign_id=1))
    wanted = [desired(RENAMED, "new-one", NEW), desired(RENAMED._replace(sign_name="Carina"), "sign-1", 1)]
    planned = run.plan(*wanted)
    run.store.before_save = [lambda: None, lambda: run.vendor.account.update({2: row(APPROVED, sign_id=2)})]
    report = run.execute(planned)
    assert report.results["new-one"].shown == row(APPROVED, sign_id=2)
    assert report.results["new-one"].sign_id == 2


def test_a_run_whose_record_is_moved_to_a_branch_meanwhile_submits_nothing_more(tmp_path: Path) -> None:
    run = account()
    place, branch = tmp_path / "local", FileStore(tmp_path / "branch", NAME)
    run.context = run.context._replace(store=FileStore(place, NAME))
    run.watch = Watch(run.context)

    def moved_beside() -> str:
        migrate(FileStore(place, NAME), branch, "record")
        return run.vendor.take(1, RENAMED)

    run.vendor.answers = [moved_beside]
    report = run.execute(plan(run))
    assert len(run.vendor.calls) == 1
    assert counts(report) == {Outcome.ACCEPTED: 1, Outcome.NOT_ATTEMPTED: 3}
    assert report.error is not None
    assert "was moved to branch record" in str(report.error.message)
    left = FileStore(place, NAME).load().state
    assert left.entry(1).submitted is not None
    assert not any(entry.perhaps for entry in left.entries.values())


def test_a_record_that_went_back_under_a_push_gets_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    run = account(1)
    run.context = run.context._replace(lineage=lambda _: Lineage.DESCENDANT)
    real = run.store.update
    moved = WentBack("the branch went back")
    monkeypatch.setattr(run.store, "update", lambda step, note: real(step, note)._replace(moved=moved))
    report = run.execute(plan(run, DESIRED[:1]), Journal(run.context, run.watch, run.store.load()))
    assert run.vendor.calls == []
    assert report.error is not None
    assert report.error.message == "the branch went back"
    assert run.store.state.entry(1).perhaps == ()
    run.context = run.context._replace(lineage=None)
    assert counts(run.execute(plan(run, DESIRED[:1]))) == {Outcome.ACCEPTED: 1}
    assert moved.allowed
