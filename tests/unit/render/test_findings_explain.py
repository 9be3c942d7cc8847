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


def test_every_treatment_has_words() -> None:
    assert set(TREATMENTS) == set(Treatment)
