from __future__ import annotations

import re

from reconciler.definitions.codes import DIAGNOSTIC_CODES


def test_every_code_is_a_word_with_a_sentence() -> None:
    for code, meaning in DIAGNOSTIC_CODES.items():
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", code), code
        assert re.fullmatch(r"[A-Z].*\.", meaning), code
