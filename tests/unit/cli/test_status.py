"""``status``: what needs a person, what waits and for how long that is normal, and watching until all are decided."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import threading
import time
from pathlib import Path

import pytest

from reconciler.cli.output import Session
from reconciler.sandbox.account import review, review_saved
from reconciler.sandbox.model import AccountData, RowData
from reconciler.schemas import first_mismatch
from tests.fixtures.commands import COMMAND, FAST, KEYS, Done, inside, process
from tests.fixtures.project import APPROVED, NOT_EFFECTIVE, PENDING, REJECTED, UIN, Sign, account, pending, write
from tests.fixtures.serving import serving

pytestmark = pytest.mark.usefixtures("keys")


def run(url: str, *arguments: str) -> Done:
    return inside("status", *arguments, "--endpoint", url, *FAST)


@pytest.mark.parametrize(
    ("status", "code", "needs"),
    [
        (APPROVED, 0, None),
        (NOT_EFFECTIVE, 0, None),
        (PENDING, 0, None),
        (REJECTED, 6, "rejected"),
        (7, 6, "unknown"),
        (None, 6, "missing"),
    ],
)
def test_check_turns_red_where_a_person_is_needed(top: Path, status: int | None, code: int, needs: str | None) -> None:
    sign = Sign("one", 1001, "One", status=status)
    write(top, [sign])
    with serving([sign]) as sandbox:
        assert run(sandbox.url).code == 0
        done = run(sandbox.url, "--check", "--format", "json")
    assert done.code == code
    assert done.by_key("needs") == {"one": needs}
    assert first_mismatch("status", done.document) is None


def test_check_turns_red_for_a_qualification_with_a_problem(top: Path) -> None:
    write(top, [Sign("one", 1001, "One", international=False)], site="china")
    row = RowData(1001, "One", international=False, status_code=0, qualification_id=7, qualification_status_code=2)
    with serving(AccountData(UIN, (row,))) as sandbox:
        done = run(sandbox.url, "--check")
    assert done.code == 6
    assert "qualification 7 was refused" in done.out


def test_another_name_of_an_observed_one_needs_a_person(top: Path) -> None:
    watched = "  one: {sign_id: 1001, sign_name: Old, international: true, observe: true}"
    (top / "signatures.yaml").write_text(
        f"version: 1\naccount: {{site: international, region: ap-singapore}}\nsignatures:\n{watched}\n"
    )
    with serving([Sign("one", 1001, "New", status=APPROVED)]) as sandbox:
        text, table = run(sandbox.url, "--check"), run(sandbox.url, "--format", "markdown").out
        document = run(sandbox.url, "--format", "json")
    assert text.code == 6
    assert "the account shows the name New, the definition has Old\n      -> write the name" in text.out
    assert (document.by_key("needs"), document.by_key("drift")) == ({"one": "drifted"}, {"one": ["sign_name"]})
    assert first_mismatch("status", document.document) is None
    assert "**Needs a person (1)**" in table
    assert "write the name that the account shows" in table


def test_a_rejected_one_that_is_only_observed_is_not_told_to_be_applied(top: Path) -> None:
    watched = "  one: {sign_id: 1001, sign_name: One, international: true, observe: true}"
    (top / "signatures.yaml").write_text(
        f"version: 1\naccount: {{site: international, region: ap-singapore}}\nsignatures:\n{watched}\n"
    )
    with serving([Sign("one", 1001, "One", status=REJECTED)]) as sandbox:
        done, table = run(sandbox.url, "--check"), run(sandbox.url, "--format", "markdown").out
    assert done.code == 6
    for shown in (done.out, table):
        assert "submit it again in the console, or remove" in shown
        assert "change the definition as the reviewer asks" not in shown


def test_what_an_approved_one_waits_for_is_said_and_nobody_is_needed(top: Path) -> None:
    sign = Sign("one", 1001, "One", status=NOT_EFFECTIVE)
    write(top, [sign])
    with serving([sign]) as sandbox:
        done = run(sandbox.url, "--check", "--watch")
    assert done.code == 0
    assert "waits to take effect" in done.out


def test_a_review_that_takes_longer_than_any_is_pointed_out(top: Path) -> None:
    write(top, [Sign("one", 1001, "One")])
    for days, told in ((13, False), (15, True)):
        row = RowData(1001, "One", international=True, status_code=1, create_time=int(time.time()) - days * 86_400)
        with serving(AccountData(UIN, (row,))) as sandbox:
            done, document = run(sandbox.url, "--check"), run(sandbox.url, "--format", "json")
        assert done.code == 0, "it waits, and is neither rejected nor for somebody of this side to put right"
        assert ("it has waited for more than 14 days" in done.out) is told
        assert document.by_key("overdue") == {"one": told}


def test_status_fits_the_terminal(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sign = Sign("one", 1001, "One")
    write(top, [sign])
    monkeypatch.setattr(Session, "columns", lambda _self, **_given: 40)
    with serving([sign]) as sandbox:
        done = run(sandbox.url)
    assert max(map(len, done.out.splitlines())) <= 40


def test_a_carrier_filing_is_a_wait_of_its_own(top: Path) -> None:
    sign = Sign("one", 1001, "One", international=False)
    write(top, [sign], site="china")
    young = RowData(1001, "One", international=False, status_code=-1, create_time=int(time.time()) - 86_400)
    for created, reply, wait, code in (
        (young.create_time, "", "filing", 0),
        (young.create_time, "Blurred", None, 6),
        (young.create_time - 30 * 86_400, "", None, 6),
    ):
        row = RowData(1001, "One", international=False, status_code=-1, create_time=created, review_reply=reply)
        with serving(AccountData(UIN, (row,))) as sandbox:
            done = run(sandbox.url, "--check", "--format", "json")
            text = run(sandbox.url).out
        assert (done.by_key("wait"), done.code) == ({"one": wait}, code)
        assert ("5 to 10 working days" in text) is (wait == "filing")


def test_the_last_submission_is_shown_with_when_by_whom_and_its_request(top: Path) -> None:
    sign = pending(1)
    write(top, [sign])
    with serving([sign]) as sandbox:
        inside("apply", "--yes", "--endpoint", sandbox.url, *FAST)
        text, document = run(sandbox.url).out, run(sandbox.url, "--format", "json")
    own = document.by_key("submitted")["sign-1"]
    assert own["request_id"] in text
    assert own["adopted"] is False
    assert "submitted by this tool 20" in text
    assert "waits for review: normally about two hours" in text


def test_three_thousand_signatures_are_a_page(top: Path) -> None:
    signs = [Sign(f"s-{number}", number, f"Name {number}", status=APPROVED) for number in range(1, 3001)]
    bad = Sign("bad", 5000, "Bad", status=REJECTED)
    write(top, [*signs, bad])
    with serving([*signs, bad]) as sandbox:
        page, whole = run(sandbox.url).out, run(sandbox.url, "--all").out
    assert len(page.splitlines()) < 40
    assert page.splitlines()[2].split()[:2] == ["rejected", "bad"], "what needs a person comes first"
    assert "and 2980 more that need nothing" in page
    assert len(whole.splitlines()) > 3000


def test_a_record_that_cannot_be_read_keeps_nobody_from_seeing_the_reviews(top: Path) -> None:
    sign = pending(1)
    write(top, [sign])
    (top / ".reconciler").mkdir()
    (top / ".reconciler" / f"sandbox-{UIN}-ap-singapore.json").write_text("{")
    with serving([sign]) as sandbox:
        done = run(sandbox.url)
    assert done.code == 0
    assert "the record cannot be read" in done.err


def test_watch_ends_at_once_where_all_is_decided(top: Path) -> None:
    for status, code in ((APPROVED, 0), (REJECTED, 6)):
        sign = Sign("one", 1001, "One", status=status)
        write(top, [sign])
        with serving([sign]) as sandbox:
            assert run(sandbox.url, "--watch").code == code


def test_watch_ends_after_its_time(top: Path) -> None:
    write(top, [pending(1)])
    with serving([pending(1)]) as sandbox:
        started = time.monotonic()
        assert run(sandbox.url, "--watch", "--every", "0.05", "--timeout", "0.3").code == 6
    assert time.monotonic() - started < 30


def test_looking_more_often_is_for_loopback_only(top: Path) -> None:
    write(top, [pending(1)], uin=UIN)
    done = inside("status", "--watch", "--every", "1")
    assert done.code == 2
    assert "loopback only" in done.err


def test_watch_off_a_terminal_prints_a_line_for_each_change(top: Path) -> None:
    signs = (Sign("one", 1001, "One"), Sign("two", 1002, "Two", status=APPROVED))
    write(top, signs)
    with serving(account(signs)) as sandbox:
        approve = threading.Timer(0.5, lambda: review(sandbox.account, 1001, "approve"))
        approve.start()
        done = run(sandbox.url, "--watch", "--every", "0.05", "--timeout", "60")
        approve.join()
    assert done.code == 0, done
    assert re.findall(r"one \(1001\): (\S+)", done.err) == ["pending", "approved"]
    assert done.err.count("two (1002): approved") == 1


def test_watch_in_a_terminal_follows_until_the_reviewer_approves_the_last_one(tmp_path: Path) -> None:
    write(tmp_path, [Sign("one", 1001, "One"), Sign("名", 1002, "Two")._replace(key="two")])
    env = {**os.environ, **KEYS, "TERM": "xterm", "COLUMNS": "100"}
    first = process("plan", "--sandbox", cwd=tmp_path)
    assert first.code == 0
    (saved,) = (tmp_path / ".reconciler").glob("sandbox-account-*.json")
    main, child_end = pty.openpty()
    child = subprocess.Popen(
        [*COMMAND, "status", "--sandbox", "--watch", "--every", "0.1", "--timeout", "100"],
        cwd=tmp_path,
        env=env,
        stdin=child_end,
        stdout=child_end,
        stderr=child_end,
    )
    os.close(child_end)
    seen = until(main, "pending")
    review_saved(saved, 1001, "approve", "")
    review_saved(saved, 1002, "approve", "")
    seen += until(main, "2 approved")
    assert child.wait(timeout=60) == 0
    os.close(main)
    assert "\x1b[" in seen


def until(terminal: int, word: str) -> str:
    seen, end = "", time.monotonic() + 60
    while word not in seen and time.monotonic() < end:
        poll = select.poll()  # select() takes no descriptor above 1023
        poll.register(terminal, select.POLLIN)
        if poll.poll(200):
            try:
                seen += os.read(terminal, 65536).decode("utf-8", "replace")
            except OSError:
                break
    assert word in seen, seen
    return seen


NEW = Sign("fresh", "new", "Fresh")  # type: ignore[arg-type]  # the word that stands for no id
HELD = RowData(1120, "Fresh", True, APPROVED)


def status_of_new(top: Path, *rows: RowData, more: tuple[str, ...] = ()) -> dict[str, Done]:
    """Return the status of a new signature, with ``--check``, in each format."""
    write(top, [NEW])
    with serving(AccountData(UIN, rows)) as sandbox:
        return {form: run(sandbox.url, "--check", "--format", form, *more) for form in ("text", "json", "markdown")}


@pytest.mark.parametrize("more", [(), ("--only", "fresh")])
def test_a_signature_that_is_not_created_yet_is_said_to_be_and_needs_nobody(top: Path, more: tuple[str, ...]) -> None:
    found = status_of_new(top, RowData(1, "Other", True, APPROVED), more=more)
    assert [done.code for done in found.values()] == [0, 0, 0]
    text = found["text"].out
    assert "missing  fresh  new  Fresh\n      not created yet: `reconciler apply` adds it\n" in text
    assert "check sign_id" not in text
    assert found["json"].by_key("status") == {"fresh": "missing"}
    assert found["json"].by_key("detail") == {"fresh": "not created yet: `reconciler apply` adds it"}
    assert found["json"].by_key("needs") == {"fresh": None}
    assert "not created yet" in found["markdown"].out
    assert first_mismatch("status", found["json"].document) is None


def test_it_is_said_in_chinese_too(top: Path) -> None:
    write(top, [NEW])
    with serving(AccountData(UIN, ())) as sandbox:
        done = inside("--lang", "zh", "status", "--endpoint", sandbox.url, *FAST)
    assert "尚未创建" in done.out


def test_a_new_signature_whose_name_is_taken_needs_a_person(top: Path) -> None:
    found = status_of_new(top, HELD)
    assert [done.code for done in found.values()] == [6, 6, 6]
    assert "the account holds a signature of this name already, approved: 1120" in found["text"].out
    assert "-> write `sign_id: 1120` to manage that one" in found["text"].out
    assert found["json"].by_key("needs") == {"fresh": "missing"}


def test_watch_does_not_wait_for_what_no_apply_created(top: Path) -> None:
    write(top, [NEW])
    with serving(AccountData(UIN, ())) as sandbox:
        assert run(sandbox.url, "--watch", "--every", "0.05").code == 6


def test_a_row_that_is_gone_is_no_signature_that_is_not_created_yet(top: Path) -> None:
    write(top, [Sign("gone", 7, "Gone")])
    with serving(AccountData(UIN, ())) as sandbox:
        done = run(sandbox.url, "--check", "--format", "json")
    assert done.code == 6
    assert done.by_key("detail") == {"gone": None}
