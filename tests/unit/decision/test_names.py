from __future__ import annotations

import pytest

from reconciler.decision.compare import same_name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Acme Bank", "ACME  bank ", True),
        ("Acme", "\uff21\uff43\uff4d\uff45", True),
        ("Stra\u00dfe", "STRASSE", True),
        ("\u00e9", "e\u0301", True),
        ("Acme", "Acme Bank", False),
        ("\u94f6\u884c", "\u9280\u884c", False),
    ],
)
def test_two_spellings_of_a_name(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same_name(other, one) is same
