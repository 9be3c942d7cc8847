"""A sandbox in a process of its own, for as long as a block lasts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.commands import environment, reconciler

_GREETING = "sandbox listening on "


@contextmanager
def sandbox(account: Path, *options: str) -> Iterator[str]:
    """Serve an account and yield the URL."""
    command = [*reconciler("sandbox", "serve", "--account", str(account)), *options]
    server = subprocess.Popen(command, env=environment(account.parent), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None  # noqa: S101  # it was asked for
        greeting = server.stdout.readline().strip()
        if not greeting.startswith(_GREETING):
            raise RuntimeError("the sandbox did not start; what it said stands above")
        yield greeting.removeprefix(_GREETING)
    finally:
        server.terminate()
        server.wait()
