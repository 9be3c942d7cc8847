"""A sandbox in a process of its own, for as long as a block lasts."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.commands import environment, reconciler

_GREETING = "sandbox listening on "


@contextmanager
def sandbox(account: Path, *options: str) -> Iterator[str]:
    """Serve an account and yield the URL."""
    with sandboxes([account], *options) as url:
        yield url


@contextmanager
def sandboxes(accounts: Sequence[Path], *options: str) -> Iterator[str]:
    """Serve accounts, the first of which has the keys, and yield the URL."""
    files = (part for account in accounts for part in ("--account", str(account)))
    command = [*reconciler("sandbox", "serve", *files), *options]
    server = subprocess.Popen(command, env=environment(accounts[0].parent), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None  # noqa: S101  # it was asked for
        greeting = server.stdout.readline().strip()
        if not greeting.startswith(_GREETING):
            raise RuntimeError("the sandbox did not start; what it said stands above")
        yield greeting.removeprefix(_GREETING)
    finally:
        server.terminate()
        server.wait()
