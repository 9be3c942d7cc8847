"""What strangers wrote into an account stays a value, or a comment, of the file that is made of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definitions.discover import SourceFile
from reconciler.definitions.source import DefinitionFile, read
from reconciler.model.signature import Account, LiveSignature
from reconciler.render.definitions_yaml import comment, file_text, key_of, keyed, scalar

ACCOUNT = Account("international", "ap-singapore", "100000000001")
HOSTILE = [
    "Acme",
    "No",
    "null",
    "1110",
    "1e5",
    "0x1F",
    "2024-01-01",
    "~",
    "Acme # Bank",
    "Acme: Bank",
    "- Acme",
    "'quoted'",
    '"quoted"',
    "“curly”",
    "{a: 1}",
    "[a]",
    "&a",
    "*a",
    "!tag",
    "%YAML 1.1",
    "@at",
    "`tick`",
    "|",
    ">-",
    "?",
    "",
    " ",
    " lead",
    "trail ",
    "a\nb",
    "a\r\nb",
    "\ttab",
    "nul\0",
    "bell\x07",
    "esc\x1b[31m",
    "del\x7f",
    "nel\x85x",
    "ls\u2028x",
    "ps\u2029x",
    "rtl\u202eabc",
    "isolate\u2066abc\u2069",
    "bom\ufeff",
    "nbsp\u00a0x",
    "wide\u3000x",
    "colon\uff1ax",
    "emoji😀",
    "青禾农场",
    "back\\slash",
    "${{ secrets.X }}",
    "::error::x",
    "##[error]x",
    "<<<<<<< HEAD",
    "---",
    "...",
]
# Ends of lines in any reading, controls, and what turns the direction of writing.
LEAVES = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
names = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
rows = st.builds(
    LiveSignature,
    st.integers(1, 2**62),
    st.booleans(),
    st.sampled_from([0, 1, 2, -1, 7]),
    names,
    names,
    st.integers(0, 2**33),
    st.none() | st.integers(0, 9),
)


def parsed(text: str) -> dict[str, object]:
    found = read(SourceFile(Path("x.yaml"), "x.yaml"), text)
    assert isinstance(found, DefinitionFile), found
    assert not found.problems
    return found.data


@pytest.mark.parametrize("text", HOSTILE)
def test_a_value_is_read_as_just_this_text_by_yaml_1_1_too(text: str) -> None:
    line = f"a: {scalar(text)}\n"
    assert parsed(line) == {"a": text}
    assert yaml.safe_load(line) == {"a": text}
    assert line.isascii() or line.strip().isprintable()


@given(st.lists(rows, max_size=6, unique_by=lambda row: row.sign_id))
def test_a_file_says_of_each_row_what_the_account_shows_and_nothing_else(found: list[LiveSignature]) -> None:
    entries = keyed(found)
    text = file_text(ACCOUNT, entries, "account 1")
    assert {"signatures": {}, **parsed(text)} == {
        "version": 1,
        "account": {"site": "international", "region": "ap-singapore", "uin": "100000000001"},
        "signatures": {
            key: {
                "observe": True,
                "sign_id": row.sign_id,
                "sign_name": row.sign_name,
                "international": row.international,
            }
            for key, row in entries
        },
    }
    assert not LEAVES.search(text.replace("\n", ""))
    assert len({key for key, _ in entries}) == len(found)


@given(st.lists(rows, min_size=1, max_size=6, unique_by=lambda row: row.sign_id))
def test_a_row_with_the_highest_id_moves_no_key_whichever_its_series(found: list[LiveSignature]) -> None:
    newest = max(found, key=lambda row: row.sign_id)
    before = keyed(row for row in found if row is not newest)
    assert keyed(found)[:-1] == before


def test_of_equal_names_the_lowest_id_keeps_the_key_whichever_its_series() -> None:
    found = [
        LiveSignature(20, False, 1, "Acme"),
        LiveSignature(10, True, 1, "Acme"),
        LiveSignature(5, True, 1, "ACME"),
    ]
    assert [(key, row.sign_id) for key, row in keyed(found)] == [("acme", 5), ("acme-10", 10), ("acme-20", 20)]


@given(names)
def test_nothing_leaves_a_comment(text: str) -> None:
    written = comment(text)
    assert not LEAVES.search(written)
    assert parsed(f"a: 1 # {written}\n") == {"a": 1}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Acme", "acme"),
        ("Acme Bank", "acme-bank"),
        ("滨海市图书馆", "bin-hai-shi-tu-shu-guan"),
        ("重庆", "chong-qing"),
        ("青禾Farm2", "qing-he-farm2"),
        ("Café Zürich", "cafe-zurich"),
        ("\uff21\uff23\uff2d\uff25", "acme"),
        ("...", "signature"),
        ("", "signature"),
        ("Банк", "signature"),
        ("x" * 200, "x" * 60),
    ],
)
def test_a_key_is_made_of_the_name(name: str, key: str) -> None:
    assert key_of(name) == key


def test_equal_keys_are_told_apart_by_the_id_the_same_everywhere() -> None:
    found = [LiveSignature(number, True, 0, name) for number, name in ((30, "Acme"), (10, "ACME"), (20, "acme!"))]
    wanted = {"acme": 10, "acme-20": 20, "acme-30": 30}
    for order in (found, found[::-1]):
        assert {key: row.sign_id for key, row in keyed(order)} == wanted
    assert [key for key, _ in keyed(found, {"acme"})] == ["acme-10", "acme-20", "acme-30"]
    assert [key for key, _ in keyed(found[:1], {"acme", "acme-30"})] == ["acme-30-x"]


@pytest.mark.parametrize(
    ("code", "said"),
    [(0, "locked"), (2, "locked"), (1, "pending"), (-1, "rejected"), (9, "status code 9, which no page documents")],
)
def test_the_comment_above_says_the_state(code: int, said: str) -> None:
    row = LiveSignature(1110, True, code, "Acme", "Blurred\nscan\u202e", 1_617_508_800)
    text = file_text(ACCOUNT, keyed([row]), "account 1")
    assert f"  # {said}" in text or said in text
    assert "2021-04-04" in text
    assert "  # reviewer: Blurred scan\\u202e\n" in text
    assert ("# proof_image: evidence/acme-proof.png" in text) is (code in (1, -1))


@pytest.mark.parametrize("international", [False, True])
def test_an_image_that_the_console_does_not_ask_for_is_said_to_be_required(international: bool) -> None:
    entries = keyed([LiveSignature(7, international, -1, "Acme")])
    assert ("though the console asks for none" in file_text(ACCOUNT, entries, "")) is international
