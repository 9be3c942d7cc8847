from __future__ import annotations

import html
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from reconciler.render.issue import issue_text
from tests.fixtures.commands import inside
from tests.fixtures.documents import plan, result, signature, status, status_row
from tests.fixtures.github_server import BOT, GitHub
from tests.fixtures.project import REJECTED, pending, write
from tests.fixtures.serving import serving
from tests.fixtures.steps import (
    Step,
    stored,
    workflow,
)


def test_a_rejection_opens_an_issue_that_says_what_the_reviewer_said_and_where_to_change(
    hub: GitHub, tmp_path: Path
) -> None:
    rejected = signature(reason="rejected", advice="", drift=[], changes=[], review_reply="Blurred `scan`")
    place = {"file": "sms/signatures.yaml", "line": 12, "column": 3}
    document = plan(rejected | {"location": place})
    document["account"] |= {"uin": "100000000001", "region": "ap-singapore"}
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", stored(tmp_path, document))
    assert done.out == "issues: 1 opened, 0 updated, 0 closed\n"
    [issue] = hub.issues
    assert issue["title"] == "SMS signature acme-otp (1110): rejected"
    assert "The reviewer says: <code>Blurred &#96;scan&#96;</code>" in issue["body"]
    blob = f"https://github.example/acme/signatures/blob/{'a' * 40}/sms/signatures.yaml#L12"
    assert f"[<code>sms/signatures.yaml&#58;12</code>]({blob})" in issue["body"]
    assert issue["user"] == {"login": BOT}


def test_an_issue_of_a_fleet_names_the_account(hub: GitHub, tmp_path: Path) -> None:
    entries = []
    for number, name in enumerate(("acme", "eu/globex"), 1):
        made = plan(signature(reason="rejected", advice="", drift=[], changes=[]))
        made["account"] |= {"uin": f"10000000000{number}", "region": "ap-singapore"}
        entries.append({"name": name, "exit_code": 0, "plan": made})
    summary = {"accounts": 2, "failed": 0, "exit_code": 0, "counts": {}}
    with workflow(hub, tmp_path, {}):
        inside("github", "issues", stored(tmp_path, {"version": 1, "accounts": entries, "summary": summary}))
    titles = [issue["title"] for issue in hub.issues]
    assert titles == [f"SMS signature {name}: acme-otp (1110): rejected" for name in ("acme", "eu/globex")]


ADVICE = (
    "`reconciler adopt acme-otp` records the definition as what was submitted,"
    " `apply --only acme-otp --resubmit acme-otp` submits it again"
)


@pytest.mark.parametrize(
    ("account", "file", "folder"),
    [
        ("acme", "acme/signatures.yaml", "acme"),
        ("eu/globex", "sms/eu/globex/more/x.yaml", "sms/eu/globex"),
        ("a b", "sms/a b/signatures.yaml", "'sms/a b'"),
    ],
)
def test_commands_of_an_issue_of_a_fleet_work_as_they_are_pasted(account: str, file: str, folder: str) -> None:
    made: Any = signature(advice=ADVICE, location={"file": file, "line": 1, "column": 1})
    text = html.unescape(issue_text(made, "", account))
    commands = re.findall("<code>(reconciler .*?)</code>", text)
    assert commands == [
        f"reconciler adopt acme-otp --definitions {folder}",
        f"reconciler apply --only acme-otp --resubmit acme-otp {folder}",
    ]


def test_the_commands_of_an_issue_of_a_fleet_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in (("acme", 1), ("globex", 2)):
        write(tmp_path / "sms" / name, [pending(number)])
    (tmp_path / ".git").mkdir()
    for name in ("acme", "globex"):
        (tmp_path / "sms" / name / ".git").rmdir()
    monkeypatch.chdir(tmp_path)
    place = {"file": "sms/acme/signatures.yaml", "line": 1, "column": 1}
    made: Any = signature(advice=ADVICE.replace("acme-otp", "sign-1"), location=place)
    text = html.unescape(issue_text(made, "", "acme"))
    for command in re.findall("<code>reconciler (.*?)</code>", text):
        done = inside(*shlex.split(command), "--sandbox", "--yes")
        assert (done.code, "sign-1" in done.out) == (0, True), done


def test_the_commands_of_the_only_account_stay_as_they_are() -> None:
    place = {"file": "sms/signatures.yaml", "line": 1, "column": 1}
    made: Any = signature(advice=ADVICE, location=place)
    text = issue_text(made, "")
    assert "<code>reconciler adopt acme-otp</code>" in text


@pytest.mark.parametrize(
    ("differing", "opened"),
    [
        ({"verdict": "stuck"}, 1),
        ({"verdict": "refused", "status": "approved"}, 1),
        ({"verdict": "blocked", "status": "missing"}, 1),
        ({"verdict": "modify", "status": "pending", "drift": ["sign_name"]}, 1),
        ({"verdict": "modify", "status": "pending", "drift": []}, 0),
        ({"verdict": "waiting", "status": "pending", "drift": []}, 0),
        ({"verdict": "in-sync", "status": "approved", "drift": []}, 0),
    ],
)
def test_an_issue_is_for_what_needs_somebody(
    hub: GitHub, tmp_path: Path, differing: dict[str, object], opened: int
) -> None:
    document = plan(signature() | differing)
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", stored(tmp_path, document))
    assert done.out.startswith(f"issues: {opened} opened")


def test_an_issue_is_closed_once_its_signature_is_approved_and_not_before(hub: GitHub, tmp_path: Path) -> None:
    states = [("modify", "rejected"), ("waiting", "pending"), ("in-sync", "approved")]
    said = []
    with workflow(hub, tmp_path, {}) as patch:
        patch.delenv("GITHUB_SHA")
        for verdict, status in states:
            document = plan(signature(verdict, status=status, drift=[]))
            said.append(inside("github", "issues", stored(tmp_path, document)).out)
    assert said == [
        "issues: 1 opened, 0 updated, 0 closed\n",
        "issues: 0 opened, 1 updated, 0 closed\n",
        "issues: 0 opened, 0 updated, 1 closed\n",
    ]
    assert "](" not in hub.issues[0]["body"]


def test_many_rejections_are_left_to_the_next_run(hub: GitHub, tmp_path: Path) -> None:
    document = plan(*(signature(key=f"a-{number}", sign_id=number) for number in range(1, 24)))
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", stored(tmp_path, document))
    assert done.out == "issues: 20 opened, 0 updated, 0 closed; 3 more are for the next run\n"


STOPPED = {"code": "Client.Record", "message": "ended", "hint": ""}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"version": 1, "valid": False, "diagnostics": []}, 2),
        ({"version": 1, "error": {"code": 5, "message": "no keys", "hint": ""}}, 2),
        (status(status_row()), 2),
        (plan(signature() | result(), error=STOPPED), 2),
        (plan({name: value for name, value in signature().items() if name != "verdict"}), 6),
    ],
)
def test_a_document_that_is_no_whole_plan_closes_no_issue(
    hub: GitHub, tmp_path: Path, document: dict[str, Any], code: int
) -> None:
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", stored(tmp_path, document))
    assert done.code == code, done.err
    assert not hub.requests


def test_rejected_signatures_of_a_real_plan_become_issues(hub: GitHub, step: Step, tmp_path: Path) -> None:
    rejected = pending(1, status=REJECTED)
    write(step.top, [rejected])
    with serving([rejected]) as sandbox:
        assert step.run("plan", "--endpoint", sandbox.url, "--tolerate-refusals").code == 0
    with workflow(hub, tmp_path, {}):
        done = inside("github", "issues", step.top / "out" / "document.json")
    assert done.out == "issues: 1 opened, 0 updated, 0 closed\n"
    assert "<!-- sms-signature-reconciler issue 100000000001-ap-singapore 1001 -->" in hub.issues[0]["body"]
