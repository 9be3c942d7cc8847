"""A signature is created once, with real processes: killed at any instant, its answer lost, its id written."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import SIGKILL
from typing import Final

import pytest

from reconciler.contract.api import ADD
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.running import Sandbox
from tests.fixtures.announced import Announced
from tests.fixtures.commands import FAST, inside
from tests.fixtures.forks import Forks, forks
from tests.fixtures.project import APPROVED, REJECTED, Sign, write
from tests.fixtures.serving import serving

NAMES: Final = ("New 1", "New 2", "New 3")
OLD: Final = Sign("old", 1001, "Old", status=APPROVED)
DELAY_S: Final = 0.4
TIMEOUT_S: Final = "2"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    with forks(tmp_path_factory.mktemp("forks")) as server:
        yield server


def project(folder: Path, names: Sequence[str] = NAMES) -> Path:
    """Write definitions without ids, and one that is there."""
    signs = [Sign(f"new-{number}", number, name) for number, name in enumerate(names, start=1)]
    file = write(folder, [OLD, *signs])
    text = re.sub(r"sign_id: [123]$", "sign_id: new  # ours", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    return file


def arguments(sandbox: Sandbox, *more: str) -> tuple[str, ...]:
    where = ("--endpoint", sandbox.url, "--request-timeout", TIMEOUT_S)
    return ("apply", "--yes", "--format", "json", *where, *FAST, *more)


def held(sandbox: Sandbox) -> list[str]:
    """Return the names that the account holds beside the old one."""
    return sorted(row.sign_name for row in sandbox.account.data.signatures if row.sign_id != OLD.sign_id)


def kill_and_run_again(started: Forks, folder: Path, number: int, count: int) -> None:
    project(folder)
    share = (number + 0.5) / count
    kind = ("delay-before", "delay")[number % 2]
    fault = Announced(ADD, 1 + number % 3, 1 + number % 3, kind, str(DELAY_S))
    with serving([OLD], fault) as sandbox:
        child = started.start(*arguments(sandbox), cwd=folder)
        assert fault.hit.wait(60.0), "the create does not come"
        time.sleep(share * DELAY_S)
        child.send(SIGKILL)
        assert child.end().code == -SIGKILL
        done = started.run(*arguments(sandbox), cwd=folder)
        assert (done.code, held(sandbox)) == (0, sorted(NAMES)), done
        again = started.run(*arguments(sandbox), cwd=folder)
        assert (again.code, held(sandbox)) == (0, sorted(NAMES)), again
        assert set(again.by_key("verdict").values()) == {"in-sync", "waiting"}


def kill_at(count: int, started: Forks, folder: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        runs = [
            pool.submit(kill_and_run_again, started, folder / str(number), number, count) for number in range(count)
        ]
    wrong = [(number, run.exception()) for number, run in enumerate(runs) if run.exception()]
    assert not wrong


@pytest.mark.soak
def test_a_create_killed_between_intent_and_record_is_settled_by_the_next_run(started: Forks, tmp_path: Path) -> None:
    kill_at(3, started, tmp_path)


@pytest.mark.soak
def test_a_create_killed_at_fifty_points_is_settled_by_the_next_run(started: Forks, tmp_path: Path) -> None:
    kill_at(50, started, tmp_path)


@pytest.mark.parametrize("fault", [f"{ADD}:2:reset-after", f"{ADD}:2:empty", f"{ADD}:2:error-after=InternalError"])
def test_an_answer_that_is_lost_creates_nothing_twice(fault: str, tmp_path: Path) -> None:
    file = project(tmp_path)
    with serving([OLD], fault) as sandbox:
        done = inside(*arguments(sandbox), file)
        assert (done.code, set(done.by_key("outcome").values())) == (0, {"accepted", "not-attempted"})
        assert held(sandbox) == sorted(NAMES)


def test_a_call_that_never_arrived_is_made_by_the_next_run(tmp_path: Path) -> None:
    file = project(tmp_path)
    with serving([OLD], Fault(ADD, 2, 2, "reset-before", "")) as sandbox:
        assert inside(*arguments(sandbox), file).code == 7
        assert inside(*arguments(sandbox), file).code == 0
        assert held(sandbox) == sorted(NAMES)


def test_ids_are_written_into_the_file_and_every_other_byte_stays(tmp_path: Path) -> None:
    file = project(tmp_path)
    before = file.read_text(encoding="utf-8")
    with serving([OLD]) as sandbox:
        done = inside(*arguments(sandbox, "--write-ids"), file)
        assert done.code == 0, done
        ids = {row.sign_name: str(row.sign_id) for row in sandbox.account.data.signatures}
        wanted = iter(ids[name] for name in NAMES)
        assert file.read_text(encoding="utf-8") == re.sub("sign_id: new", lambda _: f"sign_id: {next(wanted)}", before)
        assert list(done.by_key("sign_id").values()) == [1001, *(int(ids[name]) for name in NAMES)]
        again = inside(*arguments(sandbox), file)
        assert set(again.by_key("verdict").values()) == {"in-sync", "waiting"}


@pytest.mark.parametrize(
    ("status", "words"), [(REJECTED, "rejected"), (1, "already, pending"), (APPROVED, "already, app")]
)
def test_a_name_that_the_account_holds_is_blocked_with_the_id_to_write(status: int, words: str, tmp_path: Path) -> None:
    file = project(tmp_path, NAMES[:1])
    with serving([OLD, Sign("x", 1234, NAMES[0], status=status)]) as sandbox:
        done = inside("plan", "--endpoint", sandbox.url, *FAST, file)
        assert done.code == 6
        assert words in done.out
        assert "write `sign_id: 1234`" in done.out
        assert inside(*arguments(sandbox), file).code == 6
        assert held(sandbox) == [NAMES[0]]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("InvalidParameterValue.SignAlreadyPassedCheck", "the account has a signature of this name already"),
        ("InvalidParameterValue.InvalidInternational", "`international` is not accepted"),
        ("FailedOperation.TemplateIdNotExist", "there is no such template"),
    ],
)
def test_a_code_says_of_a_create_what_it_means_there(code: str, words: str, tmp_path: Path) -> None:
    file = project(tmp_path, NAMES[:1])
    with serving([OLD], f"{ADD}:1:error={code}") as sandbox:
        error = inside(*arguments(sandbox, str(file))).by_key("error")["new-1"]
    assert error["code"] == code
    assert error["message"].startswith(words)
    assert "`sign_id`" not in error["hint"], "it has none yet"
    assert "approved and cannot be changed" not in error["message"]


def test_of_one_name_twice_the_second_definition_never_gets_the_id_of_the_first(tmp_path: Path) -> None:
    file = project(tmp_path, ["New 1", "New 1"])
    with serving([OLD]) as sandbox:
        inside(*arguments(sandbox, str(file)))
        assert held(sandbox) == ["New 1"]
        done = inside("plan", str(file), "--endpoint", sandbox.url, "--format", "json", *FAST)
    assert done.by_key("rule") == {
        "old": "approved-not-recorded",
        "new-1": "waiting-for-review",
        "new-2": "name-defined",
    }
    assert "write `sign_id" not in done.by_key("reason")["new-2"]


def test_more_than_fifty_is_warned_of_in_the_plan(tmp_path: Path) -> None:
    file = project(tmp_path)
    rows = [OLD, *(Sign(f"x{number}", 2000 + number, f"X {number}") for number in range(49))]
    with serving(rows) as sandbox:
        done = inside("plan", "--endpoint", sandbox.url, *FAST, file)
        assert "50 signatures and 3 more would be created; the vendor's pages allow 50" in done.out


def test_a_saved_plan_of_a_create_is_applied_and_another_one_is_stale(tmp_path: Path) -> None:
    file, saved = project(tmp_path, NAMES[:1]), tmp_path / "plan.json"
    with serving([OLD]) as sandbox:
        assert inside("plan", "--endpoint", sandbox.url, *FAST, "--out", saved, file).code == 0
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("New 1", "New 9"), encoding="utf-8")
        assert inside(*arguments(sandbox, "--plan", str(saved)), file).code == 6
        assert held(sandbox) == []
        file.write_text(text, encoding="utf-8")
        assert inside(*arguments(sandbox, "--plan", str(saved)), file).code == 0
        assert held(sandbox) == list(NAMES[:1])


@pytest.mark.parametrize("more", [(), ("--write-ids",)])
def test_a_plan_and_a_status_right_after_a_create_do_not_miss_what_a_describe_does_not_show_yet(
    more: tuple[str, ...], tmp_path: Path
) -> None:
    file = project(tmp_path, NAMES[:1])
    with serving([OLD], facts=UnconfirmedBehaviour(describe_lag_s=60.0)) as sandbox:
        assert inside(*arguments(sandbox, *more), file).code == 0
        planned = inside("plan", "--format", "json", "--endpoint", sandbox.url, file)
        assert (planned.code, planned.by_key("verdict")["new-1"]) == (0, "waiting")
        looked = inside("status", "--check", "--format", "json", "--endpoint", sandbox.url, file)
        assert (looked.code, looked.by_key("status")["new-1"]) == (0, "pending")


def test_nobody_is_asked_to_write_the_id_that_the_run_writes(tmp_path: Path) -> None:
    file = project(tmp_path, NAMES[:1])
    text, request = file.read_text(encoding="utf-8"), "write `sign_id: "
    with serving([OLD]) as sandbox:
        command = ("apply", "--yes", "--endpoint", sandbox.url, *FAST, file)
        told = inside(*command, "--write-ids")
        assert "has `sign_id: " in told.err
        assert request not in told.out + told.err
        file.write_text(text, encoding="utf-8")
        assert request in inside(*command).out
        told = inside(*command, "--write-ids")
        assert "has `sign_id: " in told.err
        assert request not in told.out + told.err


def test_ids_of_a_sandbox_are_told_as_such_when_they_are_written(tmp_path: Path) -> None:
    file = project(tmp_path, NAMES[:1])
    with serving([OLD]) as sandbox:
        done = inside(*arguments(sandbox, "--write-ids"), file)
    assert "the ids are those of the SANDBOX: do not commit them" in done.err
