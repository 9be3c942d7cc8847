"""The examples for GitLab and Jenkins: their own lines, run as these run them, against the sandbox."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from reconciler.cli.sandbox import review_running
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from tests.fixtures.commands import KEYS
from tests.fixtures.environment import outside_of_tests
from tests.fixtures.fleets import uin_of, write_fleet
from tests.fixtures.project import account, pending, write
from tests.fixtures.repositories import clone, git
from tests.fixtures.runner import shipped
from tests.integration.test_other_clients import run

pytestmark = pytest.mark.soak

PAGE = Path(__file__).parents[2] / "docs" / "how-to.md"
HUB = "100012345678"
NAMES = ("acme", "eu/globex", "eu/hooli", "initech", "umbrella")
EACH_ONCE = {uin_of(number): 1 for number in range(len(NAMES))}

# It is for GitLab's own runners too; later releases need a newer Node than Debian has.
GITLAB_CI_LOCAL = "gitlab-ci-local@4.65.1"

_WRAPPER = """#!/bin/sh
case "$1" in validate) exec {command} "$@" ;; esac
exec {command} "$@" --endpoint {url} --modify-interval 0 --describe-lag 0
"""


class Shop(NamedTuple):
    """A checkout of a fleet and one more account, what the vendor has of them, and the environment of a job."""

    work: Path
    sandbox: Sandbox
    environ: Mapping[str, str]

    def writes(self) -> Counter[str]:
        """Return how many submissions each account took."""
        return Counter(entry["uin"] for entry in self.sandbox.requests if entry["action"] == "ModifySmsSign")


@pytest.fixture
def shop(tmp_path: Path, real_home: str) -> Iterator[Shop]:
    hub, work, tools = tmp_path / "group" / "hub.git", tmp_path / "work", tmp_path / "tools"
    hub.parent.mkdir()
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(hub))
    clone(hub, work)
    write(work, (pending(2),), uin=HUB, branch="reconciler-state/hub")
    seeds = write_fleet(work / "accounts", dict.fromkeys(NAMES, (pending(1),)), roles=True, branches=True)
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "Define")
    git(work, "push", "-q", "origin", "HEAD:main")
    tools.mkdir()
    with running(
        Options(seed=replace(account((pending(2),)), uin=HUB), others=tuple(seeds.values()), limits=False)
    ) as sandbox:
        wrapped(tools / "reconciler", f"{sys.executable} -m reconciler", sandbox)
        (tools / "pip").write_text('#!/bin/sh\necho "pip $*"\n', encoding="utf-8")
        (tools / "pip").chmod(0o755)
        path = f"{tools}:{os.environ['PATH']}"
        environ = outside_of_tests(os.environ) | KEYS | {"PATH": path, "HOME": real_home, "TOOL": "the tool"}
        yield Shop(work, sandbox, environ)


def wrapped(path: Path, command: str, sandbox: Sandbox) -> None:
    """Put the command there, so that it talks to the sandbox."""
    path.write_text(_WRAPPER.format(command=command, url=sandbox.url), encoding="utf-8")
    path.chmod(0o755)


def gitlab_jobs() -> dict[str, Any]:
    """Return the jobs of the page's examples by name."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    jobs: dict[str, Any] = {}
    for block in blocks:
        if "script:" in block:
            jobs |= yaml.safe_load(block)
    return jobs


def as_gitlab(shop: Shop, job: Mapping[str, Any], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a job's script as GitLab's runner does, in one shell that ends with the first line that fails."""
    script = "\n".join(["set -eo pipefail", *job["script"]])
    environ = {**shop.environ, **job.get("variables", {}), **variables, "CI": "true", "GITLAB_CI": "true"}
    return run("bash", "-c", script, environ=environ, cwd=shop.work)


def test_the_shards_of_the_gitlab_example_submit_for_each_account_once(shop: Shop) -> None:
    job = gitlab_jobs()["apply-fleet"]
    [matrix] = job["parallel"]["matrix"]
    shards = matrix["SHARD"]
    for number, shard in enumerate(shards, start=1):
        done = as_gitlab(shop, job, SHARD=shard, CI_NODE_INDEX=str(number), CI_NODE_TOTAL=str(len(shards)))
        assert done.returncode == 0, done.stderr
    assert shop.writes() == EACH_ONCE


def test_a_shard_that_fails_ends_its_job(shop: Shop) -> None:
    (shop.work / "accounts/acme/signatures.yaml").write_text("version: 2\n", encoding="utf-8")
    job = gitlab_jobs()["apply-fleet"]
    ends = {shard: as_gitlab(shop, job, SHARD=shard).returncode for shard in job["parallel"]["matrix"][0]["SHARD"]}
    assert sorted(ends.values()) == [0, 0, 0, 4]
    assert shop.writes() == {uin: 1 for uin in EACH_ONCE if uin != uin_of(0)}


def test_the_gitlab_example_of_one_account_plans_and_applies(shop: Shop) -> None:
    planned = as_gitlab(shop, gitlab_jobs()["plan"])
    assert planned.returncode == 0, planned.stderr
    assert "<html" in (shop.work / "plan.html").read_text(encoding="utf-8")
    assert not shop.writes()
    applied = as_gitlab(shop, gitlab_jobs()["apply"])
    assert applied.returncode == 0, applied.stderr
    assert shop.writes() == {HUB: 1}


@pytest.mark.skipif(not all(map(shutil.which, ("npm", "rsync"))), reason="there is no npm or no rsync here")
def test_the_gitlab_examples_run_in_gitlab_ci_local(shop: Shop, tmp_path: Path) -> None:
    installed = run("npm", "install", "--no-audit", "--no-fund", GITLAB_CI_LOCAL, environ=shop.environ, cwd=tmp_path)
    if installed.returncode:
        pytest.skip(f"gitlab-ci-local cannot be had: {installed.stderr[-200:]}")
    (shop.work / ".gitlab-ci.yml").write_text(yaml.safe_dump(gitlab_jobs()), encoding="utf-8")
    tool = tmp_path / "node_modules/.bin/gitlab-ci-local"
    how = ("--force-shell-executor", "--no-shell-isolation", "apply-fleet", "apply")
    done = run(tool, *how, environ=shop.environ, cwd=shop.work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert shop.writes() == EACH_ONCE | {HUB: 1}


def test_the_jenkins_example_submits_what_it_shows(shop: Shop, tmp_path: Path) -> None:
    [block] = re.findall(r"```groovy\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    install, *lines = re.findall(r"\bsh(?: |\(script: )'([^']*)'", block)
    shipped(tmp_path / "tool")
    environ = {**shop.environ, "PATH": os.environ["PATH"], "TOOL": str(tmp_path / "tool")}

    def as_jenkins(line: str) -> int:
        return run("sh", "-xe", "-c", line, environ=environ, cwd=shop.work).returncode

    assert as_jenkins(install) == 0
    command = shop.work / ".tool/bin/reconciler"
    command.rename(command.with_name("itself"))
    wrapped(command, str(command.with_name("itself")), shop.sandbox)
    assert [as_jenkins(line) for line in lines] == [0, 3, 0, 0]
    assert shop.writes() == {HUB: 1}
    review_running(shop.sandbox.url, 1002, "reject", "Blurred scan", uin=HUB)
    assert as_jenkins(lines[-1]) == 6
