from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = """\
# Title
```sh
not this one
```
## Quick start
Words.
```sh
one --and "only"
```
```yaml
not: this
```
```sh
two && three
```
```sh
four
five
```
## Later
```sh
nor this one
```
"""


def quick_start(number: int, readme: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / ".ci" / "quick-start", str(number), readme], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("number", "line"), [(1, 'one --and "only"'), (2, "two && three")])
def test_the_blocks_are_counted_within_the_section(tmp_path: Path, number: int, line: str) -> None:
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    assert quick_start(number, tmp_path / "README.md").stdout == f"{line}\n"


@pytest.mark.parametrize("number", [3, 4], ids=["two lines", "no such block"])
def test_anything_but_one_line_is_an_error(tmp_path: Path, number: int) -> None:
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    found = quick_start(number, tmp_path / "README.md")
    assert (found.returncode, found.stdout) == (1, "")
    assert f"sh block {number}" in found.stderr


def test_the_readme_sets_up_the_main_job_and_the_tests() -> None:
    job, tests = (quick_start(number, ROOT / "README.md").stdout for number in (1, 2))
    # pip takes the first variable for what is installed and, up to 26.1, for the build tool; then the second for that.
    pip = "PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt .venv/bin/pip install -q"
    assert job.startswith(f"python3 -m venv .venv && {pip} -e . && .venv/bin/reconciler apply --sandbox")
    assert tests == f"python3 -m venv .venv && {pip} -e '.[test]' && .venv/bin/nox\n"
