from __future__ import annotations

import math

import pytest

from reconciler.yaml12.composer import resolve_plain


@pytest.mark.parametrize(
    "text", ["no", "No", "on", "off", "yes", "y", "0123", "00", "2026-11-01", "12:30:45", "1_000", "0b1", "0o8",
             "0xg", "+0x1", "tRUE", "nULL", "-", "+", ".", "1.2.3", "e3", "0x", "0o", "\uff11", "nan", "inf", "="]
)  # fmt: skip
def test_what_the_core_schema_does_not_name_stays_text(text: str) -> None:
    assert resolve_plain(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("1110", 1110), ("-7", -7), ("+7", 7), ("0", 0), ("-0", 0), ("0o17", 15), ("0xFf", 255), ("1.5", 1.5), (".5", 0.5),
     ("5.", 5.0), ("1e3", 1000.0), ("-1.5E-1", -0.15), (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf)],
)  # fmt: skip
def test_numbers_are_those_of_the_core_schema(text: str, value: float) -> None:
    found = resolve_plain(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null_has_five_spellings(text: str) -> None:
    assert resolve_plain(text) is None


@pytest.mark.parametrize(("text", "value"), [("true", True), ("True", True), ("FALSE", False), ("false", False)])
def test_booleans_are_true_and_false_only(text: str, value: bool) -> None:
    assert resolve_plain(text) is value


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_a_float(text: str) -> None:
    found = resolve_plain(text)
    assert isinstance(found, float)
    assert math.isnan(found)


@pytest.mark.parametrize(("start", "digit"), [("", "9"), ("-", "9"), ("0x", "F"), ("0o", "7")])
def test_a_number_too_long_for_python_to_write_stays_text(start: str, digit: str) -> None:
    longest = start + digit * 500
    assert len(str(resolve_plain(longest))) < 640
    assert resolve_plain(longest + digit) == longest + digit
