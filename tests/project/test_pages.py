"""Every link of a page leads somewhere: to a page, a heading, a picture, and in Chinese pages to the Chinese one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.definitions.codes import DIAGNOSTIC_CODES

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_CHINESE = ".zh-CN.md"
# Of Markdown, pictures too, and of the HTML in it.
_LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)|(?:src|srcset|href)=\"([^\"]+)\"")
_CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def links(page: Path) -> list[str]:
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    return [link or source for link, source in _LINK.findall(text) if not (link or source).startswith("https://")]


def anchors(page: Path) -> Iterator[str]:
    """Yield the names of the headings as GitHub makes them; a second one of a name is numbered."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    seen: Counter[str] = Counter()
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        name = re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")
        yield f"{name}-{seen[name]}" if seen[name] else name
        seen[name] += 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, part = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if part:
            assert part in anchors(target), link


def chinese_of(target: Path) -> Path:
    return target.with_name(target.name.replace(".md", _CHINESE))


@pytest.mark.parametrize("page", [page for page in PAGES if page.name.endswith(_CHINESE)], ids=lambda page: page.name)
def test_a_chinese_page_leads_to_chinese_pages_where_there_are_any(page: Path) -> None:
    english = page.with_name(page.name.replace(_CHINESE, ".md"))
    targets = [(page.parent / link.partition("#")[0]).resolve() for link in links(page) if not link.startswith("#")]
    plain = [target for target in targets if target.suffix == ".md" and not target.name.endswith(_CHINESE)]
    assert [target for target in plain if chinese_of(target).exists() and target != english] == []
    assert english in plain


def test_the_links_that_are_looked_at_are_of_every_kind() -> None:
    found = [link for page in PAGES for link in links(page)]
    assert {"docs/plan-dark.svg", "docs/plan-light.svg"} <= set(found)
    assert sum("#" in link for link in found) >= 4
    assert {page.name for page in PAGES if page.name.endswith(_CHINESE)} >= {"README.zh-CN.md", "how-to.zh-CN.md"}


@pytest.mark.parametrize("page", ["reference.md", "reference.zh-CN.md"])
def test_every_code_of_the_definitions_has_an_example_in_the_reference(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    table = text.partition("<!-- generated: diagnostics -->\n")[2].partition("<!-- end -->")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    assert {code for code, *_ in rows} == {f"`{code}`" for code in DIAGNOSTIC_CODES}
    assert [cells[0] for cells in rows if len(cells) != 3 or not cells[2].strip()] == []
