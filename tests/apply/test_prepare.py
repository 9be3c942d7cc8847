from __future__ import annotations

import pytest

from reconciler.apply.executor import execute
from reconciler.apply.journal import StoppedWaiting
from reconciler.apply.preflight import preflight
from reconciler.model.plan import Verdict
from reconciler.model.state import Entry, Lease
from tests.support.fake_run import EMPTY, Run
from tests.support.values import ACME, HIDDEN_EDIT, RENAMED, SIGN_ID, TARGET, defined, desired, intent, known, row

OTHER = Lease("other-run", 3)
LEFT = EMPTY._replace(holder=OTHER, entries={SIGN_ID: Entry(intent=intent(RENAMED, row(), ago=5.0, run=OTHER.run))})
DEFINITIONS = defined(desired(RENAMED))


def test_a_call_that_a_killed_run_made_is_settled_as_submitted_and_not_repeated() -> None:
    run = Run(row(sign_name="Acme Bank"), state=LEFT)
    prepared = preflight(run.context, TARGET, DEFINITIONS)
    assert prepared.plan.signatures[0].verdict is Verdict.WAITING
    execute(prepared.plan, run.context, prepared.ledger)
    assert run.vendor.calls == []
    settled = run.store.state.entry(SIGN_ID)
    assert settled.submitted is not None
    assert (settled.intent, settled.submitted.fields, run.store.state.holder) == (None, RENAMED, None)
    assert run.store.notes == ["settle 1110 by what the account shows"]


def test_a_call_that_a_killed_run_did_not_make_is_dropped_and_made() -> None:
    run = Run(row(), state=LEFT)
    prepared = preflight(run.context, TARGET, DEFINITIONS)
    assert prepared.plan.signatures[0].verdict is Verdict.MODIFY
    execute(prepared.plan, run.context, prepared.ledger)
    assert len(run.vendor.calls) == 1
    assert run.clock.passed >= 20.0


def test_what_only_the_killed_run_could_know_stays_open_and_unsent() -> None:
    opened = Entry(known().submitted, intent(HIDDEN_EDIT, row(), ago=5.0, run=OTHER.run))
    run = Run(row(), state=EMPTY._replace(holder=OTHER, entries={SIGN_ID: opened}))
    prepared = preflight(run.context, TARGET, defined(desired(HIDDEN_EDIT)))
    assert prepared.plan.signatures[0].verdict is Verdict.UNVERIFIED
    execute(prepared.plan, run.context, prepared.ledger)
    assert (run.vendor.calls, run.store.state.entry(SIGN_ID), run.store.state.holder) == ([], opened, None)


def test_preparing_stores_nothing() -> None:
    run = Run(row(), state=LEFT)
    preflight(run.context, TARGET, DEFINITIONS)
    assert run.store.state == LEFT


def test_a_stop_while_waiting_neither_settles_nor_releases() -> None:
    run = Run(row(), state=LEFT)
    run.clock.at(2.0, run.stop_now)
    with pytest.raises(StoppedWaiting):
        preflight(run.context, TARGET, DEFINITIONS)
    assert run.store.state == LEFT


def test_a_plan_in_order_needs_no_settling() -> None:
    run = Run(row(), state=EMPTY._replace(entries={SIGN_ID: known()}))
    prepared = preflight(run.context, TARGET, defined(desired(ACME)))
    execute(prepared.plan, run.context, prepared.ledger)
    assert run.store.notes == []
