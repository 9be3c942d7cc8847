"""``fleet apply --write-ids`` where a run before created the signatures and wrote no id: nothing is left to submit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from tests.fixtures.commands import FAST, Done, inside
from tests.fixtures.fleets import write_fleet
from tests.fixtures.project import Sign

NAMES = ("acme", "hooli")
ASKED, WRITTEN = "write `sign_id: ", "has `sign_id: "


@pytest.fixture
def created(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Two accounts whose signatures were created by a run that wrote no ids."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    seeds = write_fleet(tmp_path / "accounts", dict.fromkeys(NAMES, (Sign("fresh", 1, "Fresh"),)), roles=True)
    for file in files():
        file.write_text(file.read_text().replace("sign_id: 1\n", "sign_id: new\n"))
    others = tuple(replace(seed, signatures=()) for seed in seeds.values())
    with running(Options(seed=AccountData("100012345678"), others=others, limits=False)) as sandbox:
        assert ASKED in fleet(sandbox).out
        yield sandbox


def files() -> list[Path]:
    return [Path("accounts", name, "signatures.yaml") for name in NAMES]


def unwritten() -> list[bool]:
    return ["sign_id: new\n" in file.read_text() for file in files()]


def fleet(sandbox: Sandbox, *options: str) -> Done:
    return inside("fleet", "apply", "accounts", "--yes", "--endpoint", sandbox.url, *FAST, *options)


def adds(sandbox: Sandbox) -> int:
    return sum(entry["action"] == "AddSmsSign" for entry in sandbox.requests)


def test_ids_of_an_earlier_run_are_written_as_the_command_for_one_account_does(created: Sandbox) -> None:
    for file in files():
        single = inside("apply", file.parent, "--yes", "--endpoint", created.url, *FAST)
        assert (single.code, ASKED in single.out, unwritten()) == (0, True, [True, True])
    done = fleet(created, "--write-ids")
    assert (done.code, unwritten(), adds(created)) == (0, [False, False], 2)
    assert done.out.count(WRITTEN) == 2
    assert ASKED not in done.out
    assert WRITTEN not in fleet(created, "--write-ids").out


def test_without_the_option_they_stay_as_they_are_and_somebody_is_asked(created: Sandbox) -> None:
    done = fleet(created)
    assert (done.code, unwritten(), done.out.count(ASKED)) == (0, [True, True], 2)


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_in_a_format_for_programs_what_was_written_is_told_beside_it(created: Sandbox, form: str) -> None:
    done = fleet(created, "--write-ids", "--format", form)
    assert (done.code, unwritten()) == (0, [False, False])
    assert [f"{name}: signatures.yaml: fresh {WRITTEN}" in done.err for name in NAMES] == [True, True]


def test_an_account_that_is_written_as_well_gets_its_ids_once_and_is_not_asked_for_them(created: Sandbox) -> None:
    file = files()[0]
    text = file.read_text()
    head, entry = text[: text.index("  fresh:")], text[text.index("  fresh:") :]
    file.write_text(f"{head}{entry}{entry.replace('fresh', 'second').replace('Fresh', 'Second')}")
    done = fleet(created, "--write-ids")
    assert (done.code, unwritten(), adds(created)) == (0, [False, False], 3)
    assert (done.out.count(WRITTEN), ASKED in done.out) == (3, False)


def test_the_ids_of_two_folders_of_one_account_are_not_written(created: Sandbox) -> None:
    shutil.copytree(files()[0].parent, "accounts/again")
    done = fleet(created, "--write-ids")
    assert (done.code, unwritten()) == (6, [True, False])
