from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.environment import outside_of_tests

ROOT = Path(__file__).parents[2]
NETWORK = frozenset({"tencentcloud", "requests", "urllib3", "http.client", "http.server"})
HEAVY = NETWORK | {"PIL", "jsonschema", "jsonschema_rs", "yaml"}

# The modules that need these libraries, each of which is loaded by the function that makes a client or a server.
AT_A_CLIENT = frozenset({"reconciler.net.transport", "reconciler.tencent.sdk", "reconciler.sandbox.server"})

# Loads one module after the other, in one process, and says which of them brought a library of the network along.
LOADED = """
import json, sys
from importlib import import_module
from pkgutil import walk_packages
import reconciler

network, passed_over = map(frozenset, json.loads(sys.argv[1]))
modules, guilty = [], []
for module in walk_packages(reconciler.__path__, "reconciler."):
    if module.name not in passed_over and not module.name.endswith("__main__"):
        import_module(module.name)
        modules.append(module.name)
        if brought := network & sys.modules.keys():
            guilty.append([module.name, *sorted(brought)])
            break
print(json.dumps([modules, guilty]))
"""


def imported(*arguments: str, cwd: Path = ROOT, code: int = 0) -> set[str]:
    """Return the modules that the command imports, each with the packages it lies in."""
    environ = outside_of_tests(os.environ)
    child = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "reconciler", *arguments],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == code, child.stdout + child.stderr
    names = {line.rpartition("|")[2].strip() for line in child.stderr.splitlines() if line.startswith("import time:")}
    return names | {name.partition(".")[0] for name in names}


def test_help_imports_nothing_that_it_does_not_need() -> None:
    assert imported("--help") & HEAVY == set()


def test_no_module_brings_the_network_along_where_no_client_is_made() -> None:
    asked = json.dumps([sorted(NETWORK), sorted(AT_A_CLIENT)])
    child = subprocess.run([sys.executable, "-c", LOADED, asked], cwd=ROOT, capture_output=True, text=True, check=True)
    modules, guilty = json.loads(child.stdout)
    assert guilty == []
    assert {"reconciler.cli.apply", "reconciler.cli.fleet_apply", "reconciler.cli.github"} <= set(modules)


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    """A folder with the example, for an account that is named."""
    folder = tmp_path / "one"
    shutil.copytree(ROOT / "evidence", folder / "evidence")
    text = (ROOT / "signatures.example.yaml").read_text(encoding="utf-8")
    (folder / "signatures.yaml").write_text(text.replace("  # uin:", "  uin:"), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("validate",), 0),
        (("plan", "--help"), 0),
        (("plan", "--offline"), 0),
        (("plan", "--offline", "--sandbox"), 2),
        (("plan", "--nothing-of-the-kind"), 2),
        (("apply", "--yes", "missing.yaml"), 4),
        (("state", "show"), 0),
        (("fleet", "list", ".."), 0),
        (("fleet", "validate", ".."), 0),
        (("github", "comment"), 2),
        (("sandbox", "review", "1", "approve"), 2),
    ],
)
def test_a_command_that_makes_no_client_imports_nothing_that_could(
    definitions: Path, arguments: tuple[str, ...], code: int
) -> None:
    assert imported(*arguments, cwd=definitions, code=code) & NETWORK == set()


def test_a_plan_with_a_record_on_this_machine_loads_neither_git_nor_a_reader_of_key_files(definitions: Path) -> None:
    loaded = imported("plan", "--offline", cwd=definitions)
    assert "reconciler.state.local" in loaded
    assert loaded & {"reconciler.state.branch", "reconciler.state.git_command", "configparser"} == set()


def test_a_command_that_makes_a_client_imports_what_it_takes(definitions: Path) -> None:
    assert imported("plan", "--sandbox", cwd=definitions) >= NETWORK
