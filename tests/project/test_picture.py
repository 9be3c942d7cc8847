"""The picture in the README: what it shows is what the command prints today, and it loads nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

HERE = Path(__file__).parents[2]
PICTURES = sorted((HERE / "docs").glob("plan-*.svg"))


def test_the_pictures_show_what_a_terminal_shows_today() -> None:
    done = subprocess.run(
        (sys.executable, HERE / "docs" / "picture.py", "--check"), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "run `python docs/picture.py`"


@pytest.mark.parametrize("file", PICTURES, ids=[file.stem for file in PICTURES])
def test_a_picture_loads_and_runs_nothing(file: Path) -> None:
    svg = file.read_text(encoding="utf-8")
    assert "青禾农场" in svg
    assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|<image|<foreignObject|@import|@font-face|\son\w+=|href", svg)
    assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314  # a file of this repository


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_a_readme_shows_the_picture_for_light_and_for_dark(page: str) -> None:
    text = (HERE / page).read_text(encoding="utf-8")
    assert re.findall(r'(?:srcset|src)="([^"]+)"', text) == ["docs/plan-dark.svg", "docs/plan-light.svg"]
    assert [file.name for file in PICTURES] == ["plan-dark.svg", "plan-light.svg"]
