"""Keeps, of what was found, the smallest inputs that together reach what all of it reaches.

``python -m tests.fuzz.keep TARGET FOLDER...`` rewrites ``corpus/TARGET`` from itself and the folders. What was a
finding once is called ``found-...`` there, and stays.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import coverage

from tests.fuzz.targets import TARGETS

Arc = tuple[str, int, int]


def _reached(target: str, inputs: list[bytes]) -> Iterator[set[Arc]]:
    """Yield the branches that each input takes on its way through the package."""
    for data in inputs:
        measured = coverage.Coverage(data_file=None, config_file=os.devnull, branch=True, source=["reconciler"])
        measured.set_option("run:disable_warnings", ["module-not-measured", "no-data-collected"])
        with measured.collect():
            TARGETS[target](data)
        found = measured.get_data()
        yield {(file, *arc) for file in found.measured_files() for arc in found.arcs(file) or ()}


def main() -> None:
    """Choose greedily, the smallest first."""
    target, *folders = sys.argv[1:]
    kept = Path(__file__).parent / "corpus" / target
    files = [file for folder in (kept, *map(Path, folders)) for file in folder.iterdir()]
    inputs = sorted({file.read_bytes() for file in files}, key=lambda data: (len(data), data))
    for file in kept.iterdir():
        if not file.name.startswith("found-"):
            file.unlink()
    known: set[Arc] = set()
    for data, reached in zip(inputs, _reached(target, inputs), strict=True):
        if not reached <= known:
            known |= reached
            (kept / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    main()
