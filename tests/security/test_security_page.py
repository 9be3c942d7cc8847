"""docs/security.md names guards, tests and bounds that exist as it says."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).parents[2]
PAGE: Final = (TOP / "docs" / "security.md").read_text(encoding="utf-8")
TESTS: Final = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
BOUNDS: Final = re.findall(r"^\| [^|]+ \| ([\d,]+)( MiB)?[^|]* \| `([\w.]+)\.(\w+)` \|$", PAGE, re.MULTILINE)


def test_every_test_that_the_page_names_exists() -> None:
    assert TESTS
    for file, name in TESTS:
        tree = ast.parse((TOP / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file}::{name}"


def rows_below(heading: str) -> list[str]:
    """The rows of all tables whose last column is called so."""
    tables = re.findall(rf"^\|.*\| {heading} \|\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [row for table in tables for row in table.splitlines()]


def test_every_statement_has_a_test_and_every_bound_a_constant() -> None:
    assert len(rows_below("constant")) == len(BOUNDS) > 0
    statements = rows_below("shown by")
    assert statements
    assert [row for row in statements if "`tests/" not in row] == []


@pytest.mark.parametrize(
    ("number", "unit", "module", "name"), BOUNDS, ids=[f"{bound[2]}.{bound[3]}" for bound in BOUNDS]
)
def test_every_bound_is_what_the_page_says(number: str, unit: str, module: str, name: str) -> None:
    stated = int(number.replace(",", "")) * (2**20 if unit else 1)
    assert getattr(import_module(module), name) == stated


def test_every_file_that_the_page_names_exists() -> None:
    for path in re.findall(r"`((?:reconciler|tests|docs)/[\w/.-]+)`", PAGE):
        assert (TOP / path).exists(), path


def test_the_tests_that_take_a_guard_away_are_on_the_page() -> None:
    named = {name for _, name in TESTS}
    for file in (Path(__file__).parent).glob("test_*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        without = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        missing = {name for name in without if name.startswith("test_without_")} - named
        assert not missing, missing
