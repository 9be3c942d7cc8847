"""What counts as a difference, how far a comparison can look, and what a row may show of a submission of our own."""

from __future__ import annotations

from typing import Final

import pytest

from reconciler.decision.compare import DecisionTime, Difference, changed_by_others, compare
from reconciler.model.plan import Change, Compared
from reconciler.model.signature import LiveSignature, SignFields
from reconciler.model.state import Submitted
from tests.fixtures.values import ACME, APPROVED, HIDDEN_EDIT, MOMENT, NOW, REJECTED, RENAMED, image, row, submitted

SAME: Final = Difference((), (), Compared.ALL)
TO_ACME: Final = Change("sign_name", "Other", "Acme")
QUALIFIED: Final = ACME._replace(qualification_id=2)


@pytest.mark.parametrize(
    ("lag", "ago", "trails"), [(5.0, 4.9, True), (5.0, 5.0, False), (5.0, 0.0, True), (5.0, -0.1, False), (0, 0, False)]
)
def test_a_row_may_trail_what_was_accepted_for_as_long_as_a_describe_does(lag: float, ago: float, trails: bool) -> None:
    assert DecisionTime(NOW, lag).may_trail(NOW - ago) is trails


def test_a_difference_is_true_where_something_differs() -> None:
    assert not SAME
    assert Difference((TO_ACME,), (), Compared.ALL)


def test_without_a_record_only_what_the_vendor_shows_is_compared() -> None:
    everything = ACME._replace(sign_name="Other", remark="x", sign_type="app", proof_image=image("c"))
    assert compare(everything, row(), None, MOMENT) == Difference(
        (Change("sign_name", "Acme", "Other"),), (), Compared.VISIBLE
    )
    assert compare(HIDDEN_EDIT, row(), None, MOMENT) == Difference((), (), Compared.VISIBLE)


def test_with_a_record_each_field_is_compared_in_the_order_of_plans() -> None:
    wanted = SignFields("Acme", "app", "three-in-one", False, "self", image("c"), None, "x", 7)
    found = compare(wanted, row(), submitted(), MOMENT)
    assert found.changes == tuple(
        Change(name, getattr(ACME, name), getattr(wanted, name))
        for name in SignFields._fields
        if name not in {"sign_name", "international"}
    )
    assert (found.drift, found.compared) == ((), Compared.ALL)


def test_the_kind_is_no_field_that_changes() -> None:
    assert compare(ACME._replace(international=True), row(), submitted(), MOMENT) == SAME


@pytest.mark.parametrize("code", [1, REJECTED, APPROVED])
def test_a_name_that_the_record_has_and_the_row_has_not_was_changed_by_others(code: int) -> None:
    found = compare(ACME, row(code, sign_name="Other"), submitted(), MOMENT)
    assert found == Difference((TO_ACME,), ("sign_name",), Compared.ALL)


def test_a_name_that_neither_record_nor_row_has_is_told_from_the_row() -> None:
    found = compare(ACME, row(sign_name="Other"), submitted(RENAMED), MOMENT)
    assert found == Difference((TO_ACME,), (), Compared.ALL)


def test_a_row_that_shows_what_is_wanted_settles_it_only_once_it_is_approved() -> None:
    of_record = Change("sign_name", "Borealis", "Acme")
    for code in (1, REJECTED):
        assert compare(ACME, row(code), submitted(RENAMED), MOMENT).changes == (of_record,)
    assert compare(ACME, row(APPROVED), submitted(RENAMED), MOMENT) == SAME


@pytest.mark.parametrize(
    ("wanted", "shown", "changes"),
    [
        (2, 1, (Change("qualification_id", 1, 2),)),
        (2, 2, ()),
        (2, None, ()),
        (None, 1, ()),
    ],
)
def test_a_qualification_is_compared_where_definition_and_row_have_one(
    wanted: int | None, shown: int | None, changes: tuple[Change, ...]
) -> None:
    live = row(qualification_id=shown)
    assert compare(ACME._replace(qualification_id=wanted), live, None, MOMENT).changes == changes


def test_a_qualification_that_the_record_has_and_the_row_has_not_was_changed_by_others() -> None:
    found = compare(QUALIFIED, row(qualification_id=1), submitted(QUALIFIED), MOMENT)
    assert (found.changes, found.drift) == ((Change("qualification_id", 1, 2),), ("qualification_id",))


def test_every_difference_is_told_whether_the_row_or_the_record_shows_it() -> None:
    name, qualification = Change("sign_name", "Other", "Acme"), Change("qualification_id", 1, 2)
    live = row(sign_name="Other", qualification_id=1)
    assert compare(QUALIFIED, live, None, MOMENT).changes == (name, qualification)
    drifted = compare(QUALIFIED, live, submitted(QUALIFIED), MOMENT)
    assert (drifted.changes, drifted.drift) == ((name, qualification), ("sign_name", "qualification_id"))
    edited = Change("remark", ACME.remark, "x")
    for shown in (row(APPROVED), row(sign_name="Other")):
        assert compare(ACME._replace(remark="x"), shown, submitted(), MOMENT).changes[-1] == edited


def test_a_qualification_in_a_spelling_of_the_name_is_no_qualification() -> None:
    found = compare(QUALIFIED, row(sign_name="ACME", qualification_id=1), submitted(QUALIFIED), MOMENT)
    assert found.drift == ("qualification_id",)


@pytest.mark.parametrize(("shown", "drift"), [("ACME", ()), ("[Acme]", ()), ("Acme Two", ("sign_name",))])
def test_what_was_submitted_may_show_in_the_vendors_spelling(shown: str, drift: tuple[str, ...]) -> None:
    assert compare(ACME, row(sign_name=shown), submitted(), MOMENT).drift == drift


def test_a_spelling_counts_only_for_what_was_submitted() -> None:
    assert compare(ACME, row(sign_name="ACME"), None, MOMENT).changes == (Change("sign_name", "ACME", "Acme"),)
    assert compare(ACME, row(sign_name="ACME"), submitted(RENAMED), MOMENT).changes == (
        Change("sign_name", "ACME", "Acme"),
    )


def difference(own: Submitted, live: LiveSignature, lag: float = 0.0) -> tuple[str, ...]:
    wanted = own.fields
    return tuple(change.field for change in compare(wanted, live, own, DecisionTime(NOW, lag)).changes)


def test_a_row_may_show_what_was_there_before_for_as_long_as_it_trails() -> None:
    own = submitted(RENAMED, ago=2.0, shown=None, before=row())
    assert difference(own, row(), lag=5.0) == ()
    assert difference(own, row(), lag=1.0) == ("sign_name",)
    assert difference(own, row(sign_name="Third"), lag=5.0) == ("sign_name",)
    assert difference(own._replace(before=None), row(), lag=5.0) == ("sign_name",)
    qualified = submitted(QUALIFIED, ago=2.0, shown=None, before=row(qualification_id=1))
    assert difference(qualified, row(qualification_id=1), lag=5.0) == ()


def test_what_was_shown_when_somebody_adopted_it_is_what_they_meant() -> None:
    own = submitted(RENAMED, shown=row(sign_name="Other"))
    assert difference(own._replace(adopted=True), row(sign_name="Other")) == ()
    assert difference(own, row(sign_name="Other")) == ("sign_name",)
    assert difference(own._replace(adopted=True, shown=None), row(sign_name="Other")) == ("sign_name",)


@pytest.mark.parametrize(
    ("created", "until", "by_others"),
    [(100, 100.0, False), (101, 100.0, True), (100, 99.5, True)],
)
def test_a_later_submission_than_our_own_can_be_was_made_by_others(created: int, until: float, by_others: bool) -> None:
    own = submitted(until=until)
    live = row(create_time=created)
    assert changed_by_others(live, own) is by_others
    assert compare(ACME, live, own, MOMENT).compared is (Compared.VISIBLE if by_others else Compared.ALL)


@pytest.mark.parametrize(
    ("created", "by_others"), [(int(NOW) - 7200, False), (int(NOW) - 7199, True), (int(NOW) - 86400, False)]
)
def test_a_record_without_the_vendors_time_goes_by_its_own_time(created: int, by_others: bool) -> None:
    for shown in (None, row()):
        assert changed_by_others(row(create_time=created), submitted(shown=shown)) is by_others


def test_a_record_without_the_vendors_time_goes_by_the_row_that_was_shown_where_that_is_later() -> None:
    own = submitted(shown=row(create_time=int(NOW)))
    assert not changed_by_others(row(create_time=int(NOW)), own)
    assert changed_by_others(row(create_time=int(NOW) + 1), own)
