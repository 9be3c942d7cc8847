"""What a command refuses, in Chinese: also where a message goes through another function, a document or the wire."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from reconciler.cli.languages import begin
from reconciler.cli.sandbox import review_running
from reconciler.diagnostics import Message
from reconciler.errors import UsageError, fill
from reconciler.evidence import structure
from reconciler.evidence.containment import Root
from reconciler.evidence.file_types import EXTENSIONS, check_extension
from reconciler.evidence.problems import UnusableError
from reconciler.fleet.accounts import FleetAccount
from reconciler.fleet.changed import changed_since
from reconciler.sandbox.account_file import AccountFileError, load_account_file
from reconciler.sandbox.model import AccountData, RowData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.text import local, local_document, speak
from tests.fixtures.repositories import git

ENGLISH: Final = re.compile("[a-z]{2,}")


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LANGUAGE", "")
    begin("zh")
    yield
    speak("en", None)
    gettext.textdomain("messages")


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
