"""A stranger who types what the tutorial says, in an empty home, sees what it shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

PAGE: Final = Path(__file__).parents[2] / "docs" / "tutorial.md"
CHINESE: Final = PAGE.with_name("tutorial.zh-CN.md")
_BLOCK: Final = re.compile(r"(```console\n)(.*?)(```\n)", re.DOTALL)
_MASKED: Final = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "REQUEST-ID"),
    (re.compile(r"\b(sha256[: ])[0-9a-f]{12,64}"), r"\1DIGEST"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?( UTC|Z)?"), "TIME"),
    (re.compile(r"[0-9.]+ KB"), "SIZE"),
)
# What a stranger's shell does not know of: the settings of whoever runs the tests.
_KEPT: Final = ("LANG", "LC_ALL", "SYSTEMROOT", "COVERAGE_PROCESS_START", "PYTHONPATH")


def masked(text: str) -> str:
    for pattern, shown in _MASKED:
        text = pattern.sub(shown, text)
    return text


def commands_of(block: str) -> list[str]:
    """Return the commands of a block, each with the lines that it reads from the terminal."""
    commands: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append(line.removeprefix("$ "))
        elif line.startswith("> "):
            commands[-1] += "\n" + line.removeprefix("> ")
    return commands


def played(page: str, home: Path) -> str:
    """Return the page with what each command prints now."""
    own = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ} | {"HOME": str(home), "PATH": own}

    def play(block: re.Match[str]) -> str:
        lines = []
        for command in commands_of(block[2]):
            done = subprocess.run(
                ("bash", "-c", command), cwd=home, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, text=True, check=False, timeout=60,
            )  # fmt: skip
            lines += ["$ " + command.replace("\n", "\n> "), *done.stdout.splitlines()]
        return block[1] + "".join(line + "\n" for line in lines) + block[3]

    return _BLOCK.sub(play, page)


@pytest.mark.parametrize("file", [PAGE, CHINESE], ids=["en", "zh"])
def test_whoever_types_the_tutorial_sees_what_it_shows(
    file: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seen = played(file.read_text(encoding="utf-8"), tmp_path)
    if request.config.getoption("--update-golden"):
        file.write_text(seen, encoding="utf-8")
    assert masked(seen) == masked(file.read_text(encoding="utf-8"))
    assert seen.count("$ reconciler ") == 9


def test_the_tutorial_is_the_same_in_both_languages() -> None:
    pages = [file.read_text(encoding="utf-8") for file in (PAGE, CHINESE)]
    english, chinese = ([commands_of(block[1]) for block in _BLOCK.findall(page)] for page in pages)
    assert english == chinese
    assert [page.count("\n## ") for page in pages] == [7, 7]


@pytest.mark.parametrize(("command", "code"), [("validate", 4), ("plan --sandbox", 6)])
def test_the_exit_codes_are_those_that_the_tutorial_names(tmp_path: Path, command: str, code: int) -> None:
    page = PAGE.read_text(encoding="utf-8")
    place = page.index(f"The exit code is {code}")
    assert played(page[:place], tmp_path).rstrip().endswith("```")
    done = subprocess.run((sys.executable, "-m", "reconciler", *command.split()), cwd=tmp_path, check=False)
    assert done.returncode == code
