from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from reconciler.apply.attempt import attempt
from reconciler.contract.codes import CHANGED_SINCE_PLAN, CODES, EVIDENCE_CHANGED, RECORD, STOPPED, TIMEOUT
from reconciler.contract.treatment import Treatment
from reconciler.decision.record import accept, intend
from reconciler.errors import Refusal, StateConflict, StateError, VendorError
from reconciler.model.live import Row
from reconciler.model.plan import Plan
from reconciler.model.report import Outcome, Report, Result, report_exit
from reconciler.model.signature import SignFields
from reconciler.model.state import Entry, Holder, Intent, State
from tests.support.fake_run import EMPTY, RUN, Run
from tests.support.values import (
    ACME,
    APPROVED,
    HIDDEN_EDIT,
    NOT_EFFECTIVE,
    REJECTED,
    RENAMED,
    SIGN_ID,
    UNDOCUMENTED,
    desired,
    intent,
    known,
    row,
    submitted,
)

KNOWN = replace(EMPTY, entries={SIGN_ID: known()})
OTHER = Holder("other-run", 1)


def failing(code: str, request_id: str | None = "request-9") -> Callable[[], str]:
    def fail() -> str:
        raise VendorError("words of the vendor", code=code, request_id=request_id)

    return fail


def taken_but(run: Run, code: str, fields: SignFields = RENAMED) -> Callable[[], str]:
    def lose() -> str:
        run.vendor.take(SIGN_ID, fields)
        return failing(code, None)()

    return lose


def slow_pace(run: Run) -> None:
    """Let the next write wait for over five seconds, as after four limit errors."""
    for _ in range(4):
        run.context.pace.widen()


def arrive(run: Run) -> None:
    run.vendor.take(SIGN_ID, RENAMED)


class Turn:
    """One signature's turn in a run, planned first; what happens in between is up to the test."""

    def __init__(self, run: Run, fields: SignFields = RENAMED) -> None:
        self.run = run
        self.plan: Plan = run.plan(desired(fields))
        self.ledger = run.ledger()

    def take(self) -> Result:
        self.result = attempt(self.run.context, self.ledger, self.plan.signatures[0])
        return self.result

    @property
    def exit(self) -> int:
        return report_exit(Report(self.plan, {SIGN_ID: self.result}))

    @property
    def entry(self) -> Entry:
        return self.run.store.state.entry(SIGN_ID)


def test_an_accepted_submission_is_recorded_with_its_request_and_the_rows_around_it() -> None:
    turn = Turn(Run(row(REJECTED)))
    result = turn.take()
    shown = row(sign_name="Acme Bank")
    assert result == Result(Outcome.ACCEPTED, "request-1", shown=shown)
    own = turn.entry.submitted
    assert own is not None
    assert (own.fields, own.request_id, own.commit) == (RENAMED, "request-1", turn.run.context.commit)
    assert (own.before, own.shown) == (row(REJECTED), shown)
    assert (turn.entry.intent, turn.exit) == (None, 0)


def test_the_intent_is_durable_when_the_call_is_made() -> None:
    turn = Turn(Run(row()))
    seen: list[Entry] = []

    def look() -> str:
        seen.append(turn.entry)
        return turn.run.vendor.take(SIGN_ID, RENAMED)

    turn.run.vendor.answers = [look]
    turn.take()
    assert seen == [Entry(intent=Intent(RENAMED, row(), turn.run.clock.now(), RUN, turn.run.context.commit))]


@pytest.mark.parametrize("code", [APPROVED, NOT_EFFECTIVE])
def test_an_approval_between_plan_and_call_is_a_refusal_without_a_write(code: int) -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.account[SIGN_ID] = row(code)
    result = turn.take()
    assert result.outcome is Outcome.REFUSED
    assert result.trouble is not None
    assert result.trouble.code == CHANGED_SINCE_PLAN
    assert (turn.exit, turn.run.vendor.calls, turn.run.store.notes) == (6, [], [])


@pytest.mark.parametrize(
    ("now", "outcome", "code"),
    [
        (row(REJECTED), Outcome.NOT_ATTEMPTED, 7),
        (row(UNDOCUMENTED), Outcome.REFUSED, 6),
        (row(international=True), Outcome.REFUSED, 6),
        (row(sign_id=1), Outcome.REFUSED, 6),
    ],
    ids=["rejected meanwhile", "unknown code", "other series", "gone"],
)
def test_a_row_that_is_not_as_planned_ends_the_turn_without_a_write(now: Row, outcome: Outcome, code: int) -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.account = {now.sign_id: now}
    assert turn.take().outcome is outcome
    assert (turn.exit, turn.run.vendor.calls) == (code, [])


def test_what_another_run_submitted_just_so_meanwhile_is_in_place() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.account[SIGN_ID] = row(sign_name="Acme Bank")
    turn.run.store.put(accept(EMPTY, SIGN_ID, submitted(RENAMED, ago=1.0)))
    turn.ledger.start_over(turn.run.store.load())
    result = turn.take()
    assert (result.outcome, result.in_place, turn.exit) == (Outcome.NOT_ATTEMPTED, True, 0)
    assert turn.run.vendor.calls == []


def test_an_image_that_changed_since_the_plan_is_refused() -> None:
    turn = Turn(Run(row()))

    def changed(_: object) -> None:
        raise Refusal("evidence/license.png is not the planned one")

    turn.run.images = changed  # type: ignore[assignment]  # it answers with an error
    result = turn.take()
    assert result.trouble is not None
    assert (result.outcome, result.trouble.code) == (Outcome.REFUSED, EVIDENCE_CHANGED)
    assert (turn.exit, turn.run.vendor.calls, turn.run.store.notes) == (6, [], [])


def test_a_signature_that_cannot_be_looked_at_is_not_written() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.unreadable = [VendorError("", code=TIMEOUT)]
    result = turn.take()
    assert result.trouble is not None
    assert (result.outcome, result.trouble.code, turn.exit) == (Outcome.NOT_ATTEMPTED, TIMEOUT, 7)
    assert turn.run.vendor.calls == []


NOT_TAKEN = [row.code for row in CODES.values() if row.treatment in {Treatment.FAIL, Treatment.STOP, Treatment.REFUSE}]


@pytest.mark.parametrize("code", NOT_TAKEN)
def test_a_code_that_says_no_is_sent_once_and_leaves_no_intent(code: str) -> None:
    turn = Turn(Run(row(), state=KNOWN))
    turn.run.vendor.answers = [failing(code)]
    result = turn.take()
    refused = CODES[code].treatment is Treatment.REFUSE
    assert result.outcome is (Outcome.REFUSED if refused else Outcome.FAILED)
    assert result.request_id == "request-9"
    assert result.trouble is not None
    assert result.trouble.code == code
    assert "words of the vendor" in result.trouble.message
    assert turn.exit == (6 if refused else 7)
    assert (len(turn.run.vendor.calls), turn.entry) == (1, known())


RETRIED = [row.code for row in CODES.values() if row.treatment is Treatment.RETRY]


@pytest.mark.parametrize("code", RETRIED)
def test_what_certainly_did_not_happen_is_tried_again_slower_each_time(code: str) -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing(code), failing(code), failing(code)]
    assert turn.take().outcome is Outcome.ACCEPTED
    starts = [at for at, _, _ in turn.run.vendor.calls]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert len(gaps) == 3
    assert gaps == sorted(gaps)
    assert gaps[0] >= 1.5
    assert gaps[2] >= 3.5


def test_a_retry_ends_after_five_calls_as_a_failure_without_an_intent() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing("RequestLimitExceeded")] * 9
    assert turn.take().outcome is Outcome.FAILED
    assert (len(turn.run.vendor.calls), turn.entry, turn.exit) == (5, Entry(), 7)


UNCERTAIN = [row.code for row in CODES.values() if row.treatment is Treatment.SETTLE]


@pytest.mark.parametrize("code", UNCERTAIN)
def test_an_uncertain_call_that_arrived_counts_as_accepted_and_is_not_repeated(code: str) -> None:
    run = Run(row())
    turn = Turn(run)
    run.vendor.answers = [taken_but(run, code)]
    assert turn.take().outcome is Outcome.ACCEPTED
    assert turn.entry.submitted is not None
    assert (turn.entry.intent, turn.entry.submitted.fields) == (None, RENAMED)
    assert (len(run.vendor.calls), turn.exit) == (1, 0)


@pytest.mark.parametrize("code", UNCERTAIN)
def test_an_uncertain_call_that_never_shows_failed_once_it_cannot_be_under_way(code: str) -> None:
    turn = Turn(Run(row(), timeout=10.0))
    turn.run.vendor.answers = [failing(code)]
    assert turn.take().outcome is Outcome.FAILED
    assert (len(turn.run.vendor.calls), turn.entry, turn.exit) == (1, Entry(), 7)
    assert turn.run.clock.passed >= 20.0


def test_a_call_that_arrives_late_is_seen() -> None:
    run = Run(row(), timeout=10.0)
    turn = Turn(run)
    run.vendor.answers = [failing(TIMEOUT, None)]
    run.clock.at(17.0, lambda: arrive(run))
    assert turn.take().outcome is Outcome.ACCEPTED
    assert len(run.vendor.calls) == 1


def test_an_uncertain_call_that_could_not_show_stays_open_and_says_so() -> None:
    turn = Turn(Run(row(), state=KNOWN), HIDDEN_EDIT)
    turn.run.vendor.answers = [failing(TIMEOUT)]
    assert turn.take().outcome is Outcome.UNSETTLED
    assert turn.entry.intent is not None
    assert (turn.entry.submitted, turn.exit) == (known().submitted, 7)


def test_an_uncertain_call_that_nobody_could_look_after_stays_open() -> None:
    turn = Turn(Run(row()))
    turn.run.vendor.answers = [failing(TIMEOUT)]
    turn.run.vendor.unreadable = [None, *([VendorError("", code=TIMEOUT)] * 99)]
    assert turn.take().outcome is Outcome.UNSETTLED
    assert turn.entry.intent is not None


def test_a_stop_does_not_wait_for_the_end_of_doubt_but_leaves_the_record_held() -> None:
    run = Run(row())
    turn = Turn(run)

    def stopped() -> str:
        run.stop_now()
        return failing(TIMEOUT)()

    run.vendor.answers = [stopped]
    assert turn.take().outcome is Outcome.UNSETTLED
    turn.ledger.close()
    assert run.store.state.holder is not None
    assert run.store.state.holder.run == RUN
    assert run.clock.passed < 2.0


def test_a_stop_before_the_call_withdraws_the_intent() -> None:
    run = Run(row())
    turn = Turn(run)
    run.store.before_save = [run.stop_now]
    result = turn.take()
    assert result.trouble is not None
    assert (result.outcome, result.trouble.code) == (Outcome.NOT_ATTEMPTED, STOPPED)
    assert (run.vendor.calls, turn.entry) == ([], Entry())


def test_an_acceptance_that_does_not_show_yet_is_recorded_without_a_row() -> None:
    run = Run(row())
    turn = Turn(run)
    run.vendor.hidden = True
    assert turn.take().outcome is Outcome.ACCEPTED
    assert turn.entry.submitted is not None
    assert turn.entry.submitted.shown is None
    assert turn.entry.submitted.before == row()


def test_an_acceptance_that_shows_a_little_later_is_recorded_with_its_row() -> None:
    run = Run(row())
    turn = Turn(run)
    run.vendor.hidden = True

    def show() -> None:
        run.vendor.hidden = False
        run.vendor.take(SIGN_ID, RENAMED)

    run.clock.at(0.5, show)
    turn.take()
    assert turn.entry.submitted is not None
    assert turn.entry.submitted.shown == row(sign_name="Acme Bank")


def test_an_intent_that_grew_stale_is_renewed_before_the_call() -> None:
    run = Run(row())
    turn = Turn(run)
    slow_pace(run)
    assert turn.take().outcome is Outcome.ACCEPTED
    assert run.vendor.calls[0][0] > 5.0
    assert run.store.notes[1] == "still at work"


def test_a_fresh_intent_is_not_renewed() -> None:
    turn = Turn(Run(row()))
    turn.take()
    assert [note.split()[0] for note in turn.run.store.notes] == ["intend", "accepted"]


def test_a_short_request_timeout_bounds_how_old_an_intent_may_be() -> None:
    run = Run(row(), timeout=0.5)
    turn = Turn(run)
    run.context.pace.started()
    assert turn.take().outcome is Outcome.ACCEPTED
    assert run.store.notes[1] == "still at work"


def test_a_record_too_slow_to_be_seen_moving_stops_the_run_before_the_call() -> None:
    run = Run(row(), slow=11.0, timeout=10.0)
    turn = Turn(run)
    with pytest.raises(StateError, match="longer to store"):
        turn.take()
    turn.ledger.close()
    assert (run.vendor.calls, turn.entry) == ([], Entry())


def test_an_intent_that_cannot_be_stored_means_no_call() -> None:
    run = Run(row())
    turn = Turn(run)
    run.store.trouble = [StateError("disk full")]
    with pytest.raises(StateError, match="disk full"):
        turn.take()
    assert run.vendor.calls == []


def test_whoever_loses_the_race_for_the_intent_waits_and_finds_it_in_place() -> None:
    run = Run(row())
    turn = Turn(run)

    def won_by_another() -> None:
        theirs = intent(RENAMED, row(), ago=0.0, run=OTHER.run)
        run.store.put(intend(replace(EMPTY, holder=OTHER), SIGN_ID, theirs))

    def ended() -> None:
        run.vendor.take(SIGN_ID, RENAMED)
        run.store.put(State(EMPTY.uin, EMPTY.region, {SIGN_ID: Entry(submitted(RENAMED, ago=0.0))}))

    run.store.before_save = [won_by_another]
    run.clock.at(4.0, ended)
    result = turn.take()
    assert (result.in_place, run.vendor.calls, turn.exit) == (True, [], 0)


def test_whoever_was_taken_over_while_pacing_withdraws_and_decides_anew() -> None:
    run = Run(row(), state=KNOWN)
    turn = Turn(run, HIDDEN_EDIT)
    slow_pace(run)
    run.store.before_save = [lambda: None, lambda: run.store.put(replace(run.store.state, holder=OTHER))]
    run.clock.at(9.0, lambda: run.store.put(replace(run.store.state, holder=None)))
    assert turn.take().outcome is Outcome.ACCEPTED
    assert [at >= 9.0 for at, _, _ in run.vendor.calls] == [True]
    assert turn.entry.intent is None


def test_a_record_that_others_always_move_first_is_given_up_for_now() -> None:
    run = Run(row())
    turn = Turn(run)
    run.store.trouble = [StateConflict("moved")] * 5
    result = turn.take()
    assert result.trouble is not None
    assert (result.outcome, result.trouble.code, turn.exit) == (Outcome.NOT_ATTEMPTED, RECORD, 7)
    assert run.vendor.calls == []


def test_a_resubmission_that_was_asked_for_is_sent_although_nothing_differs() -> None:
    turn = Turn(Run(row(), state=KNOWN, resubmit=["acme-otp"]), ACME)
    assert turn.take().outcome is Outcome.ACCEPTED
