"""A fleet whose last account is deleted: every command names it and ends well, so that the change can be merged."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import running
from reconciler.schemas import first_mismatch
from tests.fixtures.commands import FAST, Done, inside, process
from tests.fixtures.fleets import write_fleet
from tests.fixtures.project import pending
from tests.fixtures.repositories import git

SINCE = ("--changed-since", "HEAD^")
GONE = ("acme", "eu/globex")
# No server: where no account is left, nobody is asked anything.
NOWHERE = ("--endpoint", "http://127.0.0.1:1")
FORMATS = {
    "list": ("text", "json", "matrix"),
    "validate": ("text", "json", "github", "markdown"),
    "plan": ("text", "json", "github", "markdown", "html"),
    "status": ("text", "json", "github", "markdown"),
    "apply": ("text", "json", "github", "markdown"),
}


@pytest.fixture(autouse=True, params=["empty folder", "no folder"])
def top(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose last commit deleted the accounts of its fleet, and with it the folder, or not."""
    folder = tmp_path / "top"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main", ".")
    write_fleet(folder / "accounts", dict.fromkeys(GONE, (pending(1),)), roles=True)
    (folder / "accounts/README.md").write_text("text")
    committed(folder)
    for name in GONE if request.param == "empty folder" else (".",):
        shutil.rmtree(folder / "accounts" / name)
    committed(folder)
    monkeypatch.chdir(folder)
    return folder


def committed(top: Path) -> None:
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "Change")


def fleet(command: str, *options: str) -> Done:
    reached = NOWHERE if command in {"plan", "status", "apply"} else ()
    return inside("fleet", command, "accounts", *reached, *(("--yes",) if command == "apply" else ()), *options)


@pytest.mark.parametrize("command", FORMATS)
def test_the_last_accounts_that_were_deleted_are_named_in_every_format(command: str) -> None:
    for form in FORMATS[command]:
        done = fleet(command, *SINCE, "--format", form)
        assert done.code == 0, (form, done.err)
        for name in GONE:
            words = f"note: accounts/{name} was deleted since HEAD^; what the vendor has of it is left as it is\n"
            assert words in done.err, form
            assert name in done.out or form in {"text", "matrix", "github"}, form  # which the note goes with
        match form:
            case "json":
                assert (done.document["deleted"], done.document["accounts"]) == ([*GONE], [])
                assert command == "list" or first_mismatch("fleet", done.document) is None
            case "matrix":
                assert json.loads(done.out) == {"include": []}
            case "text":
                assert done.out.strip() == ("" if command == "list" else "Fleet: 0 accounts")
            case _:
                pass


@pytest.mark.parametrize("command", FORMATS)
def test_without_a_commit_to_compare_with_a_fleet_without_accounts_stays_an_error(command: str) -> None:
    for options in ((), ("--changed-since", "HEAD"), ("--changed-since", "0" * 40), ("--changed-since", "nowhere")):
        done = fleet(command, *options)
        assert (done.code, done.out) == (2, ""), options


def test_only_those_that_were_asked_for_are_named() -> None:
    done = fleet("plan", *SINCE, "--only", "eu/*")
    assert (done.code, "globex was deleted" in done.err, "acme was deleted" in done.err) == (0, True, False)
    assert fleet("plan", *SINCE, "--only", "typo").code == 2
    parts = [fleet("list", *SINCE, "--format", "json").document]
    parts += [fleet("validate", *SINCE, "--shard", f"{number}/3", "--format", "json").document for number in (1, 2, 3)]
    whole, *shards = [document.get("deleted", []) for document in parts]
    assert sorted(name for shard in shards for name in shard) == whole == [*GONE]


def test_a_folder_that_never_held_an_account_is_an_error_whatever_it_is_compared_with(tmp_path: Path) -> None:
    for folder in ("typo", "accounts/typo", "", "../outside"):
        done = inside("fleet", "validate", folder, *SINCE)
        assert (done.code, "was deleted since" in done.err) == (2, False), folder
    outside = process("fleet", "validate", "missing/folder", *SINCE, cwd=tmp_path)
    assert (outside.code, "there is no folder" in outside.err) == (2, True)


def test_a_folder_with_changes_that_are_not_committed_is_told_also_where_it_is_gone(top: Path) -> None:
    words = "holds changes that are not committed"
    assert words not in fleet("list", *SINCE).err
    git(top, "revert", "--no-edit", "HEAD")
    shutil.rmtree(top / "accounts")
    done = fleet("list", "--changed-since", "HEAD")
    assert (done.code, words in done.err, "acme was deleted since HEAD;" in done.err) == (0, True, True)


def test_a_saved_plan_of_an_account_that_was_deleted_is_refused(top: Path) -> None:
    git(top, "checkout", "-q", "HEAD^")
    seeds = write_fleet(top / "accounts", dict.fromkeys(GONE, (pending(1),)), roles=True)
    with running(Options(seed=AccountData("100012345678"), others=tuple(seeds.values()))) as sandbox:
        assert inside("fleet", "plan", "accounts", "--endpoint", sandbox.url, *FAST, "--out", "plans.json").code == 0
    git(top, "checkout", "-q", "main")
    done = fleet("apply", *SINCE, "--plan", "plans.json")
    assert (done.code, "accounts that accounts does not hold: acme, eu/globex" in done.err) == (6, True)


@pytest.mark.parametrize("words", ["en", pytest.param("zh", marks=pytest.mark.soak)])
def test_the_steps_of_a_workflow_stay_green_and_leave_a_page_that_names_them(
    top: Path, tmp_path: Path, words: str
) -> None:
    heading, what = {
        "en": ("Deleted accounts", "what the vendor has of it is left as it is"),
        "zh": ("已删除的账号", "腾讯云上它的内容保持不变"),
    }[words]
    results = tmp_path / "results"
    env = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "outputs")}
    for command in ("fleet-list", "fleet-validate", "fleet-plan", "fleet-status", "fleet-apply"):
        given = ("--paths", "accounts", "--folder", str(results), "--changed-since", "HEAD^")
        done = process("--lang", words, "github", "run", command, *given, cwd=top, env={**os.environ, **env})
        assert done.code == 0, (command, done.out, done.err)
        if command == "fleet-plan":
            page = (results / "plan.html").read_text(encoding="utf-8")
            assert f"{heading}</h2>" in page
            assert [f"<bdi>{name}</bdi> &ndash; {what}" in page for name in GONE] == [True, True]
            summary = (tmp_path / "summary").read_text(encoding="utf-8")
            assert all(f"<code>{name}</code>" in summary for name in GONE)
    assert "any=false" in (tmp_path / "outputs").read_text().replace("\n", "")
