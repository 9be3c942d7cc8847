"""Who waits for what, by which clock, and how long."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from reconciler.apply import waiting
from reconciler.apply.waiting import StoppedWaiting, Stopwatch, Timing, Watch, is_in_window, may_start
from reconciler.errors import Exit, Refusal
from reconciler.model.signature import Subject
from reconciler.model.state import OLD_INTENT_S, Entry, Intent, IntentState, Lineage, State
from reconciler.state.store import Snapshot, WentBack
from reconciler.tencent.endpoint import RequestLimits
from tests.fixtures.fake_run import EMPTY, RUN, FakeClock, Run
from tests.fixtures.translated import says_what_to_do
from tests.fixtures.values import ACME, HIDDEN_EDIT, NOW, SIGN_ID, intent, row, submitted

LIVE, LAPSED, LATE = IntentState.LIVE, IntentState.LAPSED, IntentState.LATE
TIMING = Timing(5.0, 10.0, 10.0, 5.0)
OTHERS = intent(HIDDEN_EDIT, row(), ago=0.0, status=LIVE)


@pytest.mark.parametrize(
    ("timeout", "costly", "start"),
    [(10.0, False, 5.0), (10.0, True, 8.0), (6.0, True, 6.0), (3.0, False, 3.0), (1.0, False, 2.0), (1.0, True, 2.0)],
)
def test_a_call_starts_within_the_time_that_its_store_and_its_timeout_allow(
    timeout: float, costly: bool, start: float
) -> None:
    found = Timing.of(RequestLimits(request_timeout=timeout, describe_lag=4.0), costly=costly)
    assert found == Timing(start, timeout, timeout, 4.0)
    assert found.window == start + 2 * timeout + 1.0


class Elapsed(NamedTuple):
    by_monotonic: float
    asleep: float

    def stopwatch(self) -> Stopwatch:
        clock = FakeClock()
        made = Stopwatch(clock)
        clock.wait(self.by_monotonic)
        clock.asleep(self.asleep)
        return made


@pytest.mark.parametrize(
    ("elapsed", "seconds"), [(Elapsed(3.0, 0.0), 3.0), (Elapsed(0.0, 4.0), 4.0), (Elapsed(3.0, 4.0), 7.0)]
)
def test_a_sender_counts_the_time_that_its_machine_slept(elapsed: Elapsed, seconds: float) -> None:
    assert elapsed.stopwatch().passed() == seconds


@pytest.mark.parametrize("clock", ["now", "boottime"])
def test_a_sender_goes_by_whichever_clock_shows_most(clock: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = FakeClock()
    stopwatch = Stopwatch(made)
    at = getattr(made, clock)()
    made.wait(1.0)
    monkeypatch.setattr(made, clock, lambda: at + 9.0)
    assert stopwatch.passed() == 9.0


def test_a_call_may_start_until_its_start_is_over_and_counts_until_its_window_is() -> None:
    assert may_start(Elapsed(5.0, 0.0).stopwatch(), TIMING)
    assert not may_start(Elapsed(5.1, 0.0).stopwatch(), TIMING)
    assert is_in_window(Elapsed(26.0, 0.0).stopwatch(), TIMING)
    assert not is_in_window(Elapsed(26.1, 0.0).stopwatch(), TIMING)


def recorded(*doubts: Intent, subject: Subject = SIGN_ID) -> State:
    return EMPTY._replace(entries={subject: Entry(2, None, doubts)})


def test_another_runs_call_is_waited_for_a_second_at_a_time_and_the_person_is_told_whose_it_is() -> None:
    run = Run(row(), state=recorded(OTHERS._replace(by="somebody")))
    heard: list[str] = []
    run.told.waiting = lambda seconds, holder: heard.append(f"{seconds} {holder}")  # type: ignore[method-assign]
    run.clock.at(0.5, lambda: run.clock.wait(0.25))
    assert run.watch.await_turn() == run.store.load()
    assert run.clock.passed == 26.0
    assert heard[:2] == [f"26.0 {heard[0].split(' ', 1)[1]}", f"24.75 {heard[0].split(' ', 1)[1]}"]
    assert heard[0].startswith("26.0 somebody, since ")
    assert heard[0].endswith(", memory")
    assert run.watch.waited_out == {(SIGN_ID, 2, "run-1")}


def test_of_several_calls_the_longest_is_waited_for() -> None:
    entries: dict[Subject, Entry] = {
        1: Entry(2, None, (OTHERS._replace(window=5.0),)),
        2: Entry(2, None, (OTHERS._replace(window=20.0, run="run-2"),)),
        3: Entry(2, None, (OTHERS._replace(window=10.0, run="run-3"),)),
    }
    run = Run(row(), state=EMPTY._replace(entries=entries))
    run.watch.await_turn()
    assert (run.clock.passed, run.told.waits[0]) == (20.0, 20.0)
    assert run.watch.waited_out == {(1, 2, "run-1"), (2, 2, "run-2"), (3, 2, "run-3")}


def test_a_call_is_waited_for_since_this_run_saw_it_first_whatever_its_own_clock_said() -> None:
    run = Run(row(), state=recorded(OTHERS._replace(at=NOW - 300.0)))
    run.watch.await_turn()
    assert run.clock.passed == 26.0
    run.watch.await_turn()
    assert run.clock.passed == 26.0


def test_a_call_of_its_own_keeps_nobody_from_waiting_for_anothers() -> None:
    run = Run(row(), state=recorded(OTHERS._replace(run=RUN), OTHERS))
    run.watch.await_turn()
    assert run.clock.passed == 26.0


def test_a_call_that_comes_while_another_is_waited_for_is_waited_for_as_long() -> None:
    run = Run(row(), state=recorded(OTHERS))
    run.clock.at(10.0, lambda: run.store.put(recorded(OTHERS._replace(epoch=3, run="run-2"))))
    run.watch.await_turn()
    assert run.clock.passed == 36.0


def test_the_last_wait_is_as_long_as_what_is_left() -> None:
    run = Run(row(), state=recorded(OTHERS._replace(window=2.5)))
    run.watch.await_turn()
    assert run.told.waits == [2.5, 1.5, 0.5]
    assert run.clock.passed == 2.5


@pytest.mark.parametrize("made", [OTHERS._replace(run=RUN), OTHERS._replace(status=LAPSED)], ids=["own", "lapsed"])
def test_nobody_waits_for_a_call_of_its_own_or_for_one_that_cannot_act(made: Intent) -> None:
    run = Run(row(), state=recorded(made))
    run.watch.await_turn()
    assert (run.clock.passed, run.told.waits, run.watch.waited_out) == (0.0, [], set())


@pytest.mark.parametrize(("ago", "waits"), [(26.0 + OLD_INTENT_S, 1.0), (26.0 + OLD_INTENT_S + 1.0, 0.0)])
def test_a_call_that_is_old_by_every_clock_is_not_waited_for(ago: float, waits: float) -> None:
    run = Run(row(), state=recorded(OTHERS._replace(at=NOW - ago)))
    run.watch.await_turn()
    assert run.clock.passed == waits
    assert run.watch.waited_out == {(SIGN_ID, 2, "run-1")}


def test_a_wait_ends_as_soon_as_the_call_is_answered() -> None:
    run = Run(row(), state=recorded(OTHERS))
    run.clock.at(3.0, lambda: run.store.put(EMPTY))
    assert run.watch.await_turn().state == EMPTY
    assert run.clock.passed == 3.0


def test_a_stop_ends_the_wait_without_a_turn() -> None:
    run = Run(row(), state=recorded(OTHERS))
    run.clock.at(2.0, run.stop_now)
    with pytest.raises(StoppedWaiting) as stopped:
        run.watch.await_turn()
    assert says_what_to_do(stopped.value)
    assert (run.clock.passed, stopped.value.exit_code) == (2.0, Exit.UNSETTLED)


def test_a_record_that_went_back_is_refused_where_older_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(row())
    moved = WentBack("the branch went back")
    monkeypatch.setattr(run.store, "load", lambda: Snapshot(EMPTY, "1", moved=moved))
    assert run.watch.await_turn().state == EMPTY
    checked = run.context._replace(lineage=lambda _: Lineage.DESCENDANT)
    with pytest.raises(Refusal, match="went back"):
        Watch(checked).await_turn()


def shown(state: State, *subjects: Subject, after: float = 0.0, seen: State | None = None) -> float:
    """Return how long a run waits for rows that trail, having seen a state first, and waited since."""
    run = Run(row(), state=state)
    if seen is not None:
        run.watch.await_shown(seen, [])
    run.clock.wait(after)
    run.watch.await_shown(state, subjects)
    return run.clock.passed - after


LAG = RequestLimits().describe_lag
SUBMITTED = EMPTY._replace(entries={SIGN_ID: Entry(1, submitted(ACME, ago=1.0, epoch=1, run="other"))})


def test_a_row_that_may_trail_is_waited_for_since_its_outcome_was_first_seen() -> None:
    assert shown(SUBMITTED, SIGN_ID) == LAG
    assert shown(SUBMITTED, SIGN_ID, after=1.5, seen=SUBMITTED) == LAG - 1.5
    assert shown(SUBMITTED, SIGN_ID, after=LAG + 1.0, seen=SUBMITTED) == 0.0
    assert shown(SUBMITTED, SIGN_ID, after=1.5, seen=EMPTY) == LAG


@pytest.mark.parametrize("newer", [{"epoch": 2}, {"run": "a third one"}], ids=["of another epoch", "of another run"])
def test_another_outcome_is_waited_for_anew(newer: dict[str, object]) -> None:
    own = submitted(ACME, ago=1.0, epoch=1, run="other")._replace(**newer)  # type: ignore[arg-type]  # by name
    assert shown(EMPTY._replace(entries={SIGN_ID: Entry(1, own)}), SIGN_ID, after=1.5, seen=SUBMITTED) == LAG


def test_only_the_signatures_whose_turn_it_is_are_waited_for() -> None:
    assert shown(SUBMITTED, 7) == 0.0
    assert shown(SUBMITTED) == 0.0
    assert shown(SUBMITTED, 7, SIGN_ID) == LAG


@pytest.mark.parametrize(("ago", "waits"), [(626.0, 0.0), (625.9, LAG), (-625.9, LAG), (-626.0, 0.0)])
def test_an_outcome_that_is_long_since_is_not_waited_for(ago: float, waits: float) -> None:
    own = submitted(ACME, ago=ago, epoch=1, run="other")
    assert shown(EMPTY._replace(entries={SIGN_ID: Entry(1, own)}), SIGN_ID) == waits


@pytest.mark.parametrize(("status", "waits"), [(LIVE, 0.0), (LAPSED, LAG), (LATE, LAG)])
def test_a_call_that_cannot_act_any_more_may_show_for_as_long_as_a_row_trails(
    status: IntentState, waits: float
) -> None:
    assert shown(recorded(OTHERS._replace(status=status)), SIGN_ID) == waits


@pytest.mark.parametrize(("subject", "waits"), [(SIGN_ID, LAG), (7, 0.0)])
def test_a_call_that_this_run_waited_out_may_show_a_little_later(subject: Subject, waits: float) -> None:
    run = Run(row(), state=recorded(OTHERS))
    run.watch.await_turn()
    run.watch.await_shown(run.store.state, [subject])
    assert run.clock.passed == 26.0 + waits


@pytest.mark.parametrize(("left", "took_time"), [(0.0, False), (0.5, True)])
def test_a_wait_says_whether_it_took_time_however_short(left: float, took_time: bool) -> None:
    run = Run(row())
    run.watch.await_shown(SUBMITTED, [])
    run.clock.wait(LAG - left)
    assert run.watch.await_shown(SUBMITTED, [SIGN_ID]) is took_time


def test_of_several_rows_that_trail_the_last_is_waited_for() -> None:
    run = Run(row())
    run.watch.await_shown(SUBMITTED, [])
    run.clock.wait(1.0)
    own = submitted(ACME, ago=1.0, epoch=1, run="other")
    later = SUBMITTED._replace(entries={**SUBMITTED.entries, 7: Entry(1, own)})
    run.watch.await_shown(later, [SIGN_ID, 7])
    assert run.clock.passed == 1.0 + LAG


def test_an_accepted_row_is_looked_for_within_a_second() -> None:
    assert waiting.LOOKS * waiting.BETWEEN_LOOKS_S < 1.0
