from __future__ import annotations

import re
from pathlib import Path

from reconciler.definitions.codes import IMAGE_CODES


def test_every_code_that_this_package_can_give_is_in_its_table() -> None:
    package = Path(__file__).parents[3] / "reconciler" / "evidence"
    sources = {path.name: path.read_text(encoding="utf-8") for path in package.glob("*.py")}
    used = "".join(sources.values())
    assert {code for code in IMAGE_CODES if f'"{code}"' in used} == set(IMAGE_CODES)
    assert set(re.findall('"(images?-[a-z-]+)"', used)) == set(IMAGE_CODES)
