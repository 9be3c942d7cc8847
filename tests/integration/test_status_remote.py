"""``status`` while the git remote that keeps the record fails: the reviews are shown, and the failure is one."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.schemas import first_mismatch
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.fleets import write_fleet
from tests.fixtures.git_http import hosting
from tests.fixtures.project import APPROVED, REJECTED, UIN, Sign, pending, write
from tests.fixtures.repositories import git, hub_and_clone
from tests.fixtures.serving import serving

BRANCH = "reconciler-state"
Break = Callable[[Path, ExitStack], str]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone that commands run in."""
    _, clone = hub_and_clone(tmp_path)
    monkeypatch.chdir(clone)
    return clone


def aimed(work: Path, address: str) -> str:
    git(work, "remote", "set-url", "origin", address)
    return f"origin ({address})"


def absent(work: Path, _stack: ExitStack) -> str:
    git(work, "remote", "remove", "origin")
    return "no remote called origin"


def gone(work: Path, _stack: ExitStack) -> str:
    return aimed(work, (work.parent / "gone.git").as_uri())


def denying(work: Path, stack: ExitStack) -> str:
    return aimed(work, f"{stack.enter_context(hosting(work.parent)).url}/hub.git")


def hanging(work: Path, stack: ExitStack) -> str:
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    patch.setattr("reconciler.state.git_repository.REMOTE_LIMIT_S", 0.5)
    silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return aimed(work, f"http://127.0.0.1:{silent.getsockname()[1]}/hub.git")


def status(url: str, *options: str) -> Done:
    return inside("status", "--endpoint", url, *FAST, *options)


def is_named(text: str, remote: str) -> bool:
    return "Client.Remote: " in text and remote in text


@pytest.mark.parametrize("broken", [absent, gone, denying, hanging])
def test_the_reviews_are_shown_and_the_failure_is_named_in_each_format(work: Path, broken: Break) -> None:
    sign = Sign("one", 1001, "One", status=APPROVED)
    write(work, [sign], branch=BRANCH)
    with serving([sign]) as sandbox, ExitStack() as stack:
        remote = broken(work, stack)
        text = status(sandbox.url)
        answer = status(sandbox.url, "--format", "json")
    assert (text.code, answer.code) == (5, 5)
    assert "1 approved" in text.out
    assert is_named(text.err, remote)
    assert answer.by_key("status") == {"one": "approved"}
    error = answer.document["error"]
    assert error["code"] == "Client.Remote"
    assert remote in error["message"]
    assert error["hint"] in text.err
    assert first_mismatch("status", answer.document) is None


@pytest.mark.parametrize("form", ["markdown", "github"])
def test_a_page_and_an_annotation_name_the_failure_and_not_an_early_end(work: Path, form: str) -> None:
    sign = pending(1)
    write(work, [sign], branch=BRANCH)
    with serving([sign]) as sandbox:
        absent(work, ExitStack())
        done = status(sandbox.url, "--format", form)
    assert done.code == 5
    assert "Client.Remote" in done.out
    assert "record cannot be read" in done.out
    assert "arly" not in done.out


@pytest.mark.parametrize(("option", "code"), [("--check", 6), ("--watch", 6), ("--all", 5)])
def test_what_needs_a_person_is_told_by_the_higher_code(work: Path, option: str, code: int) -> None:
    sign = Sign("one", 1001, "One", status=REJECTED)
    write(work, [sign], branch=BRANCH)
    with serving([sign]) as sandbox:
        absent(work, ExitStack())
        assert status(sandbox.url, option).code == code


def test_a_record_that_is_read_leaves_no_error(work: Path) -> None:
    sign = Sign("one", 1001, "One", status=APPROVED)
    write(work, [sign], branch=BRANCH)
    with serving([sign]) as sandbox:
        done = status(sandbox.url, "--format", "json", "--watch")
    assert (done.code, done.document["error"]) == (0, None)


def test_a_local_record_that_cannot_be_read_is_in_the_document_and_no_failure(work: Path) -> None:
    sign = Sign("one", 1001, "One", status=APPROVED)
    write(work, [sign])
    with serving([sign]) as sandbox:
        (work / ".reconciler").mkdir()
        (work / ".reconciler" / f"sandbox-{UIN}-ap-singapore.json").write_text("{")
        done = status(sandbox.url, "--format", "json")
    assert (done.code, done.document["error"]["code"]) == (0, "Client.Record")


def test_of_a_fleet_each_account_says_it_and_shows_its_reviews(work: Path) -> None:
    seeds = list(write_fleet(work / "accounts", {"a": [pending(1)], "b": [pending(2)]}, roles=True).values())
    file = work / "accounts/b/signatures.yaml"
    file.write_text(file.read_text() + f"state: {{branch: {BRANCH}}}\n")
    options = Options(seed=AccountData("100012345678"), others=tuple(seeds), limits=False)
    with running(options) as sandbox:
        absent(work, ExitStack())
        arguments = ("fleet", "status", "accounts", "--endpoint", sandbox.url, *FAST)
        text, answer = inside(*arguments), inside(*arguments, "--format", "json")
        page = inside(*arguments, "--format", "markdown")
    assert {text.code, answer.code, page.code} == {5}
    assert is_named(text.out, "no remote called origin")
    assert re.search(r"^  x b +1 pending$", text.out, re.MULTILINE)
    assert "Client.Remote" in page.out
    document: dict[str, Any] = json.loads(answer.out)
    assert [entry["exit_code"] for entry in document["accounts"]] == [0, 5]
    assert [bool(entry["report"]["error"]) for entry in document["accounts"]] == [False, True]
    assert document["summary"]["counts"] == {"pending": 2}
    assert first_mismatch("fleet", document) is None
