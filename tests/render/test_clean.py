"""Nothing that others wrote can steer a terminal or break a document."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.text import escape_line, to_json
from tests.support.strategies import texts

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
