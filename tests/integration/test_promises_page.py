from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.fixtures.codes_table import BEGIN, PAGE, renewed

ROOT: Final = PAGE.parents[1]
TEXT: Final = PAGE.read_text(encoding="utf-8")
PROTOCOL: Final = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
NAMED: Final = sorted(set(re.findall(r"`(tests/[^`]+::[^`]+)`", TEXT)))
PLAYED: Final = re.findall(r"^\| (V[0-9]) \| .* \| `(tests/[^`]+::[^`]+)` \|$", PROTOCOL, re.MULTILINE)
PROMISES: Final = [
    line for line in TEXT.partition(BEGIN)[0].splitlines() if line.startswith("| ") and not line.startswith("| fault")
]


@pytest.mark.parametrize("name", [*NAMED, *(name for _, name in PLAYED)])
def test_every_test_that_a_page_names_is_there(name: str) -> None:
    file, _, function = name.partition("::")
    assert f"\ndef {function}(" in Path(ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("line", PROMISES)
def test_every_promise_names_what_shows_it(line: str) -> None:
    fault, promised, shown, *rest = line.strip("| ").split(" | ")
    assert not rest
    assert fault
    assert promised
    assert set(re.findall(r"`([^`]+)`", shown)) <= set(NAMED)
    assert "::" in shown


def test_the_page_on_the_protocol_names_a_test_with_processes_for_each_fault_of_the_one_before() -> None:
    assert [fault for fault, _ in PLAYED] == ["V1", "V2", "V3", "V4", "V5", "V6", "V6", "V6", "V6", "V7", "V8", "V9"]


def test_the_page_has_the_table_of_codes_that_drives_the_program() -> None:
    assert renewed(TEXT) == TEXT, "run `python -m tests.fixtures.codes_table`"
