"""The HTML plan in Debian's chromium: policy, keyboard, widths, light and dark, and what axe-core says of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from reconciler.text import speak
from tests.fixtures.commands import inside
from tests.fixtures.environment import outside_of_tests
from tests.fixtures.project import pending, write
from tests.fixtures.serving import serving
from tests.integration.test_fleet import NAMES, fleet, fleet_of, served
from tests.integration.test_other_clients import run

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="there is no npm here"),
]

# The pictures are kept here, for whoever wants to look at them.
PICTURES = Path(__file__).parents[2] / "build" / "html-plan"
LOOK = Path(__file__).parents[1] / "fixtures" / "look_at_page.js"


@pytest.fixture(scope="module")
def environ(real_home: str) -> Mapping[str, str]:
    return outside_of_tests(os.environ) | {"HOME": real_home}


def looks_of(page: Path, folder: Path, environ: Mapping[str, str], widths: Sequence[str]) -> list[dict[str, Any]]:
    packages = ("playwright-core@1.65.1", "axe-core@4.14.1")
    installed = run("npm", "install", "--no-audit", "--no-fund", *packages, environ=environ, cwd=page.parent)
    assert installed.returncode == 0, installed.stderr
    shutil.copy(LOOK, page.parent)
    folder.mkdir(parents=True, exist_ok=True)
    looked = run(
        "node", LOOK.name, str(CHROMIUM), page.as_uri(), str(folder), *widths, environ=environ, cwd=page.parent
    )
    assert looked.returncode == 0, looked.stderr
    (folder / "report.json").write_text(looked.stdout, encoding="utf-8")
    seen: list[dict[str, Any]] = json.loads(looked.stdout)
    return seen


WIDTHS = ("360", "800", "1600")


@pytest.mark.parametrize(
    ("language", "count", "widths"), [("en", 8, WIDTHS), ("zh", 8, WIDTHS), ("en", 3000, ("800",))]
)
def test_a_page_is_read_at_every_width_in_light_and_dark_by_keyboard_and_screen_reader(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: Mapping[str, str],
    language: str,
    count: int,
    widths: Sequence[str],
) -> None:
    signs = [pending(number, name=f"青禾农场 {number}", live=None) for number in range(1, count + 1)]
    signs[:2] = [sign._replace(live="青禾") for sign in signs[:2]]
    write(tmp_path, signs)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANGUAGE", "")  # what speaking Chinese sets is put back
    with serving(signs) as sandbox:
        online = ("--endpoint", sandbox.url, "--describe-rate", "1000")
        made = inside("--lang", language, "plan", "--format", "html", *online)
    speak("en", None)
    assert made.code == 0
    page = tmp_path / "plan.html"
    page.write_text(made.out, encoding="utf-8")
    pictures = PICTURES / f"{count}-{language}"
    seen = looks_of(page, pictures, environ, widths)
    assert len(seen) == 2 * len(widths)
    for look in seen:
        assert look["violations"] == [], look
        assert look["errors"] == [], look  # the policy has refused nothing, above all not the style
        assert look["overflow"] <= 0, look
        assert (look["asked"], look["focused"]) == (1, "show-all")
        assert look["shown"] == ["row unverified"] * (count - 2)
    assert len({(pictures / f"{mode}-800.png").read_bytes() for mode in ("light", "dark")}) == 2


def test_the_page_of_a_fleet_is_read_the_same_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str]
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    seeds = fleet_of(tmp_path, pending(1), pending(2, name="青禾农场", live=None))
    (tmp_path / "accounts" / NAMES[0] / "signatures.yaml").write_text("version: 1\nsignature: {}\n")
    with served(seeds) as sandbox:
        made = fleet("plan", sandbox, "--format", "html")
    page = tmp_path / "fleet.html"
    page.write_text(made.out, encoding="utf-8")
    for look in looks_of(page, PICTURES / "fleet", environ, WIDTHS):
        assert (look["violations"], look["errors"]) == ([], []), look
        assert look["overflow"] <= 0, look
        assert look["shown"] == ["row unverified"] * 3
