"""A fleet against a sandbox that plays all of its accounts: what each command shows, and that nobody stops another."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from urllib3.connection import HTTPConnection

from reconciler.cli.output import Session
from reconciler.cli.plan import planned_online
from reconciler.cli.sandbox import review_running
from reconciler.model.plan import Plan
from reconciler.render.fleet import AccountLine, AccountResult, account_line
from reconciler.sandbox.faults import parse_fault
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from reconciler.schemas import first_mismatch
from tests.fixtures.commands import FAST, Done, inside, process
from tests.fixtures.fleets import role_of, uin_of, write_fleet
from tests.fixtures.project import APPROVED, REJECTED, Sign, pending
from tests.fixtures.repositories import git

HUB = "100012345678"
NAMES = ("acme", "eu/globex", "eu/hooli", "initech")
LOCKED = Sign("locked", 1900, "Unlocked", "Locked", status=APPROVED)


@pytest.fixture(autouse=True)
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "top"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@contextmanager
def served(seeds: Sequence[AccountData], *faults: str, limits: bool = False) -> Iterator[Sandbox]:
    options = Options(seed=AccountData(HUB), others=tuple(seeds), faults=tuple(map(parse_fault, faults)), limits=limits)
    with running(options) as sandbox:
        yield sandbox


def fleet_of(top: Path, *signs: Sign, names: Sequence[str] = NAMES) -> list[AccountData]:
    return list(write_fleet(top / "accounts", dict.fromkeys(names, signs), roles=True).values())


def fleet(command: str, sandbox: Sandbox, *options: str) -> Done:
    return inside("fleet", command, "accounts", "--endpoint", sandbox.url, *FAST, *options)


def test_the_accounts_share_their_connections(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect, made = HTTPConnection.connect, list[HTTPConnection]()

    def counted(connection: HTTPConnection) -> None:
        made.append(connection)
        connect(connection)

    monkeypatch.setattr(HTTPConnection, "connect", counted)
    with served(fleet_of(top, pending(1))) as sandbox:
        assert fleet("plan", sandbox, "--jobs", "1").code == 0
    assert len(made) in {1, 2}  # the two series are read at the same time, mostly


def document(done: Done) -> dict[str, Any]:
    found = done.document
    assert first_mismatch("fleet", found) is None
    return found


def writes(sandbox: Sandbox) -> Counter[str]:
    return Counter(entry["uin"] for entry in sandbox.requests if entry["action"] == "ModifySmsSign")


def test_a_plan_has_a_line_for_each_account_and_then_what_is_to_be_done(top: Path) -> None:
    with served(fleet_of(top, pending(1), Sign("fine", 1001 + 7, "Fine", status=APPROVED))) as sandbox:
        done = fleet("plan", sandbox)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[:2] == ["SANDBOX, not the vendor", "  ~ acme       1 to modify, 1 in sync"]
    assert [line.split()[1] for line in lines[1:5]] == list(NAMES)
    assert done.out.count('sign_name  "Old 1" -> "New 1"') == 4
    assert "fine" not in done.out
    assert lines[-1] == "Fleet: 4 accounts; 4 to modify, 4 in sync"
    assert sum(line.startswith("[4/4] ") for line in done.err.splitlines()) == 1
    assert not writes(sandbox)


def test_the_document_holds_the_plan_of_each_account_as_the_single_command_prints_it(top: Path) -> None:
    with served(fleet_of(top, pending(1), LOCKED)) as sandbox:
        found = fleet("plan", sandbox, "--format", "json")
        single = inside("plan", "accounts/eu/globex", "--endpoint", sandbox.url, *FAST, "--format", "json")
    entries = {entry["name"]: entry for entry in document(found)["accounts"]}
    assert list(entries) == list(NAMES)
    assert entries["eu/globex"] == {"name": "eu/globex", "exit_code": 6, "plan": single.document}
    assert (found.code, single.code) == (6, 6)
    assert found.document["summary"] == {
        "accounts": 4,
        "failed": 0,
        "exit_code": 6,
        "counts": {"modify": 4, "refused": 4},
    }


@pytest.mark.soak
def test_the_files_roles_servers_and_silence_of_forty_accounts_stop_none_of_160_others(top: Path) -> None:
    names = tuple(f"merchant-{number:03}" for number in range(200))
    seeds = fleet_of(top, pending(1), names=names)
    faults = []
    for first in range(0, 200, 20):
        (top / f"accounts/merchant-{first + 3:03}/signatures.yaml").write_text("version: 1\nsignature: {}\n")
        wrong = top / f"accounts/merchant-{first + 5:03}/signatures.yaml"
        wrong.write_text(wrong.read_text().replace(f"uin/{uin_of(first + 5)}", f"uin/{900 + first}"))
        faults += [f"{uin_of(first + 7)}/*:*:reset-before", f"{uin_of(first + 9)}/*:*:stall-before"]
    with served(seeds, *faults) as sandbox:
        done = fleet("plan", sandbox, "--format", "json", "--request-timeout", "0.5")
    entries = {entry["name"]: entry for entry in document(done)["accounts"]}
    failed = {name: (entry["exit_code"], entry["error"]["code"]) for name, entry in entries.items() if "error" in entry}
    kinds = {
        3: (4, "Client.Definitions"),
        5: (4, "Client.Definitions"),
        7: (5, "Client.ConnectionLost"),
        9: (5, "Client.Timeout"),
    }
    assert failed == {name: kinds[n % 20] for n, name in enumerate(names) if n % 20 in kinds}
    assert (done.code, done.document["summary"]["failed"]) == (5, 40)
    assert sum("plan" in entry for entry in entries.values()) == 160
    assert [found["line"] for found in entries["merchant-003"]["error"]["diagnostics"]] == [1, 2]


def test_a_role_that_cannot_be_taken_on_is_one_accounts_failure(top: Path) -> None:
    seeds = fleet_of(top, pending(1))
    with served(seeds[1:]) as sandbox:  # the vendor knows no account of acme's role
        done = fleet("plan", sandbox, "--format", "json")
    entries = {entry["name"]: entry for entry in document(done)["accounts"]}
    assert "ResourceNotFound.RoleNotFound" in entries["acme"]["error"]["message"]
    assert [entries[name]["exit_code"] for name in NAMES] == [5, 0, 0, 0]


def test_each_account_is_planned_with_its_role_for_plans_and_written_with_the_other(top: Path) -> None:
    taken = []
    with served(fleet_of(top, pending(1))) as sandbox:
        for command in (("plan",), ("status",), ("apply", "--yes")):
            before = len(sandbox.requests)
            assert fleet(*command[:1], sandbox, *command[1:]).code == 0
            roles = (e["params"]["RoleArn"] for e in sandbox.requests[before:] if e["action"] == "AssumeRole")
            taken.append(set(roles))
        assert writes(sandbox) == {uin_of(number): 1 for number in range(4)}
    reading, writing = ({role_of(uin_of(n)) + suffix for n in range(4)} for suffix in ("-plan", ""))
    assert taken == [reading, reading, writing]


def test_a_bug_with_one_account_is_its_failure_and_names_no_value(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(inputs: Any, *others: Any) -> Any:
        if "globex" in str(inputs.definitions.files[0]):
            raise KeyError("s3cret value")
        return planned_online(inputs, *others)

    monkeypatch.setattr("reconciler.cli.fleet_plan.planned_online", broken)
    with served(fleet_of(top, pending(1))) as sandbox:
        done = fleet("plan", sandbox)
    assert done.code == 1
    assert "unexpected KeyError at " in done.out
    assert "s3cret" not in done.out + done.err
    assert "Fleet: 4 accounts; 1 failed, 3 to modify" in done.out


def test_an_apply_submits_in_every_account_once_and_a_second_one_finds_nothing(top: Path) -> None:
    with served(fleet_of(top, pending(1), pending(2), LOCKED)) as sandbox:
        done = fleet("apply", sandbox, "--yes")
        assert done.code == 6
        assert writes(sandbox) == {uin_of(number): 2 for number in range(4)}
        assert "Fleet: 4 accounts; 4 refused, 8 accepted" in done.out
        assert done.err.count("accepted") >= 8
        again = fleet("apply", sandbox, "--yes", "--format", "json")
        assert sum(writes(sandbox).values()) == 8
    assert {entry["exit_code"] for entry in document(again)["accounts"]} == {6}
    assert all("report" in entry for entry in again.document["accounts"])


def test_an_apply_counts_the_changes_of_all_accounts_together(top: Path) -> None:
    with served(fleet_of(top, pending(1), pending(2))) as sandbox:
        done = fleet("apply", sandbox, "--yes", "--max-changes", "7")
        assert done.code == 6
        assert "the plans hold 8 changes, --max-changes allows 7" in done.err
        assert fleet("plan", sandbox, "--max-changes", "7").code == 6
        assert not writes(sandbox)
        assert fleet("apply", sandbox, "--yes", "--max-changes", "8").code == 0


def test_an_apply_off_a_terminal_needs_yes(top: Path) -> None:
    with served(fleet_of(top, pending(1))) as sandbox:
        done = process("fleet", "apply", "accounts", "--endpoint", sandbox.url, cwd=top)
        assert (done.code, "add --yes" in done.err) == (2, True)
        assert not writes(sandbox)


def test_an_apply_of_saved_plans_submits_those_and_nothing_else(top: Path) -> None:
    seeds = fleet_of(top, pending(1))
    with served(seeds) as sandbox:
        assert fleet("plan", sandbox, "--only", "eu/*", "--out", "plans.json").code == 0
        write_fleet(top / "accounts", {"eu/hooli": (pending(1, name="Newer"),)}, roles=True, names=NAMES)
        done = fleet("apply", sandbox, "--yes", "--plan", "plans.json", "--format", "json")
        entries = {entry["name"]: entry for entry in document(done)["accounts"]}
        assert list(entries) == ["eu/globex", "eu/hooli"]
        assert "the saved plan is stale" in entries["eu/hooli"]["error"]["message"]
        assert (done.code, writes(sandbox)) == (6, {uin_of(1): 1})


def test_an_apply_of_saved_plans_sees_a_second_folder_of_the_account(top: Path) -> None:
    with served(fleet_of(top, pending(1))) as sandbox:
        assert fleet("plan", sandbox, "--only", "acme", "--out", "plans.json").code == 0
        shutil.copytree(top / "accounts/acme", top / "accounts/second")
        done = fleet("apply", sandbox, "--yes", "--plan", "plans.json")
        assert (done.code, writes(sandbox)) == (6, {})


def test_the_saved_plans_of_a_fleet_are_shown_one_below_the_other(top: Path) -> None:
    with served(fleet_of(top, pending(1))) as sandbox:
        assert fleet("plan", sandbox, "--out", "plans.json").code == 0
    shown = inside("plan", "show", "plans.json")
    assert shown.code == 0
    assert [line[:-1] for line in shown.out.splitlines() if line.endswith(":")] == list(NAMES)
    assert shown.out.count('sign_name  "Old 1" -> "New 1"') == len(NAMES)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1, "kind": "sms-signature-plan"}', '{"accounts": 1}'])
def test_what_is_no_saved_fleet_plan_is_refused(top: Path, text: str) -> None:
    (top / "plans.json").write_text(text)
    with served(fleet_of(top, pending(1))) as sandbox:
        done = fleet("apply", sandbox, "--yes", "--plan", "plans.json")
    assert (done.code, "is not a saved plan" in done.err) == (2, True)


def test_two_folders_of_one_account_are_not_both_written(top: Path) -> None:
    seeds = fleet_of(top, pending(1))
    file = top / "accounts/eu/hooli/signatures.yaml"
    file.write_text(file.read_text().replace(uin_of(2), uin_of(0)))
    with served(seeds) as sandbox:
        done = fleet("apply", sandbox, "--yes", "--format", "json")
        entries = {entry["name"]: entry for entry in document(done)["accounts"]}
        told = {name: entry["error"]["message"] for name, entry in entries.items() if "error" in entry}
        assert told.keys() == {"acme", "eu/hooli"}
        assert all(f"acme, eu/hooli are all account {uin_of(0)} in region" in message for message in told.values())
        assert writes(sandbox) == {uin_of(1): 1, uin_of(3): 1}


@pytest.mark.parametrize("named", [f'uin: "{uin_of(0)}"', f'role: "qcs::cam::uin/{uin_of(0)}:roleName/other"'])
def test_a_folder_of_an_account_is_not_written_while_another_one_is_left_out_of_the_run(top: Path, named: str) -> None:
    seeds = fleet_of(top, pending(1))
    file = top / "accounts/eu/hooli/signatures.yaml"
    file.write_text(re.sub(r"uin: .*}", f"{named}}}", file.read_text()))
    in_git(top)
    (top / "accounts/acme/signatures.yaml").write_text((top / "accounts/acme/signatures.yaml").read_text() + "\n")
    git(top, "commit", "-aqm", "Change")
    with served(seeds) as sandbox:
        for narrowing in (("--only", "acme"), ("--only", "[ai]*"), ("--shard", "1/8"), ("--changed-since", "HEAD^")):
            for command in ("plan", "status", "apply"):
                yes = ("--yes",) if command == "apply" else ()
                done = fleet(command, sandbox, *narrowing, *yes, "--format", "json")
                told = {e["name"]: e["error"]["message"] for e in document(done)["accounts"] if "error" in e}
                assert (done.code, [*told]) == (6, ["acme"]), (narrowing, command)
                assert f"acme, eu/hooli are all account {uin_of(0)} in region" in told["acme"]
        assert writes(sandbox).keys() <= {uin_of(3)}
        assert fleet("plan", sandbox, "--only", "initech").code == 0


@pytest.mark.parametrize("command", ["list", "validate", "plan", "status", "apply"])
@pytest.mark.parametrize("choice", [("nowhere",), ("accounts", "--only", "nobody")])
def test_a_program_is_answered_also_where_the_accounts_cannot_be_chosen(
    top: Path, command: str, choice: tuple[str, ...]
) -> None:
    fleet_of(top, pending(1))
    done = inside("fleet", command, *choice, "--format", "json")
    assert (done.code, done.document["error"]["code"]) == (2, 2)
    assert done.document["error"]["message"] in done.err


def test_an_account_that_finds_no_more_files_is_told_as_that(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = fleet_of(top, pending(1))

    def planned(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("reconciler.cli.fleet_plan.planned_online", planned)
    with served(seeds) as sandbox:
        entries = document(fleet("plan", sandbox, "--format", "json"))["accounts"]
    assert {entry["error"]["code"] for entry in entries} == {"Client.OutOfFiles"}


def unnamed(top: Path, *names: str, region: str = "ap-singapore") -> None:
    """Let folders name no account: they are about the one of the run's keys, which is the hub's."""
    for name in names:
        file = top / "accounts" / name / "signatures.yaml"
        section = f"account: {{site: international, region: {region}}}"
        file.write_text(re.sub(r"account: \{.*\}", section, file.read_text()))


@pytest.mark.parametrize("other", ["", f', uin: "{HUB}"', f', role: "qcs::cam::uin/{HUB}:roleName/other"'])
def test_a_folder_that_names_no_account_is_not_written_while_another_of_the_keys_is_left_out(
    top: Path, other: str
) -> None:
    seeds = fleet_of(top, pending(1))
    unnamed(top, "acme", "eu/hooli")
    file = top / "accounts/eu/hooli/signatures.yaml"
    file.write_text(file.read_text().replace("ap-singapore", f"ap-singapore{other}"))
    with served(seeds) as sandbox:
        for command in ("plan", "status", "apply"):
            yes = ("--yes",) if command == "apply" else ()
            done = fleet(command, sandbox, "--only", "acme", *yes, "--format", "json")
            (entry,) = document(done)["accounts"]
            assert (done.code, entry["error"]["code"]) == (6, "Client.Refused"), command
            assert f"acme, eu/hooli are all account {HUB} in region" in entry["error"]["message"]
        assert not writes(sandbox)
        assert fleet("plan", sandbox, "--only", "initech").code == 0


def test_a_folder_that_names_no_account_is_not_taken_for_one_that_a_role_leads_to(top: Path) -> None:
    seeds = fleet_of(top, pending(1))
    unnamed(top, "acme")
    unnamed(top, "eu/hooli", region="ap-guangzhou")
    with served(seeds) as sandbox:
        assert fleet("plan", sandbox, "--only", "initech").code == 0
        (entry,) = document(fleet("plan", sandbox, "--only", "acme", "--format", "json"))["accounts"]
        assert "plan" in entry
    assert inside("fleet", "plan", "accounts", "--sandbox", "--only", "acme", "--format", "json").code == 0


def test_other_numbers_and_regions_make_no_two_folders_one_account(top: Path) -> None:
    seeds = fleet_of(top, pending(1))
    file = top / "accounts/eu/hooli/signatures.yaml"
    file.write_text(file.read_text().replace(uin_of(2), uin_of(0)).replace("ap-singapore", "ap-guangzhou"))
    (top / "accounts/initech/signatures.yaml").write_text(f'version: 1\naccount: {{uin: "{uin_of(0)}", region: 7}}\n')
    # One that cannot be planned as it is; `fleet validate` tells of it.
    file = top / "accounts/eu/globex/signatures.yaml"
    file.write_text(file.read_text().replace(uin_of(1), uin_of(0)) + "more: 1\n")
    with served(seeds) as sandbox:
        assert fleet("plan", sandbox, "--only", "acme").code == 0


def test_a_pipe_among_the_definitions_of_one_account_keeps_nobody_waiting(top: Path) -> None:
    seeds = list(write_fleet(top / "accounts", dict.fromkeys(NAMES, (pending(1),)), roles=True, branches=True).values())
    in_git(top)
    os.mkfifo(top / "accounts/acme/more.yaml")
    with served(seeds) as sandbox:
        only = ("--only", "initech", "--only", "acme", "--format", "json")
        done = process("fleet", "plan", "accounts", "--endpoint", sandbox.url, *only, cwd=top)  # it would wait for ever
    codes = {entry["name"]: entry["exit_code"] for entry in document(done)["accounts"]}
    assert codes == {"acme": 4, "initech": 5}  # there is no remote for its record


@pytest.mark.parametrize("command", ["plan", "status"])
def test_both_folders_of_one_account_are_refused_whichever_was_read_first(top: Path, command: str) -> None:
    seeds = fleet_of(top, pending(1))
    file = top / "accounts/eu/hooli/signatures.yaml"
    file.write_text(file.read_text().replace(uin_of(2), uin_of(0)))
    out = ("--out", "plans.json") if command == "plan" else ()
    with served(seeds) as sandbox:
        done = fleet(command, sandbox, "--format", "json", "--jobs", "1", *out)
    failed = {entry["name"] for entry in document(done)["accounts"] if "error" in entry}
    assert (failed, done.code) == ({"acme", "eu/hooli"}, 6)
    if out:
        assert json.loads((top / "plans.json").read_text())["accounts"].keys() == {"eu/globex", "initech"}


def test_a_saved_plan_of_an_account_that_the_fleet_does_not_hold_is_refused(top: Path) -> None:
    with served(fleet_of(top, pending(1))) as sandbox:
        assert fleet("plan", sandbox, "--out", "plans.json").code == 0
        (top / "accounts/eu/hooli").rename(top / "elsewhere")
        done = fleet("apply", sandbox, "--yes", "--plan", "plans.json", "--only", "acme")
        assert (done.code, "for accounts that accounts does not hold: eu/hooli" in done.err) == (6, True)
        assert not writes(sandbox)


@pytest.mark.parametrize("name", ["accounts/eu/hooli/signatures.yaml", "accounts/acme/evidence/1.png"])
def test_plans_are_not_saved_over_what_an_account_needs(top: Path, name: str) -> None:
    with served(fleet_of(top, pending(1))) as sandbox:
        before = (top / name).read_bytes()
        done = fleet("plan", sandbox, "--out", name)
    assert (done.code, f"--out names {name}, which the run itself needs" in done.err) == (2, True)
    assert (top / name).read_bytes() == before


def test_status_tells_who_needs_a_person(top: Path) -> None:
    with served(fleet_of(top, Sign("brand", 1001, "Brand"))) as sandbox:
        review_running(sandbox.url, 1001, "reject", "Blurred", uin=uin_of(1))
        done = fleet("status", sandbox)
        assert done.code == 0
        assert "reviewer: Blurred" in done.out
        assert "acme:" not in done.out
        assert "Fleet: 4 accounts; 3 pending, 1 rejected" in done.out
        assert re.search(r"^  x eu/globex +1 rejected$", done.out, re.MULTILINE)
        checked = fleet("status", sandbox, "--check", "--format", "json")
    assert checked.code == 6
    assert [entry["exit_code"] for entry in document(checked)["accounts"]] == [0, 6, 0, 0]


@pytest.mark.parametrize("command", ["plan", "status"])
def test_the_report_fits_the_terminal(top: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(Session, "columns", lambda _self, **_given: 40)
    with served(fleet_of(top, pending(1, status=REJECTED))) as sandbox:
        done = fleet(command, sandbox)
    assert max(map(len, done.out.splitlines())) <= 40


def test_validate_needs_no_keys_and_names_every_problem(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name)
    fleet_of(top, pending(1))
    assert inside("fleet", "validate", "accounts").code == 0
    (top / "accounts/acme/signatures.yaml").write_text("version: 2\n")
    done = inside("fleet", "validate", "accounts", "--format", "json")
    assert done.code == 4
    assert [entry["report"]["valid"] for entry in document(done)["accounts"]] == [False, True, True, True]
    assert done.document["summary"]["failed"] == 1


def test_one_comment_shows_what_every_account_needs(top: Path) -> None:
    with served(fleet_of(top, pending(1), LOCKED)) as sandbox:
        (top / "accounts/initech/signatures.yaml").write_text("version: 1\n")
        done = fleet("plan", sandbox, "--format", "markdown")
    assert "### SMS signatures of 4 accounts: 1 failed, 3 refused, 3 modify" in done.out
    assert "**SANDBOX, not the vendor**" in done.out
    assert "| <code>acme</code> | 1 refused, 1 modify | 6 |" in done.out
    assert "- <code>initech</code>: <code>Client.Definitions</code>" in done.out
    assert done.out.count("**refused** <code>locked</code>") == 3
    assert len(done.out.encode()) < 65_000


def test_annotations_are_at_the_lines_and_at_most_ten_for_all(top: Path) -> None:
    names = tuple(f"merchant-{number:02}" for number in range(12))
    with served(fleet_of(top, LOCKED, names=names)) as sandbox:
        done = fleet("plan", sandbox, "--format", "github")
    lines = done.out.splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("::error file=accounts/merchant-00/signatures.yaml,line=4,")
    assert "3 more" in lines[-1]


def test_an_empty_shard_is_refused_and_is_not_the_whole_fleet(top: Path) -> None:
    write_fleet(top / "accounts", {"acme": (pending(1),)})
    done = inside("fleet", "validate", "accounts", "--shard", "")  # as of a variable that is not set
    assert done.code == 2
    assert "it is empty, as the text of an unset variable is" in done.err


def in_git(top: Path) -> None:
    (top / ".git").rmdir()
    git(top, "init", "-q", "-b", "main", ".")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "Define")


DELETED = "accounts/acme was deleted since HEAD^; what the vendor has of it is left as it is"


def test_a_deleted_account_is_told_by_every_command_and_nothing_is_done_about_it(top: Path) -> None:
    seeds = fleet_of(top, pending(1))
    in_git(top)
    git(top, "rm", "-rq", "accounts/acme")
    file = top / "accounts/initech/signatures.yaml"
    file.write_text(file.read_text() + "\n")
    git(top, "commit", "-aqm", "Leave")
    since = ("--changed-since", "HEAD^")
    assert inside("fleet", "list", "accounts", *since).out.split() == ["initech"]
    listed = inside("fleet", "list", "accounts", *since, "--format", "json")
    assert (listed.document["deleted"], DELETED in listed.err) == (["acme"], True)
    assert "deleted" not in inside("fleet", "list", "accounts", "--format", "json").document
    with served(seeds) as sandbox:
        for command in ("validate", "plan", "status", "apply"):
            to_the_vendor = () if command == "validate" else ("--endpoint", sandbox.url, *FAST)
            yes = ("--yes",) if command == "apply" else ()
            done = inside("fleet", command, "accounts", *to_the_vendor, *since, *yes, "--format", "json")
            assert (done.code, DELETED in done.err) == (0, True), command
            assert document(done)["deleted"] == ["acme"], command
            assert [entry["name"] for entry in done.document["accounts"]] == ["initech"], command
        assert set(writes(sandbox)) == {uin_of(3)}
        shown = fleet("plan", sandbox, *since, "--format", "markdown").out
        assert "**Deleted accounts (1)**\n\n- <code>acme</code>: what the vendor has of it is left as it is" in shown
        assert DELETED not in fleet("plan", sandbox, *since, "--only", "init*").err
        assert "**Deleted" not in fleet("plan", sandbox, "--format", "markdown").out


def test_what_is_not_committed_is_told_where_commits_are_compared(top: Path) -> None:
    fleet_of(top, pending(1))
    (top / "README.md").touch()
    in_git(top)
    since = ("fleet", "list", "accounts", "--changed-since", "HEAD")
    (top / "README.md").write_text("text")
    (top / ".gitignore").write_text(".reconciler\n*.log\n")
    (top / "accounts/run.log").touch()
    assert inside(*since).err == ""
    for name in ("accounts/acme/signatures.yaml", "accounts/new/signatures.yaml"):
        (top / name).parent.mkdir(exist_ok=True)
        (top / name).write_text("version: 1\n")
        told = inside(*since)
        assert told.err == "note: accounts holds changes that are not committed; --changed-since does not see them\n"
        assert told.out == ""
        assert "committed" not in inside("fleet", "list", "accounts").err
        git(top, "stash", "-uq")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("plan", "--offline", "--sandbox"), "--offline reads no account"),
        (("plan", "--offline", "--endpoint", "http://127.0.0.1:1"), "--offline reads no account"),
        *(
            ((*command, *options), words)
            for command in (("plan",), ("status",), ("apply", "--yes"))
            for options, words in (
                (("--sandbox", "--endpoint", "http://127.0.0.1:1"), "exclude each other"),
                (("--endpoint", "https://example.com"), "is not a place to send keys to"),
                (("--endpoint", "https://sms.tencentcloudapi.com", "--describe-rate", "9"), "the vendor's limits"),
            )
        ),
    ],
)
def test_what_is_wrong_with_the_options_is_said_once(top: Path, command: tuple[str, ...], words: str) -> None:
    fleet_of(top, pending(1))
    done = inside("fleet", command[0], "accounts", *command[1:])
    assert (done.code, done.out) == (2, "")
    assert done.err.count(words) == 1


def test_a_fleet_asks_nobody_to_write_the_ids_that_it_writes(top: Path) -> None:
    seeds = fleet_of(top, Sign("fresh", 1, "Fresh"), names=("acme",))
    file = top / "accounts/acme/signatures.yaml"
    text = file.read_text().replace("sign_id: 1\n", "sign_id: new\n")
    file.write_text(text)
    bare = [replace(seed, signatures=()) for seed in seeds]
    for options, is_asked in (((), True), (("--write-ids",), False)):
        file.write_text(text)
        with served(bare) as sandbox:
            done = fleet("apply", sandbox, "--yes", *options)
        assert ("write `sign_id: " in done.out) is is_asked
        assert ("has `sign_id: " in done.out) is not is_asked
        shutil.rmtree(top / ".reconciler")


@pytest.mark.parametrize("is_new", [False, True])
def test_an_image_outside_the_fleet_that_is_not_committed_is_told(top: Path, *, is_new: bool) -> None:
    fleet_of(top, pending(1))
    image, own = top / "shared/licence.png", top / "accounts/acme/evidence/1.png"
    image.parent.mkdir()
    image.write_bytes(own.read_bytes())
    file = top / "accounts/acme/signatures.yaml"
    file.write_text(file.read_text().replace("evidence/1.png", "../../shared/licence.png"))
    in_git(top)
    since = ("fleet", "list", "accounts", "--changed-since", "HEAD")
    (top / "shared/notes.txt").touch()
    git(top, "add", "-A")
    assert inside(*since).err == ""
    if is_new:
        git(top, "rm", "-rqf", "--cached", "shared")
        git(top, "commit", "-qm", "Without the image")
    else:
        image.write_bytes(b"other")
    told = inside(*since)
    words = "note: accounts below accounts name images that are not committed; --changed-since does not see them\n"
    assert (told.out, told.err) == ("", words)
    assert inside(*since, "--only", "init*").err == ""


@pytest.mark.parametrize("command", ["list", "validate", "plan", "apply"])
def test_an_account_that_is_a_link_is_left_out_and_told(top: Path, command: str) -> None:
    seeds = fleet_of(top, pending(1))
    (top / "accounts/eu/again").symlink_to("../acme")
    (top / "accounts/up").symlink_to("..")
    online = command in {"plan", "apply"}
    with served(seeds) as sandbox:
        to_the_vendor = ("--endpoint", sandbox.url, *FAST) if online else ()
        done = inside("fleet", command, "accounts", *to_the_vendor, *(("--yes",) if command == "apply" else ()))
    assert done.code == 0
    told = [line for line in done.err.splitlines() if "is a link" in line]
    assert told == [
        f"note: accounts/{name} is a link and is not read: put the folder itself there" for name in ("eu/again", "up")
    ]
    assert "again" not in done.out


def test_a_fleet_of_links_alone_says_so(top: Path) -> None:
    seeds = write_fleet(top / "real", {"acme": (pending(1),)})
    (top / "accounts").mkdir()
    (top / "accounts/acme").symlink_to("../real/acme")
    done = inside("fleet", "plan", "accounts")
    assert (len(seeds), done.code) == (1, 2)
    assert done.err.startswith("note: accounts/acme is a link and is not read")


def test_a_shard_is_a_part_of_the_fleet_and_all_shards_are_the_whole(top: Path) -> None:
    with served(fleet_of(top, pending(1))) as sandbox:
        parts = [fleet("plan", sandbox, "--shard", f"{number}/3", "--format", "json") for number in (1, 2, 3)]
    named = [entry["name"] for part in parts for entry in document(part)["accounts"]]
    assert sorted(named) == list(NAMES)


def test_list_names_accounts_and_jobs(top: Path) -> None:
    fleet_of(top, pending(1))
    assert inside("fleet", "list", "accounts").out.split() == list(NAMES)
    matrix = json.loads(inside("fleet", "list", "accounts", "--shards", "3", "--format", "matrix").out)
    assert matrix == {"include": [{"shard": "1/3"}, {"shard": "2/3"}]}
    listed = inside("fleet", "list", "accounts", "--shards", "3", "--format", "json").document
    assert listed["accounts"][0] == {"name": "acme", "path": "accounts/acme", "shard": "1/3"}


def test_the_embedded_sandbox_keeps_the_accounts_of_a_fleet_apart(top: Path) -> None:
    signs = (Sign("brand", 1001, "Brand"), pending(2))
    write_fleet(top / "accounts", {"acme": signs, "hooli": signs})
    for name in ("acme", "hooli"):  # no number of its own
        file = top / "accounts" / name / "signatures.yaml"
        file.write_text(file.read_text().replace(f', uin: "{uin_of(0)}"', "").replace(f', uin: "{uin_of(1)}"', ""))
    assert inside("fleet", "status", "accounts", "--sandbox").code == 0
    review = ("sandbox", "review", "--sandbox", "--definitions", "accounts/hooli", "1001", "reject")
    assert inside(*review).code == 0
    found = inside("fleet", "status", "accounts", "--sandbox", "--format", "json").document
    told = {entry["name"]: entry["report"]["summary"]["rejected"] for entry in found["accounts"]}
    assert told == {"acme": 0, "hooli": 1}
    done = inside("fleet", "apply", "accounts", "--sandbox", "--yes", "--modify-interval", "0")
    assert (done.code, "Fleet: 2 accounts; 3 unverified, 1 accepted" in done.out) == (0, True)


def test_offline_plans_need_no_keys_and_say_how_old_they_are(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = fleet_of(top, pending(1))
    with served(seeds) as sandbox:
        assert fleet("apply", sandbox, "--yes", "--only", "acme").code == 0
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name)
    done = inside("fleet", "plan", "accounts", "--offline")
    assert done.code == 0
    assert done.out.count("nothing is recorded for this account yet") == 4


def test_a_rejected_one_is_shown_with_the_path_of_its_account(top: Path) -> None:
    with served(fleet_of(top, Sign("brand", 1001, "Brand", status=REJECTED), names=("acme",))) as sandbox:
        done = fleet("plan", sandbox)
    assert "\nacme: SANDBOX, not the vendor: account" in done.out


def test_a_command_for_one_account_is_told_its_folder(top: Path) -> None:
    blank = Sign("in-console", 1001, "Brand", "Brand")
    with served(fleet_of(top, blank, names=("eu/acme inc",))) as sandbox:
        done = fleet("plan", sandbox)
        assert "`reconciler adopt in-console`" in done.out
        for form in ("markdown", "html"):
            assert "Commands that are named here are for one account" in fleet("plan", sandbox, "--format", form).out
        assert (
            "give `plan` and `apply` 'accounts/eu/acme inc', the others `--definitions 'accounts/eu/acme inc'`"
            in done.out
        )
        adopted = inside(
            "adopt", "in-console", "--yes", "--definitions", "accounts/eu/acme inc", "--endpoint", sandbox.url
        )
        assert adopted.code == 0
        assert "--definitions" not in fleet("plan", sandbox).out


def test_a_fleet_is_one_page_for_a_browser(top: Path) -> None:
    with served(fleet_of(top, pending(1), LOCKED)) as sandbox:
        done = fleet("plan", sandbox, "--format", "html")
    assert done.code == 6
    assert done.out.startswith("<!DOCTYPE html>")
    assert done.out.rstrip().endswith("</html>")
    assert done.out.count('<article class="row modify">') == done.out.count('<article class="row refused">') == 4
    for name in NAMES:
        assert f"<bdi>{name}</bdi></a>" in done.out


def test_a_bug_in_the_rendering_of_one_account_is_its_failure_too(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(result: AccountResult) -> AccountLine:
        if result.name == "eu/globex" and isinstance(result.content, Plan):
            raise ValueError("a value that must not be printed")
        return account_line(result)

    monkeypatch.setattr("reconciler.cli.fleet_run.account_line", broken)
    with served(fleet_of(top, pending(1))) as sandbox:
        done = fleet("plan", sandbox)
    assert done.code == 1
    assert done.out.count("1 to modify") == 3
    assert "unexpected ValueError" in done.out
    assert "must not be printed" not in done.out + done.err


def test_saved_plans_on_stdout_are_all_there_is_there(top: Path) -> None:
    with served(fleet_of(top, pending(1))) as sandbox:
        done = fleet("plan", sandbox, "--out", "-")
        assert "4 to modify" in done.err
        assert not (top / "-").exists()
        (top / "plans.json").write_text(done.out)
        assert fleet("apply", sandbox, "--yes", "--plan", "plans.json").code == 0
        assert set(writes(sandbox).values()) == {1}
        assert fleet("plan", sandbox, "--out", "-", "--format", "json").code == 2


@pytest.mark.parametrize("room", [0, 600, 5000])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_loses_nothing_of_the_report_of_an_apply(
    top: Path, monkeypatch: pytest.MonkeyPatch, room: int, form: str
) -> None:
    class Full(io.FileIO):
        def write(self, data: Any) -> int:
            left = room - self.seek(0, os.SEEK_END)
            if left <= 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data[:left])

    place = top / "results"
    place.touch()
    monkeypatch.setattr("reconciler.cli.fleet_run.tempfile.TemporaryFile", lambda **_given: Full(place, "r+b"))
    with served(fleet_of(top, pending(1), pending(2))) as sandbox:
        planned = fleet("plan", sandbox, "--format", "json")
        place.write_bytes(b"")
        done = fleet("apply", sandbox, "--yes", "--format", form)
    assert [len(entry["plan"]["signatures"]) for entry in document(planned)["accounts"]] == [2] * 4
    assert done.code == 0, done.err
    assert set(writes(sandbox).values()) == {2}
    if form == "json":
        assert document(done)["summary"]["counts"] == {"accepted": 8}
    else:
        assert done.out.count("accepted  sign-") == 8


def test_without_any_place_for_temporary_files_a_fleet_is_planned_all_the_same(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(**_given: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr("reconciler.cli.fleet_run.tempfile.TemporaryFile", made)
    with served(fleet_of(top, pending(1))) as sandbox:
        assert "Fleet: 4 accounts; 4 to modify" in fleet("plan", sandbox).out


def test_a_workflows_plan_of_a_fleet_leaves_its_page(top: Path, tmp_path: Path) -> None:
    seeds = fleet_of(top, pending(1), LOCKED)
    (top / "accounts/acme/signatures.yaml").write_text("version: 1\nsignature: {}\n")
    given = ("--paths", "accounts", "--folder", str(tmp_path / "out"))
    with served(seeds) as sandbox:
        done = process("github", "run", "fleet-plan", *given, "--endpoint", sandbox.url, cwd=top)
    assert done.code == 6, done.out + done.err
    page = (tmp_path / "out/plan.html").read_text(encoding="utf-8")
    assert page.count('<article class="row modify">') == page.count('<article class="row refused">') == 3
    assert "1 to modify, 1 refused" in page
    assert "Client.Definitions: the definitions are not valid" in page
