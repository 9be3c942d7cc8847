"""The fleet's workflows run by act: a pull request that touches two of five accounts, to the apply of those two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

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
    changed = dict.fromkeys(("beta", "eu/epsilon"), (pending(1),))
    write_fleet(runner.work / "accounts", changed, roles=True, branches=True, names=NAMES)
    commit = runner.push(MERGE)
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


def writes(sandbox: Sandbox) -> Counter[str]:
    """Return how many submissions each account took."""
    return Counter(entry["uin"] for entry in sandbox.requests if entry["action"] == "ModifySmsSign")
