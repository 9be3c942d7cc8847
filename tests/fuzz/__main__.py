"""The long fuzz run: ``python -m tests.fuzz [TARGET]... [--runs N] [--keep FOLDER]``. Needs the extra ``fuzz``.

Each target starts from its kept corpus and from what earlier runs left in FOLDER, goes on for N inputs, and is then
replayed under coverage. A finding ends the run with exit code 1 and is left in FOLDER.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

_HERE: Final = Path(__file__).parent
_EXAMPLES: Final = _HERE.parent / "examples"
_MORE_SEEDS: Final = {"definitions": (_EXAMPLES / "valid", _EXAMPLES / "invalid")}
_LIMITS: Final = ("-timeout=10", "-rss_limit_mb=512", "-max_len=16384")
_FIGURES: Final = {
    "inputs": re.compile(r"stat::number_of_executed_units:\s*(\d+)"),
    "edges": re.compile(r"DONE\s+cov: (\d+)"),
    "features": re.compile(r"DONE\s+cov: \d+ ft: (\d+)"),
    "peak MiB": re.compile(r"stat::peak_rss_mb:\s*(\d+)"),
}


def _modules(package: str, names: str) -> str:
    return ",".join(f"reconciler/{package}/{name}.py" for name in names.split())


_COVERED: Final = {
    "definitions": _modules("definitions", "*"),
    "evidence": _modules("evidence", "anatomy decode exif inspect jpeg kinds png png_pixels"),
    "record": _modules("state", "document lines reading shapes writing"),
}
_DEFAULT_RUNS: Final = {"definitions": 210_000, "evidence": 300_000, "record": 600_000}


class _Run(NamedTuple):
    target: str
    inputs: int
    folder: Path


def main() -> int:
    """Fuzz one target after another. Return 1 where there is a finding."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(_DEFAULT_RUNS)}; default: all")
    parser.add_argument("--runs", type=int, help="inputs for each target")
    parser.add_argument("--keep", type=Path, default=Path(".fuzz"), help="folder for what is found")
    given = parser.parse_args()
    for target in given.targets or _DEFAULT_RUNS:
        run = _Run(target, given.runs or _DEFAULT_RUNS[target], given.keep / target)
        if not _fuzz(run):
            return 1
        _replay(run)
    return 0


def _fuzz(run: _Run) -> bool:
    """Run libFuzzer, its own words in a log beside the corpus; tell whether it ended without a finding."""
    found, log = run.folder / "corpus", run.folder / "log.txt"
    found.mkdir(parents=True, exist_ok=True)
    own = [f"-runs={run.inputs}", f"-artifact_prefix={run.folder}/", f"-dict={_HERE / run.target}.dict"]
    seeds = [found, _HERE / "corpus" / run.target, *_MORE_SEEDS.get(run.target, ())]
    words = [sys.executable, "-m", "tests.fuzz.one_target", run.target, *own, *_LIMITS, "-print_final_stats=1"]
    with log.open("wb") as file:
        ended = subprocess.run([*words, *map(str, seeds)], stdout=file, stderr=subprocess.STDOUT, check=False)
    told = log.read_text(encoding="utf-8", errors="replace")
    figures = (f"{name} {match[1]}" for name, pattern in _FIGURES.items() if (match := pattern.search(told)))
    print(f"{run.target}: {', '.join(figures)}; log {log}", flush=True)  # noqa: T201  # a tool tells what it did
    if ended.returncode:
        print(told[-4000:])  # noqa: T201  # as above
    return ended.returncode == 0


def _replay(run: _Run) -> None:
    """Run the found corpus once more under coverage of the target's own modules, and report that."""
    data = {**os.environ, "COVERAGE_FILE": str(run.folder / "coverage")}
    coverage = [sys.executable, "-m", "coverage"]
    plain = [f"--rcfile={os.devnull}"]
    measured = ["--branch", f"--include={_COVERED[run.target]}"]
    replay = ["-m", "tests.fuzz.replay", run.target, str(run.folder / "corpus"), str(_HERE / "corpus" / run.target)]
    subprocess.run([*coverage, "run", *plain, *measured, *replay], env=data, check=True)
    subprocess.run([*coverage, "report", *plain, "--skip-covered", "--show-missing"], env=data, check=True)


if __name__ == "__main__":
    sys.exit(main())
