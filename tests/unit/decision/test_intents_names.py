from __future__ import annotations

import pytest

from reconciler.decision.intents import apart, key


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
    assert (key(one) == key(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        ("Acme", "Globex", True),
        ("Acme", "Acme Bank", False),
        ("Acme Bank", "Acme", False),
        ("Acme", "[ACME]", False),
        ("Acme", "!!!", False),
    ],
)
def test_names_are_apart_only_where_no_spelling_or_cut_makes_one_of_the_other(
    one: str, other: str, different: bool
) -> None:
    assert apart(one, other) is apart(other, one) is different
