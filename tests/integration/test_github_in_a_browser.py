"""Pictures of a comment and of an issue as a reviewer sees them, from real documents, in Debian's chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from reconciler.cli.languages import begin
from reconciler.render.document import PlanDocument, load_document
from reconciler.render.fleet_github import shown_markdown
from reconciler.render.issue import issue_text, issue_title
from reconciler.text import speak
from tests.fixtures.commands import inside
from tests.fixtures.environment import outside_of_tests
from tests.fixtures.project import APPROVED, REJECTED, Sign, pending, write
from tests.fixtures.serving import serving

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.soak, pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")]

# The pictures are kept here, for whoever wants to look at them.
PICTURES = Path(__file__).parents[2] / "build" / "github"
URL = "https://github.example/acme/signatures/blob/0123456789012345678901234567890123456789/"

# As wide as a comment is on a laptop; a screen is what a browser shows there without scrolling.
WIDTH, SCREEN = 820, 800
STYLE = """
body { font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif; margin: 16px;
  max-width: 788px; color: #1f2328; }
table { border-collapse: collapse; } td, th { border: 1px solid #d1d9e0; padding: 6px 13px; }
code { background: #eff1f3; border-radius: 6px; padding: .2em .4em; font-size: 85%; }
h3 { border-bottom: 0; font-size: 1.25em; }
"""
SCRIPT = """
const fold = document.querySelector("details");
document.body.dataset.fold = fold ? Math.ceil(fold.getBoundingClientRect().top) : document.body.scrollHeight;
document.body.dataset.wide = document.documentElement.scrollWidth;
"""


def document(top: Path, signs: list[Sign], monkeypatch: pytest.MonkeyPatch) -> PlanDocument:
    write(top, signs)
    monkeypatch.chdir(top)
    with serving(signs) as sandbox:
        printed = inside("plan", "--endpoint", sandbox.url, "--describe-rate", "1000", "--format", "json").out
    found = load_document(printed.encode())
    assert "fingerprint" in found
    return found


def shown(markdown: str, name: str, tmp_path: Path, real_home: str) -> tuple[int, int]:
    """Return how far above the first fold reaches and how wide the page is, in pixels; keep its picture."""
    page = tmp_path / f"{name}.html"
    body = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown)
    page.write_text(
        f"<!DOCTYPE html><meta charset=utf-8><style>{STYLE}</style><body>{body}<script>{SCRIPT}</script>",
        encoding="utf-8",
    )
    PICTURES.mkdir(parents=True, exist_ok=True)
    quiet = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    common = (str(CHROMIUM), *quiet, f"--window-size={WIDTH},{SCREEN}")
    environ = outside_of_tests(os.environ) | {"HOME": real_home}
    options = (f"--screenshot={PICTURES / f'{name}.png'}", page.as_uri())
    subprocess.run([*common, *options], env=environ, check=True, capture_output=True, timeout=120)
    found = subprocess.run(
        [*common, "--dump-dom", page.as_uri()], env=environ, check=True, capture_output=True, text=True, timeout=120
    )
    sizes = dict(re.findall(r'data-(fold|wide)="(\d+)"', found.stdout))
    return int(sizes["fold"]), int(sizes["wide"])


SIGNS = [
    *(pending(number) for number in range(1, 7)),
    Sign("locked", 1900, "Unlocked", "Locked", status=APPROVED),
    Sign("stuck", 1901, "青禾农场", status=REJECTED),
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_comment_shows_what_is_to_be_done_on_one_screen_before_the_folds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_home: str, language: str
) -> None:
    plan = document(tmp_path / "top", SIGNS, monkeypatch)
    if language == "zh":
        begin(language)
    try:
        markdown = shown_markdown(plan, files_url=URL)
    finally:
        speak("en", None)
    fold, wide = shown(markdown, f"comment-{language}", tmp_path, real_home)
    assert 0 < fold <= SCREEN
    assert wide <= WIDTH
    # What to do first is above the folds, and its place is a link to the line.
    head = markdown.partition("<details>")[0]
    assert "**refused" in head
    assert re.search(rf"\]\({re.escape(URL)}signatures\.yaml#L\d+\)", head)
    assert (PICTURES / f"comment-{language}.png").stat().st_size > 10_000


def test_an_issue_fits_a_screen_and_leads_to_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_home: str
) -> None:
    plan = document(tmp_path / "top", SIGNS, monkeypatch)
    row = next(row for row in plan["signatures"] if row["key"] == "locked")
    markdown = f"## {issue_title(row)}\n\n{issue_text(row, URL)}"
    fold, wide = shown(markdown, "issue", tmp_path, real_home)
    assert 0 < fold <= SCREEN
    assert wide <= WIDTH
    assert f"{URL}signatures.yaml#L" in markdown
    assert 0 < markdown.index("To do:") < markdown.index("Defined as")
