"""Every exit code from a process of its own, and one JSON document on stdout with each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from reconciler.errors import Exit, StateError
from tests.fixtures.commands import FAST, KEYS, inside, process
from tests.fixtures.project import APPROVED, REJECTED, UIN, Sign, pending, write
from tests.fixtures.record_places import NAME
from tests.fixtures.serving import serving

SAME: Final = Sign("same", 1001, "Same")
LOCKED: Final = Sign("locked", 1002, "Locked", "Loked", status=APPROVED)
GONE: Final = Sign("gone", 1003, "Gone", status=None)
FAILING: Final = "ModifySmsSign:1:error=InvalidParameterValue.ImageInvalid"


class Case(NamedTuple):
    """What is run on which signatures; ``@`` among the arguments stands for the sandbox's address."""

    name: str
    code: int
    arguments: tuple[str, ...]
    signs: tuple[Sign, ...] = (SAME,)
    faults: tuple[str, ...] = ()
    uin: str = UIN
    env: Mapping[str, str] = KEYS
    record: str | None = None
    told: str = ""


ONLINE: Final = ("--endpoint", "@", *FAST)
CASES: Final = (
    Case("nothing to do", 0, ("plan", *ONLINE)),
    Case("changes planned without being asked about", 0, ("plan", *ONLINE), (pending(1),)),
    Case("applied", 0, ("apply", "--yes", *ONLINE), (pending(1),)),
    Case("a record that is no record", 1, ("plan", *ONLINE), record="{", told="the record cannot be read"),
    Case("nobody to ask", 2, ("apply", *ONLINE), (pending(1),), told="add --yes"),
    Case("unknown key", 2, ("plan", "--only", "nobody", *ONLINE), told="no definition has the key nobody"),
    Case("resubmit of an unknown key", 2, ("apply", "--yes", "--resubmit", "nobody", *ONLINE), told="nobody"),
    Case("a foreign endpoint", 2, ("plan", "--endpoint", "https://example.com"), told="not a place to send keys to"),
    Case("sandbox and endpoint", 2, ("plan", "--sandbox", *ONLINE), told="exclude each other"),
    Case("the vendor's limits", 2, ("plan", "--modify-interval", "0"), told="the vendor's limits"),
    Case(
        "a plan file that is none",
        2,
        ("apply", "--yes", "--plan", "signatures.yaml", *ONLINE),
        told="is not a saved plan",
    ),
    Case("changes", 3, ("plan", "--detailed-exitcode", *ONLINE), (pending(1),)),
    Case("invalid definitions", 4, ("plan", *ONLINE), (SAME._replace(name=""),), told="was not read"),
    Case("invalid definitions, checked", 4, ("validate",), (SAME._replace(name=""),)),
    Case("no keys", 5, ("plan", *ONLINE), env={}, told="no keys"),
    Case("keys not accepted", 5, ("plan", *ONLINE), env={**KEYS, "TENCENTCLOUD_SECRET_KEY": "other"}),
    Case("vendor out of order", 5, ("plan", *ONLINE), faults=("DescribeSmsSignList:*:error=InvalidAction",)),
    Case("approved", 6, ("plan", *ONLINE), (LOCKED, pending(1))),
    Case("approved, applied", 6, ("apply", "--yes", *ONLINE), (LOCKED, pending(1))),
    Case("blocked over changes", 6, ("plan", "--detailed-exitcode", *ONLINE), (GONE, pending(1))),
    Case("another account", 6, ("plan", *ONLINE), uin="100000000002", told="the keys belong to account"),
    Case("a rejection, checked", 6, ("status", "--check", *ONLINE), (SAME._replace(status=REJECTED),)),
    Case("a rejection, looked at", 0, ("status", *ONLINE), (SAME._replace(status=REJECTED),)),
    Case("not all approved, watched", 6, ("status", "--watch", "--timeout", "0", *ONLINE)),
    Case("all approved, watched", 0, ("status", "--watch", *ONLINE), (SAME._replace(status=APPROVED),)),
    Case("too many changes", 6, ("plan", "--max-changes", "0", *ONLINE), (pending(1),), told="--max-changes allows 0"),
    Case("not accepted", 7, ("apply", "--yes", *ONLINE), (pending(1),), (FAILING,)),
    Case("not accepted over refused", 7, ("apply", "--yes", *ONLINE), (LOCKED, pending(1)), (FAILING,)),
)


@pytest.fixture(params=CASES, ids=lambda case: f"{case.code} {case.name}")
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    found: Case = request.param
    with serving(found.signs, *found.faults) as sandbox:
        yield found._replace(arguments=tuple(sandbox.url if word == "@" else word for word in found.arguments))


def test_the_exit_code_is_right_and_stdout_holds_one_document(tmp_path: Path, case: Case) -> None:
    write(tmp_path, case.signs, uin=case.uin)
    if case.record is not None:
        (tmp_path / ".reconciler").mkdir()
        (tmp_path / ".reconciler" / f"{NAME}.json").write_text(case.record)
    done = process(*case.arguments, "--format", "json", cwd=tmp_path, env=case.env)
    assert done.code == case.code, done
    assert json.loads(done.out)["version"] == 1
    assert case.told in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("arguments", [("plan", "--bogus"), ("nonsense",), ("adopt",), ("plan", "--max-changes", "-1")])
def test_a_command_line_that_cannot_be_read_is_a_usage_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = process(*arguments, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "--help" in done.err


@pytest.mark.parametrize("words", [("--format", "json"), ("--format=json",)])
def test_a_program_reads_a_document_also_of_a_usage_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    for arguments in (("plan", "--bogus", *words), ("plan", *words, "--max-changes", "x")):
        assert process(*arguments, cwd=tmp_path).document["error"]["code"] == 2


@pytest.mark.parametrize("arguments", [("adopt", "same"), ("state", "forget", "same"), ("state", "migrate")])
def test_a_command_that_asks_is_a_usage_error_where_nobody_can_answer(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    write(tmp_path, [SAME])
    with serving([SAME]) as sandbox:
        done = process(*arguments, "--endpoint", sandbox.url, cwd=tmp_path)
    assert (done.code, "add --yes" in done.err) == (2, True), done


def test_a_stale_plan_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [pending(1)])
    with serving([pending(1)]) as sandbox:
        at = ("--endpoint", sandbox.url, *FAST)
        assert process("plan", "--out", "plan.json", *at, cwd=tmp_path).code == 0
        write(tmp_path, [pending(1, remark="Other")])
        done = process("apply", "--yes", "--plan", "plan.json", *at, cwd=tmp_path)
    assert (done.code, "stale" in done.err) == (6, True), done


def test_definitions_that_are_not_valid_keep_the_account_from_being_asked_anything(tmp_path: Path) -> None:
    write(tmp_path, [SAME._replace(name="")])
    with serving([SAME]) as sandbox:
        assert process("plan", "--endpoint", sandbox.url, cwd=tmp_path).code == 4
        assert sandbox.requests == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("aply",), "Did you mean 'apply'?"),
        (("valdate", "x.yaml"), "Did you mean 'validate'?"),
        (("zzz",), "No such command 'zzz'."),
        (("validate", "-v"), "before the command"),
        (("plan", "--verbose"), "before the command"),
    ],
)
def test_what_was_probably_meant_is_said(arguments: tuple[str, ...], told: str) -> None:
    done = inside(*arguments)
    assert (done.code, told in done.err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", ""),
        ("plan", "signatures.yaml", ""),
        ("plan", "--out", ""),
        ("apply", "--yes", "--plan", ""),
        ("adopt", "same", "--definitions", ""),
        ("state", "show", "--definitions", ""),
        ("sandbox", "serve", "--account", ""),
        ("github", "comment", ""),
        *(("fleet", command, "") for command in ("list", "validate", "plan", "status")),
        ("fleet", "apply", "", "--yes"),
    ],
)
def test_an_empty_path_is_refused_and_not_taken_for_the_folder(arguments: tuple[str, ...]) -> None:
    done = inside(*arguments)
    assert (done.code, "the path is empty" in done.err) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--only", ""),
        ("status", "--only", ""),
        ("apply", "--yes", "--resubmit", ""),
        ("adopt", "--yes", ""),
        ("state", "show", ""),
        ("state", "history", ""),
        ("state", "forget", "", "--yes"),
        ("plan", "--endpoint", ""),
        ("plan", "--oidc-provider", ""),
        ("plan", "--role-arn", ""),
        *(("fleet", "validate", ".", option, "") for option in ("--only", "--shard", "--changed-since")),
        ("fleet", "list", ".", "--changed-since", ""),
    ],
)
def test_an_empty_text_is_refused_and_not_taken_for_none(arguments: tuple[str, ...]) -> None:
    done = inside(*arguments)
    assert (done.code, "it is empty, as the text of an unset variable is" in done.err) == (2, True)


@pytest.mark.parametrize(("page", "head"), [("reference.md", "| exit code |"), ("reference.zh-CN.md", "| 退出码 |")])
def test_the_table_of_the_reference_is_what_the_command_does(page: str, head: str) -> None:
    reference = (
        (Path(__file__).parents[3] / "docs" / page).read_text(encoding="utf-8").partition(head)[2].partition("\n\n")[0]
    )
    table = [int(code) for code in re.findall(r"^\| (\d+) \| ", reference, re.MULTILINE)]
    assert table == sorted(int(code) for code in Exit)
    row_of_a_broken_record = next(
        line for line in reference.splitlines() if line.startswith(f"| {int(StateError.exit_code)} |")
    )
    assert re.search("a record that cannot be read|记录读不出来", row_of_a_broken_record)
    # Ctrl-C at a question needs a terminal; tests/unit/cli/test_output.py has it.
    assert {case.code for case in CASES} == set(table) - {int(Exit.INTERRUPTED)}


def test_the_readme_names_every_exit_code() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        readme = (Path(__file__).parents[3] / name).read_text(encoding="utf-8")
        line = re.search(r"(?:Exit codes: |退出码\uff1a)(.*?(?:\n.*?)?)(?:;|\uff1b)", readme)
        assert line is not None
        assert sorted(map(int, re.findall(r"\b\d+\b", line[1]))) == sorted(int(code) for code in Exit)


@pytest.mark.parametrize("page", sorted((Path(__file__).parents[3] / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_no_page_names_an_exit_code_that_there_is_not(page: Path) -> None:
    named = {int(code) for code in re.findall(r"[Ee]xit(?:s with| code) (\d+)", page.read_text(encoding="utf-8"))}
    assert named <= {int(code) for code in Exit}
