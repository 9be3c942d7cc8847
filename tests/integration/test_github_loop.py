"""The whole loop, the workflows run by act. What it cannot show is in test_workflow_files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from reconciler.cli.sandbox import review_running
from reconciler.sandbox.running import Sandbox
from tests.fixtures.github_server import REPOSITORY, GitHub
from tests.fixtures.project import APPROVED, REJECTED, UIN, Sign, pending, write
from tests.fixtures.runner import Runner, git, install
from tests.fixtures.serving import accepted, serving

pytestmark = pytest.mark.soak

MERGE = "refs/pull/7/merge"
BRANCH = "reconciler-state"
HOSTILE = "`|<!-- @everyone ##[error]x ::set-output name=x::y"


class Loop(NamedTuple):
    """A repository on GitHub and the account that its signatures belong to."""

    runner: Runner
    hub: GitHub
    sandbox: Sandbox

    def define(self, *signs: Sign) -> None:
        write(self.runner.work, signs, uin=UIN, branch=BRANCH)

    def event(self, of: str) -> dict[str, object]:
        head = {"ref": "topic", "sha": "c" * 40, "repo": {"full_name": of}}
        return {"pull_request": {"number": 7, "head": head, "base": {"ref": "main"}}}


SIGNS = (
    pending(1),
    pending(2, live=HOSTILE),
    pending(3, status=REJECTED, live="New 3"),
    Sign("locked", 1900, "Locked", status=APPROVED),
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def loop(tmp_path: Path, hub: GitHub, installed: Path) -> Iterator[Loop]:
    with serving(SIGNS) as sandbox:
        yield Loop(Runner(tmp_path, hub, sandbox.url, installed), hub, sandbox)


def test_a_pull_request_gets_one_comment_that_a_second_push_changes(loop: Loop) -> None:
    loop.define(*SIGNS)
    loop.runner.push(MERGE)
    first = loop.runner.run("plan", "pull_request", loop.event(REPOSITORY), MERGE)
    assert first.succeeded == {"Plan", "Comment"}, first.log
    [comment] = loop.hub.comments[7]
    assert "### SMS signatures: 3 modify, 1 in-sync" in comment["body"]
    loop.define(SIGNS[0], Sign("locked", 1900, "Unlocked", "Locked", status=APPROVED))
    loop.runner.push(MERGE)
    second = loop.runner.run("plan", "pull_request", loop.event(REPOSITORY), MERGE)
    assert second.failed == {"Plan"}, second.log
    assert second.succeeded == {"Comment"}
    place = r"::error file=signatures.yaml,line=\d+,col=3,"
    assert re.search(place + r"title=SMS signature \w+(?:,|%2C) locked \(1900\) refused", second.log)
    [comment] = loop.hub.comments[7]
    assert "### SMS signatures: 1 refused, 1 modify" in comment["body"]
    assert "everyone" in comment["body"]
    assert "@everyone" not in comment["body"]
    assert "set-output:: x=y" not in first.log + second.log
    (loop.runner.work / "signatures.yaml").write_text("version: 1\nsignature: {}\n", encoding="utf-8")
    loop.runner.push(MERGE)
    third = loop.runner.run("plan", "pull_request", loop.event(REPOSITORY), MERGE)
    assert third.failed == {"Plan"}, third.log
    assert re.search(r"::error file=signatures.yaml,line=2,col=1", third.log)
    [comment] = loop.hub.comments[7]
    assert "### SMS signatures: the definitions are not valid" in comment["body"]
    assert not accepted(loop.sandbox.requests)


def test_a_fork_is_planned_without_keys_and_commented_on_by_a_second_run(loop: Loop) -> None:
    loop.define(*SIGNS)
    taken = loop.runner.folder / "taken"
    for name in ("venv", "pip", "json", "yaml", "secrets", "reconciler"):
        (loop.runner.work / f"{name}.py").write_text(f"open({str(taken)!r}, 'w').close()\n", encoding="utf-8")
    loop.runner.push(MERGE)
    planned = loop.runner.run("plan", "pull_request", loop.event("stranger/signatures"), MERGE, fork=True)
    assert planned.succeeded == {"Plan of a fork"}, planned.log
    assert not loop.hub.requests
    assert not loop.sandbox.requests
    assert not taken.exists()
    files = {file.name: file.read_bytes() for file in (loop.runner.store / "signatures").iterdir()}
    loop.hub.add_artifact(41, "signatures", files)
    loop.hub.pulls = [{"number": 7, "state": "open", "head": {"sha": "c" * 40}}]
    following = {
        "id": 41,
        "event": "pull_request",
        "head_branch": "topic",
        "head_sha": "c" * 40,
        "head_repository": {"full_name": "stranger/signatures", "owner": {"login": "stranger"}},
    }
    commented = loop.runner.run("comment", "workflow_run", {"workflow_run": following}, "main", fork=True)
    assert commented.succeeded == {"Comment"}, commented.log
    [comment] = loop.hub.comments[7]
    assert "Nobody has checked it." in comment["body"]
    assert "### SMS signatures: " in comment["body"]


def test_a_merge_is_planned_and_just_that_plan_applied_and_recorded(loop: Loop) -> None:
    loop.define(*SIGNS)
    commit = loop.runner.push("refs/heads/main")
    ran = loop.runner.run("apply", "push", {"ref": "refs/heads/main", "after": commit}, "refs/heads/main")
    assert ran.succeeded == {"Plan", "Apply"}, ran.log
    assert accepted(loop.sandbox.requests) == {1001: 1, 1002: 1, 1003: 1}
    log = git(loop.runner.remote, "log", "--format=%B", BRANCH)
    assert all(key in log for key in ("sign-1", "sign-2", "sign-3"))
    assert commit in git(loop.runner.remote, "show", f"{BRANCH}:sandbox-{UIN}-ap-singapore.json")
    again = loop.runner.run("apply", "push", {"ref": "refs/heads/main", "after": commit}, "refs/heads/main")
    assert again.succeeded == {"Plan"}, again.log
    assert sum(accepted(loop.sandbox.requests).values()) == 3


def test_a_rejection_opens_an_issue_that_its_approval_closes(loop: Loop) -> None:
    loop.define(*SIGNS)
    commit = loop.runner.push("refs/heads/main")
    main = {"ref": "refs/heads/main", "after": commit}
    merged = loop.runner.run("apply", "push", main, "refs/heads/main")
    assert merged.succeeded == {"Plan", "Apply"}, merged.log
    for sign_id in (1002, 1003):
        review_running(loop.sandbox.url, sign_id, "approve")
    review_running(loop.sandbox.url, 1001, "reject", "Blurred scan, @everyone")
    watched = loop.runner.run("drift", "schedule", {}, "refs/heads/main")
    assert watched.succeeded == {"Watch"}, watched.log
    [issue] = loop.hub.issues
    assert issue["title"] == "SMS signature sign-1 (1001): stuck, rejected"
    assert "Blurred scan" in issue["body"]
    assert "signatures.yaml#L" in issue["body"]
    review_running(loop.sandbox.url, 1001, "approve")
    settled = loop.runner.run("drift", "schedule", {}, "refs/heads/main")
    assert settled.succeeded == {"Watch"}, settled.log
    assert [(item["number"], item["state"]) for item in loop.hub.issues] == [(issue["number"], "closed")]
