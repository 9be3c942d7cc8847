"""Whoever types what a page of the documentation says, in either language, sees what the page shows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.fixtures.commands import KEYS
from tests.fixtures.how_to_scenes import SCENES, Scene, watched
from tests.fixtures.pages import (
    NOT_RUN,
    Reader,
    blocks,
    commands_of,
    environment,
    led_to_a_sandbox,
    masked,
    reason_not_to_run,
    sections,
)

TOP: Final = Path(__file__).parents[2]
HOW_TO: Final = {"en": TOP / "docs/how-to.md", "zh": TOP / "docs/how-to.zh-CN.md"}
README: Final = {"en": TOP / "README.md", "zh": TOP / "README.zh-CN.md"}
REFERENCE: Final = {"en": TOP / "docs/reference.md", "zh": TOP / "docs/reference.zh-CN.md"}
TUTORIAL: Final = (TOP / "docs/tutorial.md", TOP / "docs/tutorial.zh-CN.md")
PAGES: Final = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])
# It waits until no call of the run that was killed can be under way.
SLOW: Final = "An apply was killed"


@contextmanager
def clone(folder: Path) -> Iterator[str]:
    """What the quick start begins with: this repository, and the tool where its first command installs it."""
    for name in ("signatures.example.yaml", "signatures.example.sandbox.yaml"):
        shutil.copy(TOP / name, folder)
    shutil.copytree(TOP / "evidence", folder / "evidence")
    (folder / ".venv").mkdir()
    (folder / ".venv/bin").symlink_to(folder.parent / "bin")
    yield ""


@contextmanager
def home(folder: Path) -> Iterator[str]:
    """What the completion needs: the folder in which fish looks."""
    (folder / ".config/fish/completions").mkdir(parents=True)
    yield ""


README_SCENES: Final[dict[str, Scene]] = {"Quick start": clone, "Your own account": watched}


def titles(page: Path) -> list[str]:
    return [part[3:].partition("\n")[0] for part in sections(page.read_text(encoding="utf-8"))[1:]]


def read(page: Path, number: int, scene: Scene, language: str, folder: Path) -> tuple[Reader, str, str]:
    """Return the reader of a section, the section, and the same with what its commands print."""
    part = sections(page.read_text(encoding="utf-8"))[number]
    work = folder / "work"
    work.mkdir()
    led_to_a_sandbox(folder / "bin")
    with scene(work) as url:
        who = {"GIT_AUTHOR_NAME": "Me", "GIT_AUTHOR_EMAIL": "me@example.com"}
        who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
        environ = environment(folder / "bin", SANDBOX_URL=url, HOME=str(work), **who, **KEYS)
        reader = Reader(work, environ, language)
        return reader, part, reader.read(part)


def cases() -> list[Any]:
    # In Chinese the commands are the same, so what they print there is for the soak.
    return [
        pytest.param(
            title,
            language,
            id=f"{title}-{language}",
            marks=[pytest.mark.soak] if title == SLOW or language != "en" else [],
        )
        for language in HOW_TO
        for title in SCENES
    ]


@pytest.mark.parametrize(("title", "language"), cases())
def test_a_task_is_done_as_its_section_says(
    title: str, language: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    page, number = HOW_TO[language], 1 + titles(HOW_TO["en"]).index(title)
    reader, part, seen = read(page, number, SCENES[title], language, tmp_path)
    if request.config.getoption("--update-golden"):
        page.write_text(page.read_text(encoding="utf-8").replace(part, seen), encoding="utf-8")
        part = seen
    assert reader.broken == []
    assert masked(seen) == masked(part)


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.soak)])
@pytest.mark.parametrize("title", README_SCENES)
def test_the_readme_shows_what_its_commands_print(title: str, language: str, tmp_path: Path) -> None:
    number = 1 + titles(README["en"]).index(title)
    reader, part, seen = read(README[language], number, README_SCENES[title], language, tmp_path)
    assert reader.broken == []
    assert masked(seen) == masked(part)
    assert len(reader.ran) > 1


@pytest.mark.parametrize("language", REFERENCE)
def test_the_completions_of_the_reference_can_be_typed(language: str, tmp_path: Path) -> None:
    reader, _, _ = read(REFERENCE[language], 1, home, language, tmp_path)
    assert reader.broken == []
    assert len(reader.ran) > 1


def test_no_section_with_commands_is_left_out() -> None:
    assert set(SCENES) == set(titles(HOW_TO["en"]))
    parts = sections(README["en"].read_text(encoding="utf-8"))[1:]
    named = {title for title, part in zip(titles(README["en"]), parts, strict=True) if to_run(part)}
    assert named == set(README_SCENES)


def to_run(page: str) -> list[str]:
    """Return the commands of a page that a reader would run."""
    typed = [
        line
        for language, block in blocks(page)
        if language in {"sh", "console", "bash", "shell"}
        for line in (commands_of(block) if language == "console" else block.splitlines())
    ]
    steps = [step for line in typed for step in line.split(" && ")]
    return [step for step in steps if reason_not_to_run(step) is None]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_command_of_any_other_page_is_run_or_there_is_a_reason_not_to(page: Path) -> None:
    if page not in {*HOW_TO.values(), *README.values(), *REFERENCE.values(), *TUTORIAL}:
        assert to_run(page.read_text(encoding="utf-8")) == []


def test_every_reason_is_needed() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [start for start, _ in NOT_RUN if start not in text] == []
