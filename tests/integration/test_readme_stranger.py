"""A stranger with keys and no file reaches the first pull request by the commands of the README alone."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from reconciler.cli.main import cli
from tests.fixtures.project import APPROVED, REJECTED, Sign, pending
from tests.fixtures.repositories import git, hub_and_clone
from tests.fixtures.serving import serving

README = Path(__file__).parents[2] / "README.md"
SIGNS = (pending(1), Sign("a", 1002, "青禾农场", status=REJECTED), Sign("b", 1003, "Acme", status=APPROVED))


def commands() -> list[list[str]]:
    """Return the commands of the README, in their order."""
    part = re.search(
        r"<!-- stranger: begin -->\n```sh\n(.*?)```\n<!-- stranger: end -->", README.read_text(), re.DOTALL
    )
    assert part is not None
    return [shlex.split(line) for line in part[1].splitlines()]


def test_the_readme_leads_from_keys_to_a_branch_with_a_plan_of_nothing_to_modify(tmp_path: Path) -> None:
    hub, work = hub_and_clone(tmp_path)
    first, *rest = commands()
    assert first == ["export", "TENCENTCLOUD_SECRET_ID=...", "TENCENTCLOUD_SECRET_KEY=..."]
    git(work, "config", "user.name", "A stranger")
    git(work, "config", "user.email", "stranger@example.com")
    keys = {"TENCENTCLOUD_SECRET_ID": "AKIDsandbox", "TENCENTCLOUD_SECRET_KEY": "sandbox-secret"}
    with serving(SIGNS, limits=True) as sandbox:
        for command in rest:
            if command[0] == "reconciler":
                endpoint = ["--endpoint", sandbox.url] if command[1] in {"import", "plan"} else []
                line = [sys.executable, "-m", *command, *endpoint]
            else:
                line = command
            child = subprocess.run(
                line, cwd=work, env={**os.environ, **keys}, capture_output=True, text=True, check=False, timeout=60
            )
            assert child.returncode == 0, (command, child)
            if command[:2] == ["reconciler", "plan"]:
                assert "Plan: nothing to modify, 3 observed" in child.stdout
    assert "observe: true" in git(hub, "show", "sms-signatures:signatures.yaml")


def test_every_command_of_the_readme_is_one() -> None:
    named = set(re.findall(r"`reconciler ([a-z]+)", README.read_text()))
    assert named <= set(cli.list_commands(cli.make_context("reconciler", ["schema"], resilient_parsing=True)))
