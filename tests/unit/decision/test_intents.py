"""What a row proves about a call that nobody heard of: that it was made, that it was not, or nothing."""

from __future__ import annotations

from typing import Final

import pytest

from reconciler.decision.intents import (
    after_rows,
    is_foreign,
    is_in_time,
    is_moved,
    is_not_sent,
    is_sent,
    must_show,
    sent_submission,
)
from reconciler.model.signature import LiveSignature
from reconciler.model.state import Entry, Intent, IntentState, Submitted
from tests.fixtures.values import ACME, APPROVED, HIDDEN_EDIT, NOW, REJECTED, RENAMED, intent, known, row

LIVE, LATE = IntentState.LIVE, IntentState.LATE
# It looked a minute ago, right to two seconds, and could act for 26 seconds.
CALL: Final = intent(RENAMED, row(), commit="c" * 40, by="somebody", uncommitted=True)
HIDDEN: Final = intent(HIDDEN_EDIT, row())
IN_TIME: Final = int(NOW) - 50
SHOWN: Final = row(sign_name="Borealis")


@pytest.mark.parametrize(("offset", "in_time"), [(-3, False), (-2, True), (0, True), (28, True), (29, False)])
def test_a_create_time_can_be_the_calls_own_from_its_look_to_the_end_of_its_window(offset: int, in_time: bool) -> None:
    live = row(create_time=int(NOW) - 60 + offset)
    assert is_in_time(CALL, live) is in_time
    assert is_foreign(CALL, live) is not in_time


def test_a_row_whose_time_did_not_move_is_nobodys_submission() -> None:
    assert not is_moved(CALL, row())
    assert not is_foreign(CALL, row())
    assert is_moved(CALL, row(create_time=IN_TIME))


WITH_QUALIFICATION: Final = intent(ACME._replace(qualification_id=2), row(qualification_id=1))
SENT: Final[dict[str, tuple[Intent, LiveSignature, bool]]] = {
    "the new name": (CALL, SHOWN, True),
    "the new name in the vendor's spelling": (CALL, row(sign_name="BOREALIS"), True),
    "the new name, in time": (CALL, row(sign_name="Borealis", create_time=IN_TIME), True),
    "the new name, submitted by somebody else": (CALL, row(sign_name="Borealis", create_time=int(NOW)), False),
    "a third name": (CALL, row(sign_name="Third"), False),
    "the old name": (CALL, row(), False),
    "the new name, of a call that came late": (CALL._replace(status=LATE), SHOWN, False),
    "nothing of a hidden edit": (HIDDEN, row(), False),
    "a hidden edit, and the time moved": (HIDDEN, row(create_time=IN_TIME), True),
    "a hidden edit, and the time moved too late": (HIDDEN, row(create_time=int(NOW)), False),
    "a hidden edit, and the name spelt otherwise": (HIDDEN, row(sign_name="ACME"), False),
    "a rejected one that is pending": (intent(HIDDEN_EDIT, row(REJECTED)), row(), True),
    "a rejected one that is rejected": (intent(HIDDEN_EDIT, row(REJECTED)), row(REJECTED), False),
    "a rejected one that is approved": (intent(HIDDEN_EDIT, row(REJECTED)), row(APPROVED), False),
    "a pending one that is rejected": (HIDDEN, row(REJECTED), False),
    "the new qualification": (WITH_QUALIFICATION, row(qualification_id=2), True),
    "the old qualification": (WITH_QUALIFICATION, row(qualification_id=1), False),
    "a third qualification": (WITH_QUALIFICATION, row(qualification_id=3), False),
    "no qualification": (WITH_QUALIFICATION, row(), False),
    "a qualification that was there before": (
        intent(ACME._replace(qualification_id=1), row(qualification_id=1)), row(qualification_id=1), False
    ),
}  # fmt: skip


@pytest.mark.parametrize(("made", "live", "sent"), SENT.values(), ids=SENT.keys())
def test_a_row_proves_that_a_call_was_made(made: Intent, live: LiveSignature, sent: bool) -> None:
    assert is_sent(made, live) is sent


@pytest.mark.parametrize(("made", "shows"), [(CALL, True), (HIDDEN, False), (intent(HIDDEN_EDIT, row(REJECTED)), True)])
def test_a_call_must_show_where_it_renames_or_the_row_was_rejected(made: Intent, shows: bool) -> None:
    assert must_show(made.fields, made.before) is shows


@pytest.mark.parametrize(
    ("made", "live", "ago", "proved"),
    [
        (CALL, row(), 3599.0, True),
        (CALL, row(), 3600.0, False),
        (CALL._replace(status=LATE), row(), 60.0, False),
        (CALL, row(review_reply="x"), 60.0, False),
        (HIDDEN, row(), 60.0, False),
    ],
    ids=["within the hour", "an hour", "late", "another row", "hidden"],
)
def test_the_very_row_from_before_proves_within_an_hour_that_no_call_was_made(
    made: Intent, live: LiveSignature, ago: float, proved: bool
) -> None:
    assert is_not_sent(made, live, made.at + ago) is proved


def test_a_call_that_a_row_proves_is_recorded_with_all_that_was_about_to_be_sent() -> None:
    own = Submitted(
        RENAMED, CALL.at, commit="c" * 40, shown=SHOWN, before=row(), epoch=2, run="run-1",
        until=NOW - 60.0 + 26.0 + 2.0, by="somebody", uncommitted=True,
    )  # fmt: skip
    assert sent_submission(CALL, SHOWN) == own
    moved = SHOWN._replace(create_time=IN_TIME)
    assert sent_submission(CALL, moved) == own._replace(shown=moved, until=IN_TIME)


BEFORE: Final = CALL._replace(epoch=1, run="run-0")


@pytest.mark.parametrize(
    ("doubts", "live", "left"),
    [
        ((BEFORE, CALL), row(), ()),
        ((HIDDEN, CALL), row(), (HIDDEN,)),
        ((CALL, HIDDEN), row(), (CALL, HIDDEN)),
        ((BEFORE, CALL._replace(status=LIVE)), row(), (BEFORE, CALL._replace(status=LIVE))),
        ((BEFORE._replace(status=LIVE), CALL), row(), (BEFORE._replace(status=LIVE),)),
        ((CALL,), None, (CALL,)),
        ((CALL,), row(sign_name="Third"), (CALL,)),
    ],
    ids=["none sent", "the newest not", "nothing told", "under way", "an older under way", "no row", "third name"],
)
def test_the_newest_calls_are_settled_as_far_as_the_row_tells(
    doubts: tuple[Intent, ...], live: LiveSignature | None, left: tuple[Intent, ...]
) -> None:
    entry = known()._replace(perhaps=doubts)
    assert after_rows(entry, live, NOW) == entry._replace(perhaps=left)


def test_a_call_that_the_row_proves_settles_the_older_ones_too() -> None:
    entry = Entry(2, known().submitted, (HIDDEN, CALL))
    assert after_rows(entry, SHOWN, NOW) == Entry(2, sent_submission(CALL, SHOWN))
