"""A checkout that is changed to another commit, as by a `git pull`, while a fleet is planned or applied."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import fleet_apply, fleet_plan
from reconciler.cli.apply import open_for_writing
from reconciler.cli.fleet_run import valid_inputs
from reconciler.cli.validate import Inputs
from reconciler.fleet.accounts import FleetAccount
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.fleets import uin_of, write_fleet
from tests.fixtures.project import pending
from tests.fixtures.repositories import git

NAMES = ("acme", "globex", "hooli", "initech")
MOVED = "after this run began"


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    (tmp_path / "top").mkdir()
    monkeypatch.chdir(tmp_path / "top")
    seeds = write_fleet(Path("accounts"), dict.fromkeys(NAMES, (pending(1),)), roles=True)
    options = Options(seed=AccountData("100012345678"), others=tuple(seeds.values()), limits=False)
    with running(options) as sandbox:
        yield sandbox


def in_git(folder: Path) -> None:
    git(folder, "init", "-q", "-b", "main", ".")
    (folder / ".gitignore").write_text(".reconciler\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Define")


def fleet(command: str, sandbox: Sandbox, *options: str) -> Done:
    yes = ("--yes",) if command == "apply" else ()
    return inside("fleet", command, "accounts", "--endpoint", sandbox.url, *FAST, "--jobs", "1", *yes, *options)


def writes(sandbox: Sandbox) -> Counter[str]:
    return Counter(entry["uin"] for entry in sandbox.requests if entry["action"] == "ModifySmsSign")


def pull(folder: Path) -> None:
    git(folder, "commit", "-q", "--allow-empty", "-m", "Pulled meanwhile")


def before_read(
    monkeypatch: pytest.MonkeyPatch, module: Any, number: int, happens: Callable[[], None]
) -> list[FleetAccount]:
    """Let something happen before the files of an account are read, the first being the first."""
    read: list[FleetAccount] = []

    def then(account: FleetAccount, cwd: Path) -> Inputs:
        read.append(account)
        if len(read) == number:
            happens()
        return valid_inputs(account, cwd)

    monkeypatch.setattr(module, "valid_inputs", then)
    return read


def told(done: Done) -> dict[str, str]:
    """The errors of accounts."""
    return {entry["name"]: entry["error"]["message"] for entry in done.document["accounts"] if "error" in entry}


def test_an_account_that_is_read_after_a_pull_is_refused_and_so_is_one_whose_apply_begins_after_it(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = Path.cwd()
    in_git(top)
    before = git(top, "rev-parse", "HEAD")
    before_read(monkeypatch, fleet_apply, 3, lambda: pull(top))
    done = fleet("apply", sandbox, "--format", "json")
    now = git(top, "rev-parse", "HEAD")
    assert (done.code, writes(sandbox)) == (6, Counter())
    words = f"the checkout at {top} moved from {before[:12]} to {now[:12]} {MOVED}"
    assert set(told(done)) == set(NAMES)
    assert all(words in message for message in told(done).values())
    assert "run it again" in done.document["accounts"][0]["error"]["hint"]
    assert fleet("apply", sandbox).code == 0
    assert set(recorded(top).values()) == {now}


def recorded(top: Path) -> dict[str, str]:
    """The commit of each record."""
    files = (top / ".reconciler").glob("sandbox-*-ap-singapore.json")
    return {file.name: json.loads(file.read_text())["commit"] for file in files}


def test_those_that_were_submitted_before_the_pull_stay_so_and_the_rest_is_refused(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = Path.cwd()
    in_git(top)
    before = git(top, "rev-parse", "HEAD")
    before_read(monkeypatch, fleet_apply, len(NAMES) + 2, lambda: pull(top))  # the second one that is submitted
    done = fleet("apply", sandbox, "--format", "json")
    assert (done.code, writes(sandbox)) == (6, {uin_of(0): 1})
    assert set(told(done)) == {"globex", "hooli", "initech"}
    assert set(recorded(top).values()) == {before}


def before_opened(monkeypatch: pytest.MonkeyPatch, number: int, happens: Callable[[], None]) -> None:
    """Let something happen when an account has been read and is not open yet, the first being the first."""
    opened = 0

    def then(*arguments: Any) -> Any:
        nonlocal opened
        opened += 1
        if opened == number:
            happens()
        return open_for_writing(*arguments)

    monkeypatch.setattr(fleet_apply, "open_for_writing", then)


def test_a_pull_between_the_reading_of_the_files_and_the_first_write_is_seen(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = Path.cwd()
    in_git(top)
    before_opened(monkeypatch, len(NAMES) + 1, lambda: pull(top))
    done = fleet("apply", sandbox, "--format", "json")
    assert (done.code, set(told(done)), writes(sandbox)) == (6, set(NAMES), Counter())


def test_accounts_of_other_checkouts_go_on(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        in_git(Path("accounts", name).resolve())
    before_read(monkeypatch, fleet_apply, 3, lambda: pull(Path("accounts/acme").resolve()))
    done = fleet("apply", sandbox, "--format", "json")
    assert (done.code, set(told(done))) == (6, {"acme"})
    assert writes(sandbox) == {uin_of(number): 1 for number in (1, 2, 3)}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_plan_notes_it_once_and_goes_on(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    top = Path.cwd()
    in_git(top)
    before_read(monkeypatch, fleet_plan, 3, lambda: pull(top))
    done = fleet("plan", sandbox, "--format", form)
    assert done.code == 0
    notes = [line for line in done.err.splitlines() if line.startswith("note: the checkout at")]
    assert len(notes) == 1
    assert notes[0].endswith("during this run")
    assert "note: the checkout" not in fleet("plan", sandbox, "--format", form).err


def test_in_chinese_it_is_told_in_chinese(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    top = Path.cwd()
    in_git(top)
    before_read(monkeypatch, fleet_plan, 3, lambda: pull(top))
    before_read(monkeypatch, fleet_apply, 3, lambda: pull(top))
    given = ("accounts", "--endpoint", sandbox.url, *FAST, "--jobs", "1")
    assert "检出目录" in inside("--lang", "zh", "fleet", "plan", *given).err
    refused = inside("--lang", "zh", "fleet", "apply", *given, "--yes").out
    assert refused.count("记录会写下与定义不符的提交") == len(NAMES)


def test_a_plan_starts_no_process_of_git_for_each_account(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    in_git(Path.cwd())
    started, start = list[object](), subprocess.Popen

    def counted(*arguments: Any, **given: Any) -> Any:
        started.append(arguments)
        return start(*arguments, **given)

    monkeypatch.setattr("reconciler.state.git_command.subprocess.Popen", counted)
    assert fleet("plan", sandbox).code == 0
    assert len(started) == 2  # when it begins, and in the end
