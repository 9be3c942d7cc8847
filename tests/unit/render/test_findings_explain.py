from __future__ import annotations

import pytest

from reconciler.contract.error_codes import CODES, ErrorCode, Treatment
from reconciler.render.findings import TREATMENTS, code_text


@pytest.mark.parametrize("row", CODES.values(), ids=lambda row: row.code)
def test_every_code_is_explained_with_its_treatment_and_what_to_do(row: ErrorCode) -> None:
    text = code_text(row)
    assert text.splitlines()[0] == row.code
    assert row.meaning in text
    assert row.hint in text
    assert TREATMENTS[row.treatment] in text


@pytest.mark.parametrize("row", [row for row in CODES.values() if row.created], ids=lambda row: row.code)
def test_a_code_that_means_something_else_of_a_create_is_explained_for_both(row: ErrorCode) -> None:
    text = code_text(row)
    assert row.for_create.meaning in text
    assert row.for_create.hint in text
    assert (row.for_create.meaning, row.for_create.hint) == row.created


def test_every_treatment_has_words() -> None:
    assert set(TREATMENTS) == set(Treatment)
