"""The tool's own command, and the environment that it and its peers run in."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from reconciler.sandbox.signing import DEFAULT_KEY

_KEPT: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")
REGION: Final = "ap-singapore"


def reconciler(*arguments: str) -> tuple[str, ...]:
    """Return the command line of this tool: the console command beside the interpreter, or the module."""
    command = Path(sys.executable).with_name("reconciler")
    return (str(command), *arguments) if command.exists() else (sys.executable, "-m", "reconciler", *arguments)


def planning(url: str, *paths: str) -> tuple[str, ...]:
    """Return the command line of a plan against a server on loopback, with the vendor's rate out of the way."""
    return reconciler("plan", "--endpoint", url, "--describe-rate", "100000", *(paths or ("signatures.yaml",)))


def environment(home: Path) -> dict[str, str]:
    """Return the variables of a measured command: the sandbox's keys, and nothing of a proxy or of somebody's own."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    keys = {
        "TENCENTCLOUD_SECRET_ID": DEFAULT_KEY.secret_id,
        "TENCENTCLOUD_SECRET_KEY": DEFAULT_KEY.secret_key,
        "TENCENTCLOUD_REGION": REGION,
    }
    return {**kept, **keys, "HOME": str(home)}
