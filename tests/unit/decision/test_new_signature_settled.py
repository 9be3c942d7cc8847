"""What the list of the account proves about a call that creates, when nobody heard its answer."""

from __future__ import annotations

from typing import Final

import pytest

from reconciler.decision.new_signature import (
    AccountRows,
    created_submission,
    decide_new,
    is_not_created,
    proof_of,
    settled_creates,
    trailing_row,
    with_created,
)
from reconciler.model.signature import NEW, LiveSignature, Signature, Subject
from reconciler.model.state import Entry, Intent, IntentState, State, Submitted, no_row
from tests.fixtures.fake_run import EMPTY
from tests.fixtures.values import ACME, HIDDEN_EDIT, MOMENT, NOW, desired, intent, row, submitted

LAPSED, LATE, LIVE = IntentState.LAPSED, IntentState.LATE, IntentState.LIVE
WANTED: Final[Signature] = desired(ACME, "acme-otp", NEW)
THERE: Final = row(sign_id=1, sign_name="Other")
MADE: Final = row(sign_id=1200, create_time=int(NOW) - 59)
APART: Final = MADE._replace(sign_id=1300, sign_name="Zed")
CUT: Final = MADE._replace(sign_id=1300, sign_name="Acm")
CALL: Final = intent(ACME, no_row(ACME), known=(1,), commit="c" * 40, by="somebody", uncommitted=True)
BEFORE: Final = CALL._replace(epoch=1, run="run-0")
PROVED: Final = Submitted(
    ACME, CALL.at, commit="c" * 40, shown=MADE, epoch=2, run="run-1", until=MADE.create_time, by="somebody",
    uncommitted=True, sign_id=1200,
)  # fmt: skip


def account(*rows: LiveSignature, complete: bool = True) -> AccountRows:
    return AccountRows({each.sign_id: each for each in (THERE, *rows)}, complete)


def state(*doubts: Intent, own: Submitted | None = None, **others: Entry) -> State:
    entries: dict[Subject, Entry] = {"acme-otp": Entry(2, own, doubts), 1: Entry(4)}
    entries.update(others.items())
    return EMPTY._replace(entries=entries)


def settled(found: State, *rows: LiveSignature, complete: bool = True) -> Entry:
    return settled_creates(found, account(*rows, complete=complete))["acme-otp"]


def test_a_row_that_came_since_is_recorded_with_all_that_the_call_was_about_to_send() -> None:
    assert created_submission(CALL, MADE) == PROVED
    assert settled(state(CALL), MADE) == Entry(2, PROVED)
    assert settled(state(BEFORE, CALL), MADE, APART) == Entry(2, PROVED)


def test_where_no_row_came_all_calls_created_nothing() -> None:
    assert settled(state(BEFORE, CALL)) == Entry(2)


@pytest.mark.parametrize(
    ("doubts", "rows", "complete"),
    [
        ((CALL,), [MADE], False),
        ((CALL._replace(status=LIVE),), [MADE], True),
        ((CALL._replace(status=LATE),), [MADE], True),
        ((BEFORE, CALL._replace(status=LATE)), [MADE], True),
        ((BEFORE, CALL), [MADE, MADE._replace(sign_id=1201)], True),
        ((CALL,), [CUT], True),
        ((BEFORE, CALL), [APART], True),
        ((CALL,), [MADE, MADE._replace(sign_id=1201)], True),
        ((CALL,), [MADE._replace(create_time=int(NOW))], True),
    ],
    ids=[
        "list is cut",
        "under way",
        "came late",
        "the newer came late",
        "two calls, two rows",
        "name cut short",
        "renamed in the console",
        "two",
        "somebody else's",
    ],
)
def test_a_list_that_does_not_tell_leaves_the_call_open(
    doubts: tuple[Intent, ...], rows: list[LiveSignature], complete: bool
) -> None:
    assert settled(state(*doubts), *rows, complete=complete) == Entry(2, None, doubts)


@pytest.mark.parametrize(
    "rows",
    [[MADE._replace(sign_id=1)], [MADE._replace(international=True)], [MADE._replace(sign_id=1400)]],
    ids=["was there before", "other kind", "created under another key"],
)
def test_a_row_that_cannot_be_this_calls_does_not_prove_it(rows: list[LiveSignature]) -> None:
    other = Entry(1, submitted(sign_id=1400))
    assert settled(state(CALL, other=other), *rows) == Entry(2)


def test_an_older_call_is_settled_once_the_newer_one_is() -> None:
    older = BEFORE._replace(fields=ACME._replace(sign_name="Zed"))
    assert settled(state(older, CALL), APART).submitted == created_submission(older, APART)


def test_a_call_without_a_list_of_before_is_held_against_every_row() -> None:
    found = settled(state(CALL._replace(known=None)), MADE)
    assert found.submitted == PROVED


def test_what_the_list_proves_of_one_call_is_the_same_for_its_own_run() -> None:
    live = CALL._replace(status=LIVE)
    assert proof_of(live, account(MADE), state()) == PROVED
    assert not is_not_created(live, account(MADE), state())
    assert proof_of(live, account(), state()) is None
    assert is_not_created(live, account(), state())
    assert not is_not_created(live, account(CUT), state())
    assert not is_not_created(live, account(complete=False), state())


def test_a_row_of_another_key_proves_neither_that_the_call_was_made_nor_that_it_was_not() -> None:
    others = state(other=Entry(1, submitted(sign_id=1200)))
    assert proof_of(CALL, account(MADE), others) is None
    assert is_not_created(CALL, account(MADE), others)


def test_a_creation_that_the_list_proves_is_known_under_key_and_id() -> None:
    found = with_created(state(CALL), WANTED, account(MADE))
    assert found.entries == {
        "acme-otp": Entry(2, PROVED), 1: Entry(4), 1200: Entry(1, PROVED._replace(sign_id=None))
    }  # fmt: skip


def test_a_definition_finds_its_id_only_under_its_own_key_name_and_kind() -> None:
    made = state(own=PROVED)
    assert decide_new(WANTED, account(MADE), made) == WANTED._replace(sign_id=1200)
    assert decide_new(WANTED, account(complete=False), made) == WANTED._replace(sign_id=1200)
    for other in (
        WANTED._replace(key="other"),
        WANTED._replace(fields=ACME._replace(sign_name="Zed")),
        WANTED._replace(fields=ACME._replace(international=True)),
    ):
        assert not isinstance(decide_new(other, account(MADE), made), Signature)


TRAILING: Final = submitted(HIDDEN_EDIT, ago=2.0, shown=None, before=None)


def test_what_was_created_just_now_stands_as_the_pending_row_that_it_will_be() -> None:
    found = trailing_row(1200, Entry(1, TRAILING), MOMENT._replace(lag=5.0))
    assert found == LiveSignature(1200, False, 1, "Acme", "", int(NOW) - 2)
    shown = TRAILING._replace(shown=MADE)
    assert trailing_row(1200, Entry(1, shown), MOMENT._replace(lag=5.0)) == MADE


@pytest.mark.parametrize(
    "own",
    [
        None,
        TRAILING._replace(adopted=True),
        TRAILING._replace(before=row()),
        TRAILING._replace(at=NOW - 5.0),
        TRAILING._replace(at=NOW + 1.0),
    ],
    ids=["nothing", "adopted", "modified", "too long ago", "to come"],
)
def test_nothing_else_stands_for_a_row_that_the_account_does_not_show(own: Submitted | None) -> None:
    assert trailing_row(1200, Entry(1, own), MOMENT._replace(lag=5.0)) is None
