from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.support.environment import outside_of_tests

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sysconfig.get_path("scripts"))


@pytest.mark.parametrize(
    "command",
    [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["lint-imports"]],
    ids=" ".join,
)
def test_the_code_passes(command: list[str]) -> None:
    tool, *arguments = command
    found = subprocess.run(
        [SCRIPTS / tool, *arguments],
        cwd=ROOT,
        env=outside_of_tests(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
