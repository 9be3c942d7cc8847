"""One command under measurement, and one run of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.commands import environment

STOPWATCH: Final = Path(__file__).with_name("stopwatch.py")
_OUTPUT: Final = "measured-output.txt"
_TOLD: Final = 2_000


class CommandFailed(Exception):
    """A command under measurement did not do its work, so its time says nothing."""


@dataclass(frozen=True)
class Run:
    """Seconds of wall time and of processor time, and the peak of resident memory in MB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Subject:
    """A command with its folder; ``before`` is called before each run and is not measured."""

    name: str
    command: tuple[str, ...]
    folder: Path
    codes: tuple[int, ...] = (0,)
    variables: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None

    def run(self) -> Run:
        """Run it once. Raises CommandFailed with what it printed where it ends with another exit code."""
        self.before()
        output = self.folder / _OUTPUT
        done = subprocess.run(
            [sys.executable, "-S", "-E", str(STOPWATCH), str(self.folder), str(output), *self.command],
            env={**environment(self.folder), **self.variables},
            stdout=subprocess.PIPE,
            check=True,
        )
        measured = json.loads(done.stdout)
        if measured.pop("code") not in self.codes:
            said = output.read_text(encoding="utf-8", errors="replace")[-_TOLD:]
            raise CommandFailed(f"{self.name} failed: {' '.join(self.command)}{os.linesep}{said}")
        return Run(**measured)
