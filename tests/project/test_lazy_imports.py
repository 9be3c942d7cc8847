from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.fixtures.environment import outside_of_tests

ROOT = Path(__file__).parents[2]
NETWORK = frozenset({"tencentcloud", "requests", "urllib3", "http.client"})
HEAVY = NETWORK | {"PIL", "jsonschema", "jsonschema_rs", "yaml"}


def imported(*arguments: str) -> set[str]:
    """Return the modules that the command imports, each with the packages it lies in."""
    environ = outside_of_tests(os.environ)
    child = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "reconciler", *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stdout + child.stderr
    names = {line.rpartition("|")[2].strip() for line in child.stderr.splitlines() if line.startswith("import time:")}
    return names | {name.partition(".")[0] for name in names}


def test_help_imports_nothing_that_it_does_not_need() -> None:
    assert imported("--help") & HEAVY == set()


def test_validating_imports_nothing_that_could_reach_the_account() -> None:
    modules = imported("validate", "signatures.example.yaml")
    assert "reconciler.definitions.load" in modules
    assert modules & NETWORK == set()
