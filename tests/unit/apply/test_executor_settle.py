"""What an apply finds recorded is settled by the rows, before anything is planned, and stored at once."""

from __future__ import annotations

import pytest

from reconciler.apply.executor import settle_found
from reconciler.decision.intents import sent_submission
from reconciler.decision.new_signature import created_submission
from reconciler.model.signature import LiveSignature, Subject
from reconciler.model.state import Entry, IntentState, no_row
from reconciler.planning.planner import Described
from tests.fixtures.fake_run import EMPTY, RUN, Run
from tests.fixtures.values import (
    ACME,
    NOW,
    RENAMED,
    SIGN_ID,
    doubted,
    intent,
    known,
    row,
)

SHOWN = row(sign_name="Borealis")
WHERE = f"\n\nApplied-From: {'c0ffee00' * 5}\nRun: {RUN}"


def settled(entries: dict[Subject, Entry], *rows: LiveSignature, complete: bool = True) -> Run:
    """Return a run that settled what it found recorded, once no other run's call could act."""
    run = Run(*rows, state=EMPTY._replace(entries=entries))
    journal = run.journal()
    settle_found(run.context, run.watch, journal, Described(dict(run.vendor.account), complete))
    assert journal.state == run.store.state
    return run


CALL = intent(RENAMED, row(), ago=60.0)
CREATE = intent(ACME, no_row(ACME), ago=60.0, known=())
MADE = row(sign_id=1200, create_time=int(NOW) - 59)


def test_what_the_rows_prove_is_stored_at_once() -> None:
    entries: dict[Subject, Entry] = {SIGN_ID: doubted(CALL), 7: doubted(CALL._replace(before=row(sign_id=7)))}
    run = settled(entries, SHOWN, row(sign_id=7))
    assert run.store.state.entries == {
        SIGN_ID: Entry(2, sent_submission(CALL, SHOWN)), 7: Entry(2)
    }  # fmt: skip
    assert run.store.notes == [f"settle 1110, 7 by what the account shows{WHERE}"]


@pytest.mark.parametrize(
    ("entry", "rows", "complete"),
    [
        (doubted(CALL), [], True),
        (doubted(CALL._replace(at=NOW - 3600.0)), [row()], True),
        (doubted(CALL._replace(run=RUN, status=IntentState.LIVE)), [SHOWN], True),
        (known(), [row()], True),
    ],
    ids=["no row", "long since", "its own", "nothing open"],
)
def test_what_the_rows_do_not_tell_is_left_as_it_is(entry: Entry, rows: list[LiveSignature], complete: bool) -> None:
    run = settled({SIGN_ID: entry}, *rows, complete=complete)
    assert (run.store.state.entries, run.store.notes) == ({SIGN_ID: entry}, [])


def test_a_create_that_the_list_proves_is_stored_under_key_and_id() -> None:
    run = settled({"acme-otp": doubted(CREATE)}, MADE)
    own = created_submission(CREATE, MADE)
    assert run.store.state.entries == {"acme-otp": Entry(2, own), 1200: Entry(1, own._replace(sign_id=None))}
    assert run.store.notes == [f"settle acme-otp by what the account shows{WHERE}"]


def test_a_create_is_not_settled_by_a_list_that_is_cut() -> None:
    run = settled({"acme-otp": doubted(CREATE)}, MADE, complete=False)
    assert run.store.state.entries == {"acme-otp": doubted(CREATE)}


def test_a_create_that_was_waited_out_is_settled_at_once() -> None:
    run = settled({"acme-otp": doubted(CREATE._replace(status=IntentState.LIVE, at=NOW))})
    assert run.store.state.entries == {"acme-otp": Entry(2)}


def test_what_another_run_changed_meanwhile_is_not_settled_over_it() -> None:
    entries: dict[Subject, Entry] = {SIGN_ID: doubted(CALL), 7: doubted(CALL._replace(before=row(sign_id=7)))}
    run = Run(SHOWN, row(sign_id=7), state=EMPTY._replace(entries=entries))
    journal = run.journal()
    newer = EMPTY._replace(entries={**entries, SIGN_ID: known()})
    run.store.before_save = [lambda: run.store.put(newer)]
    settle_found(run.context, run.watch, journal, Described(dict(run.vendor.account), complete=True))
    assert run.store.state.entries == {SIGN_ID: known(), 7: Entry(2)}
