"""What a command refuses, in Chinese: also where a message goes through another function, a document or the wire."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.languages import begin
from reconciler.errors import UsageError
from reconciler.fleet.accounts import FleetAccount
from reconciler.fleet.changed import changed_since
from reconciler.text import local, speak
from tests.fixtures.repositories import git


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
