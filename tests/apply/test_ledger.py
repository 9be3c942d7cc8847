from __future__ import annotations

import pytest

from reconciler.apply.journal import Step
from reconciler.decision.transitions import accept_own, intend
from reconciler.errors import StateConflict, StateError
from reconciler.model.state import Lease, State
from tests.support.fake_run import EMPTY, RUN, Run
from tests.support.values import ACME, RENAMED, SIGN_ID, intent, known, row, submitted

OTHER = Lease("other-run", 7)


def intending(sign_id: int = SIGN_ID) -> Step:
    return lambda state: intend(state, sign_id, intent(ACME, row(), ago=0.0, run=RUN))


def outcome(sign_id: int = SIGN_ID) -> Step:
    return lambda state: accept_own(state, sign_id, submitted(ACME, ago=0.0), RUN)


def test_an_intent_is_stored_before_the_ledger_answers_and_names_the_run_as_the_holder() -> None:
    run = Run()
    run.ledger().intend(intending(), "intend acme-otp")
    assert run.store.state.holder == Lease(RUN, 1)
    assert run.store.state.entry(SIGN_ID).intent is not None
    assert run.store.notes == ["intend acme-otp"]


def test_others_may_have_seen_a_slow_step_since_it_began() -> None:
    run = Run(slow=3.0)
    stored = run.ledger().intend(intending(), "intend")
    assert (stored.begun, stored.known) == (5000.0, 5003.0)


def test_an_outcome_is_stored_at_once_where_that_is_cheap() -> None:
    run = Run()
    ledger = run.ledger()
    ledger.intend(intending(), "intend")
    ledger.record(outcome(), "accepted")
    assert run.store.state.entries == {SIGN_ID: known(ago=0.0)}
    assert run.store.state.holder == Lease(RUN, 2)


def test_an_outcome_travels_with_the_next_intent_where_a_save_is_costly() -> None:
    run = Run(costly=True)
    ledger = run.ledger()
    ledger.intend(intending(), "intend 1")
    ledger.record(outcome(), "accepted 1")
    assert run.store.notes == ["intend 1"]
    assert ledger.state.entry(SIGN_ID).submitted is not None
    ledger.intend(intending(2), "intend 2")
    assert run.store.notes == ["intend 1", "accepted 1\nintend 2"]
    ledger.record(outcome(2), "accepted 2")
    ledger.close()
    assert run.store.notes[2:] == ["accepted 2"]
    assert all(entry.intent is None for entry in run.store.state.entries.values())
    assert run.store.state.holder is None


def test_an_outcome_that_could_not_be_stored_comes_before_any_further_intent() -> None:
    run = Run()
    ledger = run.ledger()
    ledger.intend(intending(), "intend 1")
    run.store.trouble = [StateError("disk full"), StateError("disk full")]
    ledger.record(outcome(), "accepted 1")
    with pytest.raises(StateError, match="disk full"):
        ledger.intend(intending(2), "intend 2")
    assert run.store.state.entry(2).intent is None
    ledger.close()
    assert run.store.state.entries == {SIGN_ID: known(ago=0.0)}
    assert run.store.notes == ["intend 1", "accepted 1"]


def test_an_outcome_is_stored_on_top_of_what_another_run_stored_meanwhile() -> None:
    run = Run()
    ledger = run.ledger()
    ledger.intend(intending(), "intend")
    run.store.put(run.store.state._replace(entries={**run.store.state.entries, 2: known()}, holder=OTHER))
    ledger.record(outcome(), "accepted")
    assert run.store.state.entries == {SIGN_ID: known(ago=0.0), 2: known()}
    assert run.store.state.holder == OTHER


def test_an_outcome_never_replaces_what_a_run_that_took_over_knows_better() -> None:
    run = Run()
    ledger = run.ledger()
    ledger.intend(intending(), "intend")
    theirs = intent(RENAMED, row(), ago=0.0, run="other-run")
    run.store.put(intend(run.store.state._replace(holder=OTHER), SIGN_ID, theirs))
    ledger.record(outcome(), "accepted")
    ledger.close()
    assert run.store.state.entry(SIGN_ID).intent == theirs
    assert run.store.state.holder == OTHER


def test_a_store_that_never_stops_moving_is_given_up_in_words() -> None:
    run = Run()
    ledger = run.ledger()
    ledger.intend(intending(), "intend")
    run.store.trouble = [StateConflict("moved")] * 5
    with pytest.raises(StateError, match="other runs keep changing it"):
        ledger.close()


def test_a_lost_race_leaves_the_intent_unstored_and_unplanned() -> None:
    run = Run()
    ledger = run.ledger()
    run.store.put(EMPTY._replace(holder=OTHER))
    with pytest.raises(StateConflict):
        ledger.intend(intending(), "intend")
    assert ledger.state == EMPTY
    assert run.store.state.entries == {}


def test_a_renewal_moves_the_beat_and_fails_once_another_run_took_over() -> None:
    run = Run()
    ledger = run.ledger()
    ledger.intend(intending(), "intend")
    ledger.renew()
    assert run.store.state.holder == Lease(RUN, 2)
    run.store.put(run.store.state._replace(holder=OTHER))
    with pytest.raises(StateConflict):
        ledger.renew()


@pytest.mark.parametrize(
    ("seen", "found", "left"),
    [
        (None, None, None),
        (OTHER, OTHER, None),
        (OTHER, Lease("other-run", 8), Lease("other-run", 8)),
        (None, Lease("newcomer", 1), Lease("newcomer", 1)),
    ],
    ids=["nobody", "one that was waited out", "the same that moved since", "one that came since"],
)
def test_closing_releases_nobody_but_an_own_or_waited_out_holder(
    seen: Lease | None, found: Lease | None, left: Lease | None
) -> None:
    run = Run(state=EMPTY._replace(holder=seen))
    ledger = run.ledger()
    ledger.later(lambda state: state._replace(entries={2: known()}), "settle 2")
    run.store.put(run.store.state._replace(holder=found))
    ledger.close()
    assert run.store.state == EMPTY._replace(holder=left, entries={2: known()}, saved_at=run.clock.now())


def test_closing_releases_the_own_holder_once() -> None:
    run = Run()
    ledger = run.ledger()
    ledger.intend(intending(), "intend")
    ledger.close()
    ledger.close()
    assert run.store.state.holder is None
    assert run.store.notes == ["intend", "release the record"]


def test_a_run_that_leaves_a_call_on_its_way_stays_the_holder() -> None:
    run = Run()
    ledger = run.ledger()
    ledger.intend(intending(), "intend")
    ledger.keep()
    ledger.close()
    assert run.store.state.holder == Lease(RUN, 1)


def test_closing_heals_what_a_killed_run_left_although_there_is_nothing_to_write() -> None:
    run = Run(state=EMPTY._replace(holder=OTHER))
    run.ledger().close()
    assert run.store.state.holder is None


def test_closing_stores_nothing_where_nothing_was_done() -> None:
    run = Run()
    run.ledger().close()
    assert run.store.notes == []
    assert run.store.state == EMPTY


def test_the_time_of_a_save_is_recorded() -> None:
    run = Run()
    run.clock.wait(30.0)
    run.ledger().intend(intending(), "intend")
    assert run.store.state.saved_at == run.clock.now()


def test_a_ledger_goes_on_from_a_newer_record_with_what_it_has_still_to_store() -> None:
    run = Run(costly=True)
    ledger = run.ledger()
    ledger.intend(intending(), "intend")
    ledger.record(outcome(), "accepted")
    run.store.put(State(EMPTY.uin, EMPTY.region, {2: known()}, OTHER))
    ledger.start_over(run.store.load())
    ledger.intend(intending(3), "intend 3")
    assert run.store.state.entries.keys() == {SIGN_ID, 2, 3}
    assert run.store.state.holder == Lease(RUN, 8)
