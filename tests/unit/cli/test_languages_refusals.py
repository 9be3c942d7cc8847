"""What a command refuses, in Chinese: also where a message goes through another function, a document or the wire."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import click
import pytest

from reconciler.cli.sandbox import review_running
from reconciler.contract.api import Status
from reconciler.decision.rules import Rule
from reconciler.diagnostics import Message
from reconciler.errors import UsageError, fill, said
from reconciler.evidence import structure
from reconciler.evidence.containment import Root
from reconciler.evidence.file_types import EXTENSIONS, check_extension
from reconciler.evidence.problems import UnusableError
from reconciler.fleet.accounts import FleetAccount
from reconciler.fleet.changed import changed_since
from reconciler.model.plan import Decision
from reconciler.sandbox.account_file import AccountFileError, load_account_file
from reconciler.sandbox.model import AccountData, RowData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.text import joined, listed, local, local_document
from tests.fixtures.commands import inside
from tests.fixtures.repositories import git

pytestmark = pytest.mark.usefixtures("_chinese")

ENGLISH: Final = re.compile("[a-z]{2,}")


@pytest.mark.parametrize(
    ("ref", "words"), [("nope", "这里没有叫 'nope' 的提交"), ("other", "HEAD 和 'other' 在这里没有共同的提交")]
)
def test_a_commit_that_cannot_be_compared_with_is_told_in_chinese(ref: str, words: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "other", ".")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Other")
    git(tmp_path, "checkout", "-q", "--orphan", "main")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Main")
    account = FleetAccount("acme", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        changed_since([account], ref, folder=".", cwd=tmp_path)
    assert local(caught.value.message).startswith(words)


def test_a_list_of_words_has_the_commas_of_the_language() -> None:
    words = listed(["a", "b", "c"])
    for shown in (local(words), local_document(str(words))):
        assert shown == "`a`、`b` 或 `c`"
    message = fill("no definition has the key {keys}", {"keys": joined(["one", "two", "three"])})
    assert (local(message), str(message)) == (
        "没有定义的键是 one、two、three",
        "no definition has the key one, two, three",
    )


def test_the_fields_that_differ_are_listed_with_the_commas_of_the_language() -> None:
    decision = Decision(
        Rule.PENDING_DIFFERS, Status.PENDING, {"status": Status.PENDING, "fields": ("remark", "sign_type")}
    )
    assert "remark、sign_type" in local(decision.reason)


def english(rule: Message) -> list[str]:
    """The English words of a message, said as it is and as a document would hold it."""
    message = fill(rule.text, rule.params)
    return [
        word
        for shown in (local(message), local_document(str(message)))
        for word in ENGLISH.findall(shown)
        if f".{word}" not in EXTENSIONS
    ]


@pytest.mark.parametrize("name", ["folder", "pipe", "/dev/null"])
def test_what_is_no_image_file_is_named_in_chinese(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / name
    with Root(path.parent) as root, pytest.raises(UnusableError) as caught:
        root.open(str(path.parent), path.name)
    assert caught.value.problem.code == "image-not-a-file"
    assert english(caught.value.problem) == []


@pytest.mark.parametrize("name", ["scan", "scan.png"])
def test_the_endings_of_a_name_are_told_in_chinese(name: str) -> None:
    with pytest.raises(UnusableError) as caught:
        check_extension(name, "JPEG")
    assert ".jpg 或 .jpeg" in local(fill(caught.value.problem.text, caught.value.problem.params))
    assert english(caught.value.problem) == []


@pytest.mark.parametrize(
    "data", [b"any", b"PK\x03\x04", b"%PDF-1.7", b"<html>", b"\x89PNG", b"\0\0\0\x18ftyp", b"SEFT"]
)
def test_what_follows_a_picture_is_told_in_chinese(data: bytes) -> None:
    (found,) = structure.trailer_warnings(data)
    assert english(found) == []


@pytest.mark.parametrize(
    ("sign_id", "words"), [(5, "这个沙箱里没有签名 5"), (1110, "有 2 个账号有签名 1110：请用 --uin 指明一个")]
)
def test_what_a_running_sandbox_refuses_is_told_in_chinese(sign_id: int, words: str) -> None:
    first, other = (AccountData(uin, (RowData(1110, "Acme"),)) for uin in ("100000000001", "100000000002"))
    with running(Options(seed=first, others=(other,))) as sandbox, pytest.raises(UsageError) as caught:
        review_running(sandbox.url, sign_id, "approve")
    assert local(caught.value.message) == words


@pytest.mark.parametrize(
    "content", [b"signatures: 5\n", b"signatures: 5\nkeys: 3\n", b"signatures: [{sign_id: 1, x: 2}]\n", b"\xff\n"]
)
def test_a_fault_of_the_sandboxs_account_is_told_in_chinese_from_a_document(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "account.yaml"
    file.write_bytes(content)
    with pytest.raises(AccountFileError) as caught:
        load_account_file(file)
    assert local_document(str(caught.value.message)) == local(caught.value.message)
    assert re.search("[\u4e00-\u9fff]", local(caught.value.message))


@pytest.mark.parametrize(
    ("template", "word", "shown"),
    [
        ("`{field}` must be a mapping, not {value}", "a list", "`f` 必须是映射，而不是一个列表"),
        ("Written by `reconciler import` from {where}.", "a list", "由 `reconciler import` 从一个列表写出。"),
        (
            "the account holds it as a {kind} signature, which cannot be changed",
            "global",
            "账号中它是国际/港澳台签名，这不能改变",
        ),
    ],
)
def test_no_blank_stands_between_two_chinese_words(template: str, word: str, shown: str) -> None:
    message = said(template, field="f", value=said(word), where=said(word), kind=said(word))
    assert (local(message), local_document(str(message))) == (shown, shown)


def test_a_blank_stands_between_chinese_and_latin_words() -> None:
    wrong = said("has quotation marks around it")
    message = said("{source}: the {part} {wrong}", source="env", part=said("key id"), wrong=wrong)
    assert local(message) == "env：密钥 ID 两端带有引号"


def test_the_blanks_of_a_value_are_its_own() -> None:
    message = said("{where} {value}", where=said("a list"), value="两个 词 的签名")
    assert local(message) == "一个列表 两个 词 的签名"


@pytest.mark.parametrize("character", ["\ufdd0", "\ufdd1"])
def test_no_character_of_a_value_is_lost(character: str) -> None:
    message = said("{where} {value}", where=said("a list"), value=f"a{character}b")
    assert local(message) == f"一个列表 a{character}b"


def test_a_sentence_about_what_is_missing_ends_in_a_chinese_stop() -> None:
    done = inside("--lang", "zh", "fleet", "plan")
    assert (done.code, done.err.splitlines()[-1]) == (2, "错误：缺少参数 'FOLDER'。")
    assert inside("fleet", "plan").err.endswith("Error: Missing argument 'FOLDER'.\n")


def test_who_answers_in_chinese_is_told_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    answers = iter(("是", "y"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(click.termui, "visible_prompt_func", lambda _prompt: next(answers))
        assert click.confirm("?", err=True)
    assert "输入 y 或 n" in capsys.readouterr().err
