"""The fleet's workflows run by act, for five accounts: from a pull request that touches two of them to their apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.sandbox import review_running
from reconciler.sandbox.model import AccountData
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from tests.fixtures.fleets import write_fleet
from tests.fixtures.github_server import REPOSITORY, GitHub
from tests.fixtures.project import pending
from tests.fixtures.runner import Runner, git, install

pytestmark = pytest.mark.soak

HUB = "100012345678"
MERGE = "refs/pull/7/merge"
SIGN = 1001
NAMES = ("alpha", "beta", "delta", "eu/epsilon", "gamma")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def fleet(tmp_path: Path, hub: GitHub, installed: Path) -> Iterator[tuple[Runner, Sandbox]]:
    work = tmp_path / "before"
    seeds = write_fleet(work / "accounts", dict.fromkeys(NAMES, (pending(1, name="Old 1"),)), roles=True, branches=True)
    with running(Options(seed=AccountData(HUB), others=tuple(seeds.values()), limits=False)) as sandbox:
        runner = Runner(tmp_path / "loop", hub, sandbox.url, installed)
        (work / "accounts").rename(runner.work / "accounts")
        runner.push("refs/heads/main")
        yield runner, sandbox


def test_two_of_five_accounts_from_the_pull_request_to_their_apply(fleet: tuple[Runner, Sandbox], hub: GitHub) -> None:
    runner, sandbox = fleet
    before = git(runner.work, "rev-parse", "HEAD").strip()
    commit = change(runner, MERGE)
    head = {"ref": "topic", "sha": commit, "repo": {"full_name": REPOSITORY}}
    pull = {"pull_request": {"number": 7, "head": head, "base": {"ref": "main", "sha": before}}}
    planned = runner.run("fleet-plan", "pull_request", pull, MERGE)
    assert planned.succeeded == {"Plan", "Comment"}, planned.log
    [comment] = hub.comments[7]
    assert "### SMS signatures of 2 accounts: 2 modify" in comment["body"]
    assert "<code>eu/epsilon</code>" in comment["body"]
    assert "alpha" not in comment["body"]
    assert not writes(sandbox)
    runner.push("refs/heads/main")
    push = {"ref": "refs/heads/main", "before": before, "after": commit}
    applied = runner.run("fleet-apply", "push", push, "refs/heads/main")
    assert applied.failed == set(), applied.log
    assert writes(sandbox) == {"100000000002": 1, "100000000004": 1}
    branches = git(runner.remote, "branch", "--format=%(refname:short)").split()
    assert sorted(branches) == ["main", "reconciler-state/beta", "reconciler-state/eu/epsilon"]
    again = runner.run("fleet-apply", "push", push, "refs/heads/main")
    assert again.succeeded == {"Plan"}, again.log
    assert sum(writes(sandbox).values()) == 2


def test_a_merge_whose_own_run_never_came_is_told_by_the_drift_and_applied_by_the_next_run(
    fleet: tuple[Runner, Sandbox],
) -> None:
    runner, sandbox = fleet
    change(runner, "refs/heads/main")
    told = runner.run("fleet-drift", "schedule", {}, "refs/heads/main")
    assert told.failed == {"Watch"}, told.log
    for name in ("beta", "eu/epsilon"):
        assert f"::warning file=accounts/{name}/signatures.yaml,line=" in told.log
    assert not writes(sandbox)
    before = git(runner.work, "rev-parse", "HEAD").strip()
    push = {"ref": "refs/heads/main", "before": before, "after": runner.push("refs/heads/main")}
    applied = runner.run("fleet-apply", "push", push, "refs/heads/main")
    assert applied.failed == set(), applied.log
    assert writes(sandbox) == {"100000000002": 1, "100000000004": 1}
    quiet = runner.run("fleet-drift", "schedule", {}, "refs/heads/main")
    assert quiet.succeeded == {"Watch"}, quiet.log


def test_an_account_without_its_branch_fails_the_pull_request_and_stops_no_others_apply(
    fleet: tuple[Runner, Sandbox],
) -> None:
    runner, sandbox = fleet
    before = git(runner.work, "rev-parse", "HEAD").strip()
    changed = {"beta": (pending(1),)}
    write_fleet(runner.work / "accounts", changed, roles=True, branches=True, names=NAMES)
    write_fleet(runner.work / "accounts", {"gamma": (pending(1),)}, roles=True, names=NAMES)
    commit = runner.push(MERGE)
    head = {"ref": "topic", "sha": commit, "repo": {"full_name": REPOSITORY}}
    pull = {"pull_request": {"number": 7, "head": head, "base": {"ref": "main", "sha": before}}}
    planned = runner.run("fleet-plan", "pull_request", pull, MERGE)
    assert (planned.failed, planned.succeeded) == ({"Plan"}, {"Comment"}), planned.log
    assert "::error file=accounts/gamma/signatures.yaml,line=2" in planned.log
    runner.push("refs/heads/main")
    applied = runner.run("fleet-apply", "workflow_dispatch", {"ref": "refs/heads/main"}, "refs/heads/main")
    assert applied.failed > {"Plan"}, applied.log  # act fails every job of a matrix where one does
    assert "Failure - Main Fail where something is refused" in applied.log
    assert writes(sandbox) == {"100000000002": 1}


def test_a_forks_change_of_a_fleet_is_commented_on_by_the_workflow_for_both(
    fleet: tuple[Runner, Sandbox], hub: GitHub
) -> None:
    runner, sandbox = fleet
    before = git(runner.work, "rev-parse", "HEAD").strip()
    commit = change(runner, MERGE)
    head = {"ref": "topic", "sha": commit, "repo": {"full_name": "stranger/signatures"}}
    pull = {"pull_request": {"number": 7, "head": head, "base": {"ref": "main", "sha": before}}}
    planned = runner.run("fleet-plan", "pull_request", pull, MERGE, fork=True)
    assert planned.succeeded == {"Plan of a fork"}, planned.log
    assert not sandbox.requests
    files = {file.name: file.read_bytes() for file in (runner.store / "fleet").iterdir()}
    hub.add_artifact(41, "fleet", files)
    hub.pulls = [{"number": 7, "state": "open", "head": {"sha": commit}}]
    following = {
        "id": 41,
        "name": "SMS fleet plan",
        "event": "pull_request",
        "head_branch": "topic",
        "head_sha": commit,
        "head_repository": {"full_name": "stranger/signatures", "owner": {"login": "stranger"}},
    }
    commented = runner.run("comment", "workflow_run", {"workflow_run": following}, "main", fork=True)
    assert commented.succeeded == {"Comment"}, commented.log
    [comment] = hub.comments[7]
    assert "### SMS signatures of 2 accounts: " in comment["body"]


def writes(sandbox: Sandbox) -> Counter[str]:
    """Return how many submissions each account took."""
    return Counter(entry["uin"] for entry in sandbox.requests if entry["action"] == "ModifySmsSign")


def change(runner: Runner, ref: str) -> str:
    """Let two accounts define another name, and return the commit that does."""
    changed = dict.fromkeys(("beta", "eu/epsilon"), (pending(1),))
    write_fleet(runner.work / "accounts", changed, roles=True, branches=True, names=NAMES)
    return runner.push(ref)


def test_an_account_that_cannot_be_planned_stops_no_others_apply(fleet: tuple[Runner, Sandbox]) -> None:
    runner, sandbox = fleet
    before = git(runner.work, "rev-parse", "HEAD").strip()
    (runner.work / "accounts/gamma/signatures.yaml").write_text("version: 2\n", encoding="utf-8")
    push = {"ref": "refs/heads/main", "before": before, "after": change(runner, "refs/heads/main")}
    applied = runner.run("fleet-apply", "push", push, "refs/heads/main")
    assert applied.failed == {"Plan"}, applied.log
    assert writes(sandbox) == {"100000000002": 1, "100000000004": 1}


def test_a_rejection_in_one_account_opens_an_issue_that_its_approval_closes(
    fleet: tuple[Runner, Sandbox], hub: GitHub
) -> None:
    runner, sandbox = fleet
    review_running(sandbox.url, SIGN, "reject", "Blurred scan, @everyone", uin="100000000004")
    broken = runner.work / "accounts/gamma/signatures.yaml"
    whole = broken.read_text(encoding="utf-8")
    broken.write_text("version: 2\n", encoding="utf-8")
    runner.push("refs/heads/main")
    watched = runner.run("fleet-drift", "schedule", {}, "refs/heads/main")
    assert watched.failed == {"Watch"}, watched.log  # for gamma, which stops nobody's issues
    [issue] = hub.issues
    assert issue["title"] == "SMS signature eu/epsilon: sign-1 (1001): rejected"
    assert "100000000004-ap-singapore" in issue["body"]
    assert "Blurred scan" in issue["body"]
    assert "accounts/eu/epsilon/signatures.yaml#L" in issue["body"]
    broken.write_text(whole, encoding="utf-8")
    runner.push("refs/heads/main")
    again = runner.run("fleet-drift", "schedule", {}, "refs/heads/main")
    assert again.failed == {"Watch"}, again.log  # for what an apply would submit of the rejected one
    assert [item["state"] for item in hub.issues] == ["open"]
    review_running(sandbox.url, SIGN, "approve", uin="100000000004")
    settled = runner.run("fleet-drift", "schedule", {}, "refs/heads/main")
    assert settled.succeeded == {"Watch"}, settled.log
    assert [(item["number"], item["state"]) for item in hub.issues] == [(issue["number"], "closed")]
    assert not writes(sandbox)
