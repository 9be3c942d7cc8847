"""Runs of the command that start within milliseconds, to be killed, stopped and raced by the hundred."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.commands import KEYS, Done

_ROOT: Final = Path(__file__).parents[2]
_STARTS_WITHIN_S: Final = 60.0


class Child:
    """One run. Its stdout and stderr are files beside each other."""

    def __init__(self, folder: Path, number: int) -> None:
        self.out, self.err = folder / f"{number}.out", folder / f"{number}.err"
        # A run may be killed before it has opened them.
        self.out.touch()
        self.err.touch()
        self.pid = 0
        self.code: int | None = None
        self.begun = threading.Event()
        self.over = threading.Event()

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens where the run is over."""
        if not self.over.is_set():
            os.kill(self.pid, number)

    def end(self, timeout: float = 120.0) -> Done:
        """Wait for the end and return it."""
        assert self.over.wait(timeout), "the run does not end"
        assert self.code is not None
        return Done(self.code, self.out.read_text(), self.err.read_text())


class Forks:
    """Starts runs from any thread."""

    def __init__(self, server: subprocess.Popen[bytes], folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._numbers = itertools.count(1)
        self._children: dict[int, Child] = {}
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def start(self, *arguments: str | Path, cwd: Path) -> Child:
        """Start the command and return once it is a process."""
        number = next(self._numbers)
        child = Child(self._folder, number)
        words = [str(argument) for argument in arguments]
        order = {"id": number, "arguments": words, "cwd": str(cwd), "out": str(child.out), "err": str(child.err)}
        assert self._server.stdin is not None
        with self._lock:
            self._children[number] = child
            self._server.stdin.write(json.dumps(order).encode() + b"\n")
            self._server.stdin.flush()
        assert child.begun.wait(_STARTS_WITHIN_S), "the run does not start"
        return child

    def run(self, *arguments: str | Path, cwd: Path) -> Done:
        """Run the command to its end."""
        return self.start(*arguments, cwd=cwd).end()

    def _read(self) -> None:
        assert self._server.stdout is not None
        for line in self._server.stdout:
            told = json.loads(line)
            child = self._children[told["id"]]
            if "pid" in told:
                child.pid = told["pid"]
                child.begun.set()
            else:
                child.code = told["status"]
                child.over.set()


@contextmanager
def forks(folder: Path) -> Iterator[Forks]:
    """Serve runs until the block ends; what they print goes to files in ``folder``."""
    # What the children run is measured where it runs inside a test: here it would only be slower.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    path = os.pathsep.join([str(_ROOT), inherited.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.fork_server"],
        cwd=_ROOT,
        env={**inherited, **KEYS, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as server:
        yield Forks(server, folder)
        assert server.stdin is not None
        server.stdin.close()
