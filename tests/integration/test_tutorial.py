"""A stranger who types what the tutorial says, in an empty home, sees what it shows."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.fixtures.pages import Reader, blocks, commands_of, masked

PAGES: Final = {
    language: Path(__file__).parents[2] / "docs" / f"tutorial{end}.md"
    for language, end in (("en", ""), ("zh", ".zh-CN"))
}
# What a stranger's shell does not know of: the settings of whoever runs the tests.
_KEPT: Final = ("SYSTEMROOT", "COVERAGE_PROCESS_START", "PYTHONPATH")


def stranger(home: Path, language: str = "en") -> Reader:
    own = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return Reader(home, kept | {"HOME": str(home), "PATH": own}, language)


# In Chinese the commands are the same, so what they print there is for the soak.
@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.soak)])
def test_whoever_types_the_tutorial_sees_what_it_shows(
    language: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file, reader = PAGES[language], stranger(tmp_path, language)
    seen = reader.read(file.read_text(encoding="utf-8"))
    if request.config.getoption("--update-golden"):
        file.write_text(seen, encoding="utf-8")
    assert masked(seen) == masked(file.read_text(encoding="utf-8"))
    assert reader.broken == []
    assert sum(ran.command.startswith("reconciler ") for ran in reader.ran) == 9
    assert [ran.promised for ran in reader.ran if ran.promised] == [4, 6]


def test_the_tutorial_is_the_same_in_both_languages() -> None:
    pages = [file.read_text(encoding="utf-8") for file in PAGES.values()]
    english, chinese = ([commands_of(block) for _, block in blocks(page)] for page in pages)
    assert english == chinese
    assert [page.count("\n## ") for page in pages] == [7, 7]
