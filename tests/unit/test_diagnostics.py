from __future__ import annotations

import pytest

from reconciler.diagnostics import Diagnostic, Location, Message, Severity

RULE = Message("too-long", "the name has {length} characters", "use at most {most}", Severity.WARNING)
PLACE = Location("a.yaml", 3, 5)


def test_a_place_is_written_as_editors_read_it() -> None:
    assert str(PLACE) == "a.yaml:3:5"


def test_places_of_a_file_come_in_the_order_of_the_text() -> None:
    assert sorted([Location("a", 10, 1), Location("a", 2, 9), Location("a", 2, 10)]) == [
        Location("a", 2, 9),
        Location("a", 2, 10),
        Location("a", 10, 1),
    ]


def test_a_diagnostic_fills_in_its_values() -> None:
    found = Diagnostic(PLACE, RULE.given(length=20, most=12), "acme-otp")
    assert (found.code, found.severity, found.about) == ("too-long", Severity.WARNING, "acme-otp")
    assert (found.message, found.hint) == ("the name has 20 characters", "use at most 12")


def test_the_template_stays_as_it_is() -> None:
    given = RULE.given(length=20, most=12)
    assert (given.text, given.hint) == (RULE.text, RULE.hint)
    assert RULE.params == {}


def test_a_message_is_an_error_unless_it_says_otherwise() -> None:
    assert Message("code", "text").severity is Severity.ERROR


@pytest.mark.parametrize("value", ["{length}", "{0}", "{", "}"])
def test_what_a_value_holds_is_no_placeholder(value: str) -> None:
    assert Diagnostic(PLACE, RULE.given(length=value, most=1)).message == f"the name has {value} characters"


def test_braces_of_a_text_without_values_stay() -> None:
    assert Diagnostic(PLACE, Message("code", "add `}` after it")).message == "add `}` after it"


def test_a_place_reads_as_editors_link_it() -> None:
    assert str(Location("folder/signatures.yaml", 12, 3)) == "folder/signatures.yaml:12:3"
