"""Counts what became of the mutants of ``mutmut run``: ``python -m tests.mutation FOLDER`` fails below the least."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Final

# As measured. The aim is 92: what the simulator alone runs (executor, context) has too few tests of its own.
LEAST_PERCENT: Final = 65.0
# Exit codes in mutmut's ``.meta`` files: 1 and 3 are failed tests, -24 a test that did not end, 0 none that failed.
KILLED: Final = frozenset({1, 3, -24})
SURVIVED: Final = frozenset({0})


def outcomes(folder: Path) -> dict[str, str]:
    """Return what became of each mutant: killed, survived, or something else such as a timeout."""
    found = {}
    for file in sorted(folder.rglob("*.py.meta")):
        for name, code in json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            found[name] = "killed" if code in KILLED else "survived" if code in SURVIVED else "other"
    return found


def main(folder: Path) -> int:
    """Print the survivors and the share that was noticed. Returns 1 where it is below the least."""
    found = outcomes(folder)
    counts = Counter(found.values())
    if not counts["killed"]:
        sys.stderr.write(f"no mutant below {folder} was killed\n")
        return 1
    survivors = [f"survived: {name}" for name, outcome in found.items() if outcome == "survived"]
    share = 100 * counts["killed"] / len(found)
    total = f"{len(found)} mutants, {len(survivors)} survived, {counts['other']} ended otherwise: {share:.1f} % killed"
    sys.stdout.write("\n".join([*survivors, total, ""]))
    return int(share < LEAST_PERCENT)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
