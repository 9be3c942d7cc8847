"""A GitHub for one repository on this machine: act as the runner, a bare git remote, and the stand-in for the REST API.

The workflows are those of this checkout and the callers those of the documentation, but for two things. ``$/`` (the
action of the workflow's own repository and commit) is written out, since act cannot read it. And the callers get the
sandbox's address.

The tool is installed once, as the action does it, and handed to the jobs that begin with one of GitHub's own actions;
the others install it by themselves. An installation that is handed over keeps off the network.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from tests.github.github_server import OIDC_TOKEN, REPOSITORY, TOKEN, GitHub
from tests.github.test_workflow_files import CALLERS, PINNED
from tests.support.environment import NETGUARD, outside_of_tests

TOP: Final = Path(__file__).parents[2]
OUR_COMMIT: Final = "0" * 40
OURS: Final = "acme/sms-signature-reconciler"
SHIPPED: Final = (".github", "reconciler", "schemas", "pyproject.toml", "README.md", "LICENSE")

_SPARE_INSTALL: Final = """place="$RUNNER_TEMP/sms-signature-reconciler"
        [ -z "$STUB_TOOL" ] || { mkdir -p "$place" && ln -sfn "$STUB_TOOL" "$place/venv"; }
        """
STUBS: Final = {
    "actions/checkout": (
        ("fetch-depth", "persist-credentials"),
        _SPARE_INSTALL
        + """git init -q -b work . && git remote add origin "$STUB_REMOTE"
        depth=--depth=1; [ "$FETCH_DEPTH" != 0 ] || depth=
        git fetch -q $depth origin "$STUB_REF" && git checkout -q FETCH_HEAD""",
    ),
    "actions/upload-artifact": (
        ("name", "path", "if-no-files-found", "retention-days"),
        'mkdir -p "$STUB_STORE/$NAME" && cp "$PATH_GIVEN"/* "$STUB_STORE/$NAME/"\n',
    ),
    "actions/download-artifact": (
        ("name", "path"),
        _SPARE_INSTALL + 'mkdir -p "$PATH_GIVEN" && cp "$STUB_STORE/$NAME"/* "$PATH_GIVEN/"\n',
    ),
}


class Ran(NamedTuple):
    """How a workflow ended: the log, and the jobs that succeeded and failed."""

    code: int
    log: str

    @property
    def succeeded(self) -> set[str]:
        return self._jobs("Job succeeded")

    @property
    def failed(self) -> set[str]:
        return self._jobs("Job failed")

    def _jobs(self, end: str) -> set[str]:
        return {found[1].strip() for found in re.finditer(rf"^\[[^\]]*/([^\]/]+)\] .*{end}", self.log, re.MULTILINE)}


class Runner:
    """Runs the documentation's callers in the repository of ``hub``, against the account at ``endpoint``."""

    def __init__(self, folder: Path, hub: GitHub, endpoint: str, installed: Path) -> None:
        self.folder = folder
        self.installed = installed
        self.hub = hub
        self.work = folder / "work"
        self.remote = folder / "hub.git"
        self.store = folder / "store"
        shipped(folder / "tool")
        self._write_out()
        self._stubs()
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.remote))
        git(folder, "init", "-q", "-b", "main", str(self.work))
        git(self.work, "remote", "add", "origin", str(self.remote))
        self._callers(endpoint)

    def _write_out(self) -> None:
        """Name the action of the workflow's own repository and commit in full."""
        for file in (self.folder / "tool/.github/workflows").glob("*.yml"):
            text = file.read_text(encoding="utf-8")
            file.write_text(re.sub(r"uses: \$/(\S+)", rf"uses: {OURS}/\1@{OUR_COMMIT}", text), encoding="utf-8")

    def _stubs(self) -> None:
        for action, (inputs, script) in STUBS.items():
            variables = {name.upper().replace("-", "_"): f"${{{{ inputs.{name} }}}}" for name in inputs}
            variables["PATH_GIVEN"] = variables.pop("PATH", "")
            step = {"shell": "bash", "env": variables, "run": script}
            content = {
                "name": action,
                "inputs": {name: {"required": False} for name in inputs},
                "runs": {"using": "composite", "steps": [step]},
            }
            folder = self.folder / "stubs" / action
            folder.mkdir(parents=True)
            (folder / "action.yml").write_text(yaml.safe_dump(content), encoding="utf-8")

    def _callers(self, endpoint: str) -> None:
        folder = self.work / ".github/workflows"
        folder.mkdir(parents=True)
        for file in CALLERS:
            text = re.sub(r"\n +cache-mode: .*", "", file.read_text(encoding="utf-8"))  # act does not know it yet
            text = text.replace("    with:\n", f"    with:\n      endpoint: {endpoint}\n")
            (folder / file.name).write_text(text, encoding="utf-8")

    def push(self, ref: str) -> str:
        """Commit everything and push it, as GitHub has it before it starts a run."""
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "--allow-empty", "-m", "Change signatures")
        git(self.work, "push", "-q", "--force", "origin", f"HEAD:{ref}")
        return git(self.work, "rev-parse", "HEAD").strip()

    def run(self, workflow: str, name: str, event: Mapping[str, Any], ref: str, *, fork: bool = False) -> Ran:
        """Run a workflow for an event. A fork's has no web identity, and it installs the tool by itself."""
        payload = self.folder / "event.json"
        payload.write_text(json.dumps({"repository": {"full_name": REPOSITORY}, **event}), encoding="utf-8")
        command: list[str | Path] = [
            *(Path(sys.executable).with_name("act"), name, "-W", f".github/workflows/{workflow}.yml"),
            *("--eventpath", payload, "-P", "ubuntu-latest=-self-hosted", "--no-skip-checkout", "--no-cache-server"),
            *("--use-new-action-cache", "-s", f"GITHUB_TOKEN={TOKEN}"),
            *self._repositories(),
            *(part for pair in self._variables(ref, fork=fork).items() for part in ("--env", "=".join(pair))),
        ]
        done = subprocess.run(
            command, cwd=self.work, env=self._environment(), capture_output=True, text=True, check=False, timeout=550
        )
        return Ran(done.returncode, done.stdout + done.stderr)

    def _repositories(self) -> list[str]:
        places = {f"{OURS}@{OUR_COMMIT}": self.folder / "tool"}
        places |= {f"{action}@{PINNED[action]}": self.folder / "stubs" / action for action in STUBS}
        pairs = [f"https://github.com/{name}={folder}" for name, folder in places.items()]
        return [part for pair in pairs for part in ("--local-repository", pair)]

    def _variables(self, ref: str, *, fork: bool) -> dict[str, str]:
        # The token is a secret, and act looks for workflows at the server's address.
        left_out = {"GITHUB_TOKEN", "GITHUB_SERVER_URL"}
        variables = {name: value for name, value in self.hub.environment().items() if name not in left_out}
        web_identity = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.hub.url}/oidc",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": OIDC_TOKEN,
        }
        ours = {"STUB_REMOTE": self.remote.as_uri(), "STUB_REF": ref, "STUB_STORE": str(self.store)}
        given = {"STUB_TOOL": ""} if fork else {"STUB_TOOL": str(self.installed), **web_identity}
        return {**variables, **ours, **given}

    def _environment(self) -> dict[str, str]:
        """What steps inherit from whoever starts act: as little as pip and git can do with."""
        kept = ("PATH", "PIP_", "SSL_", "GIT_CONFIG", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
        there = {name: value for name, value in outside_of_tests(os.environ).items() if name.startswith(kept)}
        return {**there, "HOME": str(self.folder)}


def shipped(target: Path) -> None:
    """Copy what a commit of the tool's repository holds."""
    for name in SHIPPED:
        source = TOP / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.mkdir(exist_ok=True)
            shutil.copy(source, target / name)


def install(folder: Path) -> Path:
    """Install the tool into a virtual environment below ``folder`` that cannot reach beyond this machine."""
    shipped(folder / "tool")
    environ = outside_of_tests(os.environ)
    subprocess.run([sys.executable, "-I", "-m", "venv", folder / "venv"], env=environ, check=True)
    python = folder / "venv/bin/python"
    pip: list[str | Path] = [python, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    lock = folder / "tool/.github/actions/reconciler/requirements.txt"
    subprocess.run([*pip, "--only-binary", ":all:", "--require-hashes", "-r", lock], env=environ, check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", folder / "tool"], env=environ, check=True)
    [packages] = (folder / "venv/lib").glob("python3.*/site-packages")
    for file in NETGUARD.glob("*.py"):
        shutil.copy(file, packages)
    return folder / "venv"


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    return subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout
