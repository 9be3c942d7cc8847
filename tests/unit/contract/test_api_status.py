from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract.api import APPROVED, MODIFIABLE, Status, status_of


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (0, Status.APPROVED),
        (1, Status.PENDING),
        (2, Status.APPROVED_NOT_EFFECTIVE),
        (-1, Status.REJECTED),
        (3, Status.UNKNOWN),
        (-2, Status.UNKNOWN),
    ],
)
def test_a_documented_code_has_its_name_and_any_other_has_none(code: int, status: Status) -> None:
    assert status_of(code) is status


@given(st.integers())
def test_nothing_but_pending_and_rejected_may_be_modified(code: int) -> None:
    assert (status_of(code) in MODIFIABLE) is (code in {1, -1})


def test_no_state_is_both_approved_and_modifiable() -> None:
    assert not APPROVED & MODIFIABLE
    assert not {Status.UNKNOWN, Status.MISSING} & (APPROVED | MODIFIABLE)
