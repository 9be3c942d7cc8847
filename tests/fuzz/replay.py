"""Runs a target on every file of some folders: ``python -m tests.fuzz.replay TARGET FOLDER...``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    for folder in sys.argv[2:]:
        for file in sorted(Path(folder).iterdir()):
            TARGETS[sys.argv[1]](file.read_bytes())
