"""What is wrong with a file, in Chinese: nothing of the words of libyaml, of the schema's library or of the system."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from reconciler.definitions.discover import SourceFile
from reconciler.definitions.load import load_definitions
from reconciler.definitions.site_rules import name_messages, site_rules_of
from reconciler.definitions.source import DefinitionFile, read
from reconciler.diagnostics import Diagnostic
from reconciler.errors import StateError, UsageError, VendorError, fill, said, system_words
from reconciler.files import replace_plain, storage_errors
from reconciler.sandbox.account_file import AccountFileError, load_account_file
from reconciler.sandbox.faults import parse_fault
from reconciler.schemas import first_mismatch, schema, schema_names
from reconciler.tencent.responses import rows_of
from reconciler.text import local
from reconciler.yaml12.problems import NOT_YAML, syntax_problem

pytestmark = pytest.mark.usefixtures("_chinese")

EXAMPLES: Final = Path(__file__).parents[2] / "examples/invalid"
# Values, which are nobody's words: in backquotes, in quotation marks, or the path of an image.
VALUE: Final = re.compile(r"`[^`]*`|\"[^\"]*\"|'[^']*'|(?:proof|commission)_image \S+")
WORDS: Final = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
HAN: Final = re.compile("[\u4e00-\u9fff]")

HEAD: Final = (
    "version: 1\naccount: {site: international, region: ap-singapore}\nsignatures:\n  acme:\n    sign_id: 1110\n"
)
FAULTS: Final = {
    "a quoted text that is not closed": 'remark: "Login',
    "the same with single quotes": "remark: 'Login",
    "a quoted text over the mark of a document": 'remark: "Login\n--- codes"',
    "a text behind a quoted one": "remark: 'Login' codes",
    "less indentation": "remark: Login\n   sign_name: Acme",
    "more indentation": "remark: Login\n      sign_name: Acme",
    "a tab for indentation": "remark: Login\n\tsign_name: Acme",
    "a tab in a block text": "remark: |\n      Login\n\tcodes",
    "the same key twice": "sign_id: 1111",
    "an escape that is none": 'remark: "Login\\q"',
    "an escape with a letter": 'remark: "\\xzz"',
    "an escape that is short": 'remark: "\\u12"',
    "half of a character": 'remark: "\\ud800"',
    "the number of no character": 'remark: "\\U00ffffff"',
    "the number of none at all": 'remark: "\\Uffffffff"',
    "a list that is not closed": "remark: [Login",
    "a mapping that is not closed": "remark: {Login: codes",
    "two values without a comma": "remark: {a: 1 b: 2}",
    "a bracket too many": "remark: [Login]]",
    "a brace alone": "remark: }",
    "a comma alone": "remark: [,]",
    "an anchor without a name": "remark: & Login",
    "an anchor with a mark": "remark: &a! Login",
    "an alias without a name": "remark: * Login",
    "an alias of nothing": "remark: *nothing",
    "two anchors": "remark: &a &b Login",
    "an alias as a key": "remark: &a Login\n    *a : codes",
    "a second document": "remark: Login\n---\nversion: 1",
    "a document after the end": "remark: Login\n...\nversion: 1",
    "a mark of bytes in the middle": "remark: Login\ufeff",
    "a control character": "remark: Login\x07",
    "no character": "remark: Login\0",
    "an at sign": "remark: @Login",
    "a backquote": "remark: `Login`",
    "a percent sign": "remark: %Login",
    "a colon in a text": "remark: Login: codes",
    "a key below a text": "remark: Login\n      codes: yes",
    "a key without a colon": "remark",
    "a key without a space": "remark:Login\n    sign_name: Acme",
    "an item behind a key": "remark: - Login",
    "items that are not aligned": "remark:\n      - Login\n     - codes",
    "a key among items": "remark:\n      - Login\n      codes: yes",
    "an item among keys": "remark:\n      codes: yes\n      - Login",
    "a key that is a list": "? [Login]\n    : codes",
    "a key that is a list, short": "[Login]: codes",
    "a question mark in a value": "remark: ? Login",
    "an empty key": ": Login",
    "no indentation for a block text": "remark: |0\n      Login",
    "a letter behind the mark of a block text": "remark: |x\n      Login",
    "a text behind the mark of a block text": "remark: > Login\n      codes",
    "a tag": "remark: !login codes",
    "a tag of Python": "remark: !!python/object:login codes",
    "a tag that is not closed": "remark: !<login codes",
    "a tag without a name": "remark: !<> codes",
    "a tag of an unknown handle": "remark: !a!login codes",
    "a tag with half an escape": "remark: !%z codes",
    "a tag with half a character": "remark: !%ff codes",
    "a tag and a comma": "remark: !login, codes",
    "a merge key": "<<: {remark: Login}",
    "many levels": "remark: " + "[" * 40 + "]" * 40,
    "a long key": "x" * 1100 + ": Login",
    "a full-width colon": "remark\uff1aLogin",
    "a space that is none": "\u00a0remark: Login",
    "a conflict": "remark: Login\n<<<<<<< HEAD\n=======\n>>>>>>> main",
    "a long value": "remark: " + "x" * 10_001,
}
WHOLE: Final = {
    "nothing": "",
    "a comment": "# nothing\n",
    "null": "~\n",
    "a word": "hello\n",
    "a list": "- version: 1\n",
    "the end alone": "...\n",
    "a directive": "%FOO bar\n---\nversion: 1\n",
    "another version": "%YAML 3.0\n---\nversion: 1\n",
    "the version twice": "%YAML 1.2\n%YAML 1.2\n---\nversion: 1\n",
    "a directive without a document": "%YAML 1.2\nversion: 1\n",
    "a list and a key": "- version: 1\naccount: x\n",
    "items with other indentation": "- a\n -b\n- c\n d: e\n",
}
# What libyaml's scanner and parser say, with what they were at; of directives and tags the beginning is enough.
LIBYAML: Final = (
    ("while scanning a directive", "could not find expected directive name"),
    ("while scanning a directive", "found unexpected non-alphabetical character"),
    ("while scanning a directive", "did not find expected comment or line break"),
    ("while scanning a directive", "found unknown directive name"),
    ("while scanning a %YAML directive", "did not find expected digit or '.' character"),
    ("while scanning a %YAML directive", "did not find expected version number"),
    ("while scanning a %YAML directive", "found extremely long version number"),
    ("while scanning a %TAG directive", "did not find expected whitespace"),
    ("while scanning a %TAG directive", "did not find expected whitespace or line break"),
    ("while parsing a %TAG directive", "did not find expected '!'"),
    ("while parsing a %TAG directive", "found duplicate %TAG directive"),
    ("", "found duplicate %YAML directive"),
    ("", "found duplicate %TAG directive"),
    ("while scanning an anchor", "did not find expected alphabetic or numeric character"),
    ("while scanning an alias", "did not find expected alphabetic or numeric character"),
    ("while scanning a tag", "did not find the expected '>'"),
    ("while scanning a tag", "did not find expected whitespace or line break"),
    ("while scanning a tag", "did not find expected '!'"),
    ("while parsing a tag", "did not find expected tag URI"),
    ("while parsing a tag", "did not find URI escaped octet"),
    ("while parsing a tag", "found an incorrect leading UTF-8 octet"),
    ("while parsing a tag", "found an incorrect trailing UTF-8 octet"),
    ("while parsing a node", "found undefined tag handle"),
    ("while scanning a block scalar", "found an indentation indicator equal to 0"),
    ("while scanning a block scalar", "did not find expected comment or line break"),
    ("while scanning a block scalar", "found a tab character where an indentation space is expected"),
    ("while scanning a plain scalar", "found a tab character that violates indentation"),
    ("while scanning a quoted scalar", "found unexpected document indicator"),
    ("while scanning a quoted scalar", "found unexpected end of stream"),
    ("while parsing a quoted scalar", "found unknown escape character"),
    ("while parsing a quoted scalar", "did not find expected hexdecimal number"),
    ("while parsing a quoted scalar", "found invalid Unicode character escape code"),
    ("while scanning for the next token", "found character that cannot start any token"),
    ("while scanning a simple key", "could not find expected ':'"),
    ("", "block sequence entries are not allowed in this context"),
    ("", "mapping keys are not allowed in this context"),
    ("", "mapping values are not allowed in this context"),
    ("", "did not find expected <document start>"),
    ("while parsing a block node", "did not find expected node content"),
    ("while parsing a flow node", "did not find expected node content"),
    ("while parsing a block collection", "did not find expected '-' indicator"),
    ("while parsing a block mapping", "did not find expected key"),
    ("while parsing a flow sequence", "did not find expected ',' or ']'"),
    ("while parsing a flow mapping", "did not find expected ',' or '}'"),
    ("", "control characters are not allowed"),
)


def english(text: str) -> list[str]:
    return WORDS.findall(VALUE.sub("", text))


def shown(found: Diagnostic) -> str:
    return f"{local(found.message)} - {local(found.hint)}"


@pytest.mark.usefixtures("sound_images")
def test_no_example_of_a_fault_is_told_in_english() -> None:
    found = load_definitions(["."], cwd=EXAMPLES).diagnostics
    assert len(found) > 200
    assert [shown(each) for each in found if english(shown(each)) or not HAN.search(shown(each))] == []


@pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "PyYAML"])
@pytest.mark.parametrize("name", [*FAULTS, *WHOLE])
def test_no_fault_of_a_file_is_told_in_english(
    name: str, pure: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", not pure)
    text = f"{HEAD}    {FAULTS[name]}\n" if name in FAULTS else WHOLE[name]
    file = tmp_path / "signatures.yaml"
    file.write_text(text, encoding="utf-8")
    found = load_definitions([str(file)], cwd=tmp_path).diagnostics
    assert found
    assert [shown(each) for each in found if english(shown(each)) or not HAN.search(shown(each))] == []


class Said(yaml.MarkedYAMLError):
    """What a parser says, without a place."""


def of_pyyaml() -> Iterator[tuple[str, str]]:
    """Yield what PyYAML's own scanner and parser say, with what they were at."""
    for module in (yaml.scanner, yaml.parser):
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"ScannerError", "ParserError"}:
                at = text_of(node.args[0]).replace("an %s", "an anchor").replace("a %s", "a tag")
                yield at, text_of(node.args[2])


def text_of(node: ast.expr) -> str:
    constants = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    return next((value for value in constants if isinstance(value, str)), "")


@pytest.mark.parametrize(("context", "problem"), [*LIBYAML, *sorted(set(of_pyyaml()))])
def test_whatever_a_parser_says_there_are_words_of_ours(context: str, problem: str) -> None:
    mark = yaml.Mark("", 0, 0, 0, "", 0)
    found = syntax_problem(Said(context, mark, problem, mark), "x")
    assert found.rule.text != NOT_YAML.text


def test_the_words_of_pyyaml_are_found() -> None:
    assert len(set(of_pyyaml())) > 30


def keywords(part: Any) -> Iterator[str]:
    """Yield what a schema demands somewhere."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name in {"properties", "$defs"}:
                yield from (each for value in inner.values() for each in keywords(value))
            else:
                yield name
                yield from keywords(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from keywords(inner)


def test_every_demand_of_a_schema_of_documents_has_words() -> None:
    silent = {"$schema", "$id", "$ref", "title", "description", "default", "examples", "if", "then", "else", "items"}
    from reconciler.schemas import _WORDS  # noqa: PLC0415  # its own case

    documents = [name for name in schema_names() if name not in {"signatures", "edition"}]
    demands = {keyword for name in documents for keyword in keywords(schema(name)) if not keyword.startswith("x-")}
    assert demands - silent - {"allOf"} - set(_WORDS) == set()


@pytest.mark.parametrize("document", [[], {}, {"version": 2}, {"version": 1, "colour": "red"}, {"version": "1"}])
def test_what_a_document_lacks_is_told_in_chinese(document: object) -> None:
    mismatch = first_mismatch("state", document)
    assert mismatch is not None
    assert HAN.search(local(mismatch.text))
    assert english(local(mismatch.text)) == []


@pytest.mark.parametrize(
    "number", [errno.EACCES, errno.ENOSPC, errno.EIO, errno.EMFILE, errno.EROFS, errno.ENAMETOOLONG, errno.ECONNREFUSED]
)
def test_the_words_of_the_system_are_chinese(number: int) -> None:
    with pytest.raises(StateError) as caught, storage_errors(said("cannot write to {path}", path="x")):
        raise OSError(number, os.strerror(number))
    words = local(fill(caught.value.text, caught.value.params))
    assert words.startswith("无法写入 x: ")
    assert english(words) == []
    assert HAN.search(local(system_words(OSError(number, os.strerror(number)))))


ACCOUNTS: Final = (
    'uin: 5\nsignatures: [{sign_id: a, foo: 1}, {sign_name: "x"}]\n',
    "signatures: 5\n",
    'signatures: [{sign_id: 1, sign_name: "x", status: bad, international: 5}]\n',
    "signatures: [\n",
    "%FOO bar\n---\nuin: x\n",
    "- a\n",
)


@pytest.mark.parametrize("text", ACCOUNTS)
def test_a_fault_of_the_sandboxs_account_is_told_in_chinese(text: str, tmp_path: Path) -> None:
    (tmp_path / "account.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(AccountFileError) as caught:
        load_account_file(tmp_path / "account.yaml")
    lines = [local(line).replace(f"{tmp_path}/", "") for line in caught.value.lines]
    assert lines
    assert [line for line in lines if english(line) or not HAN.search(line)] == []


@pytest.mark.parametrize(
    "fault",
    ["x/*:1:null", "No:1:null", "*:x:null", "*:1:no", "*:1:error", "*:1:delay=x", "*:1:http=9", "*:1:null=5"],
)
def test_a_fault_that_is_none_is_told_in_chinese(fault: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_fault(fault)
    hint = local(fill(caught.value.hint_text, caught.value.params))
    assert HAN.search(hint)
    assert english(hint) == []


def test_the_document_of_a_fault_stays_english(tmp_path: Path) -> None:
    found = read(SourceFile(tmp_path / "x.yaml", "x.yaml"), 'version: "\\xzz"\n')
    assert not isinstance(found, DefinitionFile)
    assert json.dumps([each.message for each in found]) == '["the escape sequence is cut short"]'


@pytest.mark.parametrize("name", ["银杏银杏银杏银杏银杏银杏银杏", "Acme!"])
def test_the_page_that_a_name_breaks_is_told_in_chinese(name: str) -> None:
    (found,) = name_messages(name, site_rules_of("china").names["mainland"], "mainland")
    assert "国内页面" in local(fill(found.text, found.params))


def test_a_file_that_is_none_is_told_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="it is not a plain file") as caught:
        replace_plain(tmp_path, b"")
    assert local(system_words(caught.value)) == "它不是普通文件"


@pytest.mark.parametrize(
    ("row", "words"),
    [({"SignId": "x"}, "整数"), ({"StatusCode": None}, "整数"), ({}, " 'SignName'"), ({"SignName": 5}, "文本")],
)
def test_a_row_of_an_answer_that_cannot_be_used_is_told_in_chinese(row: dict[str, object], words: str) -> None:
    sound = {"SignId": 1, "International": 1, "StatusCode": 0}
    with pytest.raises(VendorError) as caught:
        rows_of({"DescribeSignListStatusSet": [sound | row]})
    assert local(fill(caught.value.text, caught.value.params)) == f"有一个签名没有可用的{words}"
