"""Nothing that others wrote can steer a terminal or break a document."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.serialize import to_json
from reconciler.text import escape_line, listed, nearest, quoted, utc_time
from tests.fixtures.strategies import texts

HOSTILE = {
    "colour": ("\x1b[31mred\x1b[0m", "\\u001b[31mred\\u001b[0m"),
    "title": ("\x1b]0;title\x07", "\\u001b]0;title\\u0007"),
    "escape in one byte": ("\x9b31m", "\\u009b31m"),
    "next line": ("a\x85b", "a\\u0085b"),
    "lines": ("one\r\ntwo\tthree", "one\\r\\ntwo\\tthree"),
    "backspace": ("safe\b\b\b\bevil", "safe\\u0008\\u0008\\u0008\\u0008evil"),
    "delete": ("a\x7fb", "a\\u007fb"),
    "right to left": ("abc\u202ecba", "abc\\u202ecba"),
    "isolate": ("\u2066abc\u2069", "\\u2066abc\\u2069"),
    "line separator": ("a\u2028b\u2029", "a\\u2028b\\u2029"),
    "invisible": ("a\u200bb\ufeff\u00ad", "a\\u200bb\\ufeff\\u00ad"),
    "half a character": ("\ud800", "\\ud800"),
    "nothing": ("a\0b", "a\\u0000b"),
}


@pytest.mark.parametrize(("text", "shown"), HOSTILE.values(), ids=HOSTILE.keys())
def test_what_steers_a_terminal_is_written_out(text: str, shown: str) -> None:
    assert escape_line(text) == shown


@pytest.mark.parametrize(
    "text", ["Acme", "北京银行", "Société Générale", "\U0001f468\u200d\U0001f469\u200d\U0001f466", "❤️", ""]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert escape_line(text) == text


@given(texts)
def test_any_text_becomes_one_printable_line(text: str) -> None:
    shown = escape_line(text)
    assert len(shown.splitlines()) <= 1
    assert shown.isascii() <= shown.isprintable()
    assert {unicodedata.category(character) for character in shown} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert escape_line(shown) == shown
    shown.encode()


def raw_steering(text: str) -> set[str]:
    """Return the characters of a document that a terminal would act on or an output could not take."""
    steering = {character for character in text if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}}
    return steering - {"\n"}


@given(st.recursive(texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)))
def test_a_document_says_the_same_whatever_text_it_holds(document: object) -> None:
    text = to_json(document)
    assert json.loads(text) == document
    assert raw_steering(text) == set()
    text.encode()


@pytest.mark.parametrize("text", [text for text, _ in HOSTILE.values()] + ["\U000e0041\U000e007f", '"\\\\u202e\u202e'])
def test_a_document_holds_no_character_that_steers(text: str) -> None:
    document = to_json({text: text})
    assert json.loads(document) == {text: text}
    assert raw_steering(document) == set()
    assert not any(unicodedata.category(character) == "Cf" for character in document)


def test_a_document_stays_readable() -> None:
    assert to_json({"sign_name": "北京银行"}) == '{\n  "sign_name": "北京银行"\n}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "a mapping"),
        ([], "a list"),
        (True, "`true`"),
        (1.5, "`1.5`"),
        ("a\n", "`a\\u000a`"),
        ("x" * 61, f"`{'x' * 60}...`"),
    ],
)
def test_a_value_is_quoted_on_one_line_and_cut(value: object, text: str) -> None:
    assert quoted(value) == text


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "`a`"), (["a", "b"], "`a` or `b`"), (["a", "b", "c"], "`a`, `b` or `c`")]
)
def test_words_are_an_english_list(words: list[str], text: str) -> None:
    assert listed(words) == text
    assert listed(words, last="and") == text.replace(" or ", " and ")


@pytest.mark.parametrize(
    ("word", "found"), [("sign_nme", "sign_name"), (" Sign Name", "sign_name"), ("colour", None), ("x" * 10_000, None)]
)
def test_the_nearest_word_is_what_was_probably_meant(word: str, found: str | None) -> None:
    assert nearest(word, ("sign_name", "sign_type")) == found


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01 00:00 UTC"),
        (1_700_000_000.9, "2023-11-14 22:13 UTC"),
        (10**20, f"at {10**20}"),
        (float("nan"), "at nan"),
    ],
)
def test_a_time_is_in_utc_whatever_number_it_is(seconds: float, text: str) -> None:
    assert utc_time(seconds) == text
