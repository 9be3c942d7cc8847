"""The Chinese README says what the English one does: the same commands, tables and links."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = (ROOT / name for name in ("README.md", "README.zh-CN.md"))


def text(file: Path) -> str:
    return re.sub(r"<!--.*?-->\n", "", file.read_text(encoding="utf-8"))


def blocks(file: Path) -> list[str]:
    """Return the blocks that are run or copied; what is only shown is English in one page alone."""
    return re.findall(r"```(?:sh|yaml)\n(.*?)```", text(file), re.DOTALL)


def test_the_commands_are_the_same_to_the_letter() -> None:
    assert blocks(ENGLISH) == blocks(CHINESE)


def test_the_tables_have_the_same_rows() -> None:
    first_cells = [re.findall(r"^\| (`[^|]+`|\d+) \|", text(file), re.MULTILINE) for file in (ENGLISH, CHINESE)]
    assert first_cells[0] == first_cells[1]


def test_the_pages_lead_to_the_same_places() -> None:
    links = [
        {link.partition("#")[0].replace(".zh-CN", "") for link in re.findall(r"\]\(([^)]+)\)", text(file))}
        for file in (ENGLISH, CHINESE)
    ]
    assert links[0] == links[1]


def test_both_have_the_same_sections() -> None:
    assert len(re.findall(r"^## ", text(ENGLISH), re.MULTILINE)) == len(
        re.findall(r"^## ", text(CHINESE), re.MULTILINE)
    )


# What is not read from top to bottom: the folded comment, pictures, blocks to copy, tables, and where links lead.
_NO_PROSE = re.compile(
    r"^<details>.*?^<!-- end -->\n\n</details>|^<picture>.*?^</picture>|^```.*?^```$|^\|.*?$|<!--.*?-->|\(\S+\.md\S*\)",
    re.DOTALL | re.MULTILINE,
)


def test_either_is_read_in_three_minutes() -> None:
    english, chinese = (_NO_PROSE.sub("", file.read_text(encoding="utf-8")) for file in (ENGLISH, CHINESE))
    # At 300 English words a minute, or 500 Chinese characters.
    assert 500 < len(english.split()) <= 900
    assert 900 < len(re.findall(r"[\u4e00-\u9fff]", chinese)) <= 1500
