"""A command of this tool as a child: its result in a file, its words in the log, where none of them is a command.

GitHub reads commands for the runner out of everything that a step prints, so a file name in a pull request could hold
one. Between ``stop-commands`` and its secret word nothing is read (GitHub documentation, "Workflow commands").
"""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from reconciler.errors import Exit

# -P: the folder of the run belongs to a pull request, and no module must come from there.
_COMMAND: Final = (sys.executable, "-P", "-m", "reconciler")


def run_quietly(arguments: Sequence[str], result: Path) -> Exit:
    """Run the command with its stdout in ``result`` and return its exit code.

    Interrupts are handed on, since GitHub sends them to the step's own process only.
    """
    word = secrets.token_hex(16)
    sys.stdout.write(f"::stop-commands::{word}\n")
    sys.stdout.flush()
    try:
        with result.open("wb") as output:
            # One stream for the words and the marks round them: two would arrive in any order.
            child = subprocess.Popen((*_COMMAND, *arguments), stdout=output, stderr=sys.stdout.fileno())  # noqa: S603  # ourselves
            with _handing_on(child):
                code = child.wait()
    finally:
        sys.stdout.write(f"\n::{word}::\n")
        sys.stdout.flush()
    return Exit(code) if code in set(Exit) else Exit.UNEXPECTED


@contextmanager
def _handing_on(child: subprocess.Popen[bytes]) -> Iterator[None]:
    def handle(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
