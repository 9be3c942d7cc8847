"""The benchmarks run from beginning to end, with what needs no peers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.soak
def test_a_quick_run_prints_and_saves_what_it_found(tmp_path: Path) -> None:
    only = [part for name in ("start", "many-files", "growth") for part in ("--only", name)]
    saved: list[str | Path] = ["--json", tmp_path / "found.json", "--output", tmp_path]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", *only, *saved],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    assert "--help / python -c 'import click'" in done.stdout
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["peers"] == {}
    assert all(finding["value"] > 0 and finding["goal"] is None for finding in found["findings"])
    assert (tmp_path / "growth.svg").read_text().startswith("<svg")


def test_a_name_that_is_none_is_refused_before_anything_is_measured() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", "nothing"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "there is no nothing" in done.stderr
