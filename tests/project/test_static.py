from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.fixtures.environment import outside_of_tests

ROOT = Path(__file__).parents[2]
# The lowest versions are tried without nox and the tools that it starts.
pytestmark = pytest.mark.static
NOX = Path(sysconfig.get_path("scripts")) / "nox"


def nox(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, NOX, *arguments],
        cwd=ROOT,
        env=outside_of_tests(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("session", ["lint", "format", "types", "layers", "workflows"])
def test_the_files_pass(session: str) -> None:
    found = nox("--session", session)
    assert found.returncode == 0, found.stdout + found.stderr


def test_one_command_runs_every_check() -> None:
    listed = nox("--list").stdout
    selected = [line.split()[1] for line in listed.splitlines() if line.startswith("* ")]
    assert selected == ["lint", "format", "types", "layers", "workflows", "tests"]
