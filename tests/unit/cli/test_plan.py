from __future__ import annotations

import os
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from reconciler.model.signature import Subject
from reconciler.model.state import Entry, IntentState, State
from reconciler.sandbox.model import AccountData, RowData
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.state.local import FileStore
from tests.fixtures.commands import COMMAND, FAST, KEYS, inside
from tests.fixtures.project import APPROVED, UIN, Sign, pending, write
from tests.fixtures.record_places import NAME
from tests.fixtures.serving import modifies, serving
from tests.fixtures.values import ACME, SIGN_ID, intent, row

pytestmark = pytest.mark.usefixtures("keys")

SIGNS = (pending(1), pending(2), Sign("settled", 1003, "Settled", status=APPROVED))


def test_plan_shows_every_verdict_and_changes_nothing(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("plan", "--format", "json", "--endpoint", sandbox.url, *FAST)
        assert done.by_key("verdict") == {"sign-1": "modify", "sign-2": "modify", "settled": "in-sync"}
        assert (done.code, done.document["account"]["sandbox"], modifies(sandbox.requests)) == (0, True, [])
    assert not (top / ".reconciler").exists()


def test_only_narrows_a_plan_and_asks_the_account_for_nothing_else(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("plan", "--only", "sign-2", "--format", "json", "--endpoint", sandbox.url, *FAST)
        described = [entry["params"] for entry in sandbox.requests if entry["action"] == "DescribeSmsSignList"]
    assert list(done.by_key("verdict")) == ["sign-2"]
    assert [params["SignIdSet"] for params in described] == [[1002]]


@pytest.mark.parametrize(("most", "code"), [("1", 6), ("2", 0)])
def test_max_changes_refuses_a_larger_plan_after_showing_it(top: Path, most: str, code: int) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("plan", "--max-changes", most, "--format", "json", "--endpoint", sandbox.url, *FAST)
    assert (done.code, done.document["summary"]["modify"]) == (code, 2)


def test_text_goes_without_colour_to_what_is_no_terminal(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS) as sandbox:
        done = inside("plan", "--endpoint", sandbox.url, *FAST)
    assert "modify" in done.out
    assert "\x1b" not in done.out + done.err


def test_an_offline_plan_needs_neither_keys_nor_account_and_says_how_old_it_is(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(top, SIGNS, uin=UIN)
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name)
    nothing = inside("plan", "--offline", "--format", "json")
    assert set(nothing.by_key("verdict").values()) == {"unverified"}
    text = inside("plan", "--offline")
    assert "nothing is recorded for this account yet" in text.out


def test_an_offline_plan_compares_with_the_record(top: Path) -> None:
    write(top, SIGNS, uin=UIN)
    with serving(SIGNS) as sandbox:
        assert inside("apply", "--yes", "--endpoint", sandbox.url, *FAST).code == 0
    # What the sandbox's record is called differs from the vendor's, so that neither is taken for the other.
    folder = top / ".reconciler"
    record = (folder / f"sandbox-{UIN}-ap-singapore.json").read_text().replace('"sandbox": true', '"sandbox": false')
    (folder / f"{UIN}-ap-singapore.json").write_text(record)
    write(top, [SIGNS[0]._replace(remark="Other"), *SIGNS[1:]], uin=UIN)
    done = inside("plan", "--offline", "--format", "json")
    assert done.by_key("verdict") == {"sign-1": "modify", "sign-2": "waiting", "settled": "unverified"}
    assert "0 minutes old" in inside("plan", "--offline").out


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--sandbox",), "goes with neither"),
        (("--endpoint", "http://127.0.0.1:1"), "goes with neither"),
        ((), "account.uin"),
    ],
)
def test_an_offline_plan_without_what_it_needs_is_a_usage_error(top: Path, more: tuple[str, ...], told: str) -> None:
    write(top, SIGNS)
    done = inside("plan", "--offline", *more)
    assert (done.code, told in done.err) == (2, True)


def test_a_plan_tells_of_a_run_that_may_have_a_call_under_way(top: Path) -> None:
    write(top, SIGNS)
    store = FileStore(top / ".reconciler", NAME)
    for age, said in ((0, "another apply is at work (Ann, since 20"), (7200, "an apply was cut off (Ann, since 20")):
        made = intent(ACME, row(), ago=0.0, status=IntentState.LIVE)._replace(at=time.time() - age, by="Ann")
        entries: dict[Subject, Entry] = {SIGN_ID: Entry(1, None, (made,))}
        store.update(partial(State._replace, entries=entries), "intend")
        with serving(SIGNS) as sandbox:
            done = inside("plan", "--endpoint", sandbox.url, *FAST)
        assert (done.code, said in done.out) == (0, True), done.out


def test_an_account_that_may_not_be_listed_is_planned_by_id_and_that_is_told(top: Path) -> None:
    write(top, SIGNS)
    with serving(SIGNS, facts=UnconfirmedBehaviour(listing="refused")) as sandbox:
        done = inside("plan", "--endpoint", sandbox.url, *FAST)
    assert (done.code, "whole list was not read" in done.out) == (0, True)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, ""),
        (1, ""),
        (2, "was refused"),
        (3, "has to be supplemented"),
        (4, ""),
        (5, "was changed, and the change refused"),
    ],
)
def test_a_qualification_with_a_problem_is_noted(top: Path, code: int, said: str) -> None:
    sign = Sign("one", 1001, "One", status=APPROVED, international=False)
    write(top, [sign], site="china")
    row = RowData(1001, "One", international=False, status_code=0, qualification_id=77, qualification_status_code=code)
    with serving(AccountData(UIN, (row,))) as sandbox:
        done = inside("plan", "--endpoint", sandbox.url, *FAST)
    assert ("qualification 77 " + said in done.out) is bool(said)
    assert "the account shows qualification 77, the definition has none" in done.out


def test_an_account_with_more_signatures_than_the_vendor_allows_is_noted(top: Path) -> None:
    many = [pending(number) for number in range(51)]
    write(top, many[:30])
    for held, noted in ((50, False), (51, True)):
        with serving(many[:held]) as sandbox:
            done = inside("plan", "--endpoint", sandbox.url, *FAST)
        assert ("the account shows 51 signatures" in done.out) is noted


def test_what_is_odd_about_the_definitions_comes_below_the_plan(top: Path) -> None:
    signs = (pending(1), pending(2, name="New 1"))
    write(top, signs)
    with serving(signs) as sandbox:
        command = [*COMMAND, "plan", "--endpoint", sandbox.url, *FAST]
        done = subprocess.run(
            command,
            env={**os.environ, **KEYS},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("SANDBOX")
    assert "warning: duplicate `sign_name`" in lines[-1]
    assert done.stdout.count("warning:") == 1


def test_what_is_odd_about_the_definitions_is_said_where_the_account_fails_too(top: Path) -> None:
    write(top, (pending(1), pending(2, name="New 1")))
    done = inside("plan", "--endpoint", "http://127.0.0.1:9", *FAST)
    assert done.code == 5
    assert "warning: duplicate `sign_name`" in done.err
