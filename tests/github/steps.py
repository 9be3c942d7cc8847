"""A step of a workflow as the commands see it: its folder, its files, its event, and what GitHub reads in its log."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.github.github_server import GitHub
from tests.support.commands import KEYS, Done, process
from tests.support.project import APPROVED, Sign, pending

CHANGES = (pending(1), pending(2))
REFUSED = Sign("locked", 1900, "New", "Old", APPROVED)


class Step(NamedTuple):
    """A step of a workflow: its folder, and the environment that GitHub would give it."""

    top: Path
    environ: dict[str, str]

    def run(self, *arguments: str) -> Done:
        return process("github", "run", *arguments, "--folder", "out", cwd=self.top, env={**KEYS, **self.environ})

    @property
    def outputs(self) -> dict[str, str]:
        lines = Path(self.environ["GITHUB_OUTPUT"]).read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @property
    def summary(self) -> str:
        return Path(self.environ["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.top / "out" / "document.json").read_text(encoding="utf-8"))
        return document


def outside_of_stop(log: str) -> list[str]:
    """The lines of a log in which GitHub would look for commands, by its own rule."""
    lines, word = [], ""
    for line in log.splitlines():
        if word:
            word = "" if line == f"::{word}::" else word
        elif line.startswith("::stop-commands::"):
            word = line.removeprefix("::stop-commands::")
        else:
            lines.append(line)
    return lines


def assert_only_annotations(log: str) -> None:
    commands = [line for line in outside_of_stop(log) if "::" in line or "##[" in line]
    assert commands
    for line in commands:
        assert line.startswith(("::error file=", "::warning file="))
        assert "::set-output" not in line
        assert "##[" not in line


def repository(top: Path) -> None:
    hub = top.parent / "hub.git"
    shutil.rmtree(top / ".git")
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    for command in (
        ("init", "-q", "-b", "main"),
        ("add", "signatures.yaml", "evidence"),
        (*who, "commit", "-q", "-m", "Define"),
        ("init", "-q", "--bare", str(hub)),
        ("remote", "add", "origin", str(hub)),
        ("push", "-q", "origin", "main"),
    ):
        subprocess.run(["git", *command], cwd=top, check=True)


def wait_until(reached: Callable[[], bool]) -> None:
    for _ in range(600):
        if reached():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


@contextmanager
def workflow(hub: GitHub, folder: Path, event: object) -> Iterator[pytest.MonkeyPatch]:
    (folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**hub.environment(), "GITHUB_EVENT_PATH": str(folder / "event.json")}.items():
            patch.setenv(name, value)
        yield patch


def stored(folder: Path, document: object) -> Path:
    file = folder / "document.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


PULL_REQUEST = {"pull_request": {"number": 7}}
FORK = {
    "workflow_run": {
        "id": 41,
        "event": "pull_request",
        "head_branch": "topic",
        "head_sha": "c" * 40,
        "head_repository": {"owner": {"login": "stranger"}},
    }
}
