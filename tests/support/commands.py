"""The command under test: as a process of its own, or inside this one where only what it does matters."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from reconciler.cli.main import _run
from reconciler.cli.output import Session

KEYS: Final = {"TENCENTCLOUD_SECRET_ID": "AKIDsandbox", "TENCENTCLOUD_SECRET_KEY": "sandbox-secret"}
"""The sandbox's own key pair."""

COMMAND: Final = (sys.executable, "-m", "reconciler")
FAST: Final = ("--modify-interval", "0", "--describe-rate", "100000", "--describe-lag", "0")
"""For a sandbox without limits."""


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        document: dict[str, Any] = json.loads(self.out)
        return document

    def by_key(self, name: str) -> dict[str, Any]:
        """One value of each signature of the document, by the signature's key."""
        return {signature["key"]: signature[name] for signature in self.document["signatures"]}


def process(*arguments: str | Path, cwd: Path, env: Mapping[str, str] = KEYS, text: str | None = None) -> Done:
    """Run the command as a process, with the sandbox's keys unless told otherwise."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env={**os.environ, **env},
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def launched(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    """Start the command as a process that the test goes on to meddle with."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        env={**os.environ, **KEYS},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(child: subprocess.Popen[str], timeout: float = 60.0) -> Done:
    """Wait for a started command."""
    out, err = child.communicate(timeout=timeout)
    return Done(child.returncode, out, err)


def inside(*arguments: str | Path) -> Done:
    """Run the command in this process: the same from its arguments to its exit code, without starting Python anew."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = _run(Session(), [str(argument) for argument in arguments])
    return Done(code, out.getvalue(), err.getvalue())
