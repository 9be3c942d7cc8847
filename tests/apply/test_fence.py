from __future__ import annotations

import pytest

from reconciler.apply.journal import StoppedWaiting, await_lease
from reconciler.errors import Exit
from reconciler.model.state import Lease
from tests.support.fake_run import EMPTY, RUN, Run


def held(run: str = "other-run", beat: int = 1) -> Lease:
    return Lease(run, beat)


def test_nobody_waits_for_a_record_that_nobody_holds() -> None:
    run = Run()
    assert await_lease(run.context).state == EMPTY
    assert run.clock.passed == 0.0


def test_a_holder_that_lets_go_is_followed_within_a_second() -> None:
    run = Run(state=EMPTY._replace(holder=held()))
    run.clock.at(6.5, lambda: run.store.put(EMPTY))
    assert await_lease(run.context).state.holder is None
    assert run.clock.passed == 7.0


def test_a_holder_that_stands_still_for_twice_the_request_timeout_is_given_up() -> None:
    run = Run(state=EMPTY._replace(holder=held()), timeout=10.0)
    assert await_lease(run.context).state.holder == held()
    assert run.clock.passed == 20.0


def test_a_holder_whose_calls_may_last_longer_is_waited_for_longer() -> None:
    run = Run(state=EMPTY._replace(holder=Lease("other-run", 1, patience=60.0)), timeout=10.0)
    await_lease(run.context)
    assert run.clock.passed == 60.0


def test_the_time_begins_anew_whenever_the_holder_moves() -> None:
    run = Run(state=EMPTY._replace(holder=held()), timeout=10.0)
    run.clock.at(15.0, lambda: run.store.put(EMPTY._replace(holder=held(beat=2))))
    run.clock.at(30.0, lambda: run.store.put(EMPTY._replace(holder=held("third-run", 3))))
    assert await_lease(run.context).state.holder == held("third-run", 3)
    assert run.clock.passed == 50.0


def test_the_wait_ends_by_the_own_clock_whatever_the_others_say() -> None:
    run = Run(state=EMPTY._replace(holder=held(), saved_at=9e9), timeout=0.5)
    await_lease(run.context)
    assert run.clock.passed == 1.0


@pytest.mark.parametrize(("theirs", "ours", "waited"), [(60.0, 10.0, 60.0), (1.0, 10.0, 20.0)])
def test_the_longer_of_both_runs_patience_counts(theirs: float, ours: float, waited: float) -> None:
    run = Run(state=EMPTY._replace(holder=Lease("other-run", 1, theirs)), timeout=ours)
    await_lease(run.context)
    assert run.clock.passed == waited


def test_whoever_waits_is_told_how_long_at_most() -> None:
    run = Run(state=EMPTY._replace(holder=held()), timeout=2.0)
    await_lease(run.context)
    assert run.told.waits == [4.0, 3.0, 2.0, 1.0]


def test_a_run_does_not_wait_for_itself() -> None:
    run = Run(state=EMPTY._replace(holder=held(RUN)))
    assert await_lease(run.context).state.holder == held(RUN)
    assert run.clock.passed == 0.0


def test_a_run_that_is_stopped_while_it_waits_concludes_nothing() -> None:
    run = Run(state=EMPTY._replace(holder=held()))
    run.clock.at(3.0, run.stop_now)
    with pytest.raises(StoppedWaiting) as caught:
        await_lease(run.context)
    assert caught.value.exit_code == Exit.UNSETTLED
    assert run.clock.passed == 3.0
