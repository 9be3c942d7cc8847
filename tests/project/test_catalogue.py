"""The catalogue of Chinese: every text is in it, whole, with the same placeholders."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from reconciler.cli.languages import DOMAIN, LOCALES
from reconciler.contract.error_codes import CODES
from reconciler.decision.rules import Rule
from reconciler.definitions.codes import DIAGNOSTIC_CODES

TOP = Path(__file__).parents[2]
FILE = LOCALES / "zh/LC_MESSAGES" / f"{DOMAIN}.po"
HAN = re.compile("[\u4e00-\u9fff]")
SAME_IN_BOTH = {"Choice({choices})", "\t{choices}"}


def entries() -> list[Message]:
    with FILE.open("rb") as file:
        return [message for message in read_po(file, locale="zh", domain=DOMAIN) if message.id]


ENTRIES = entries()


def source(message: Message) -> str:
    """The English text, of two forms the one for many."""
    return str(message.id[-1] if isinstance(message.id, tuple) else message.id)


def translation(message: Message) -> str:
    return str(message.string[0] if isinstance(message.string, tuple) else message.string)


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{\w+(?:[!:][^}]*)?\}|%\(\w+\)s", text))


def test_the_catalogue_has_every_text_of_the_code_and_is_compiled() -> None:
    if not (TOP / "docs/catalogue.py").exists():
        pytest.skip("the source distribution leaves the script out")
    if f"\nclick=={version('click')}\n" not in (TOP / "constraints.txt").read_text(encoding="utf-8"):
        pytest.skip("the catalogue holds the words of the release of click that constraints.txt names")
    command = [sys.executable, "docs/catalogue.py", "--check"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_every_text_is_translated_and_none_is_a_guess() -> None:
    assert len(ENTRIES) > 1500
    assert [message.id for message in ENTRIES if not translation(message) or message.fuzzy] == []


def test_every_translation_is_chinese() -> None:
    left = [source(message) for message in ENTRIES if not HAN.search(translation(message))]
    # Words that are code in both, or that hold nothing but values.
    assert {text for text in left if re.search("[a-z]{3} [a-z]{3}", text)} - SAME_IN_BOTH == set()


def test_every_translation_has_the_placeholders_of_its_text_and_no_others() -> None:
    wrong = {
        source(message): translation(message)
        for message in ENTRIES
        if fields(translation(message)) != fields(source(message))
    }
    assert wrong == {}


def test_every_translation_has_as_many_paragraphs_as_its_text() -> None:
    wrong = [
        source(message)
        for message in ENTRIES
        if len(source(message).split("\n\n")) != len(translation(message).split("\n\n"))
    ]
    assert wrong == []


def test_code_between_backquotes_is_the_same() -> None:
    code = re.compile(r"`[^`]+`")
    wrong = [
        (source(message), translation(message))
        for message in ENTRIES
        if sorted(code.findall(source(message))) != sorted(code.findall(translation(message)))
    ]
    assert wrong == []


def test_options_and_variables_are_the_same() -> None:
    word = re.compile(r"(?<![\w-])--[a-z-]+|\b[A-Z]+_[A-Z_]+\b")
    wrong = [
        (source(message), translation(message))
        for message in ENTRIES
        if set(word.findall(source(message))) != set(word.findall(translation(message)))
    ]
    assert wrong == []


def test_every_code_that_explain_knows_is_covered() -> None:
    known = {source(message) for message in ENTRIES}
    texts = {text for row in CODES.values() for text in (row.meaning, row.hint)} | set(DIAGNOSTIC_CODES.values())
    texts |= {text for rule in Rule for text in (rule.reason, rule.hint, rule.condition)}
    assert {
        text for text in texts - known if re.search("[a-z]{2} [a-z]{2}", re.sub(r"[{`][^}`]*[}`]", "", text))
    } == set()


def test_bold_words_end_where_markdown_sees_the_end() -> None:
    # Behind a mark and before a letter, two stars end nothing (CommonMark 6.2).
    wrong = re.compile(r"[\u3001\u3002\uff0c\uff1a\uff1b\uff09]\*\*[\w\u4e00-\u9fff{]")
    assert [translation(message) for message in ENTRIES if wrong.search(translation(message))] == []
