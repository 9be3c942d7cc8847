"""docs/decision.md says what the code does."""

from __future__ import annotations

import ast
import itertools
import re
from pathlib import Path

from reconciler.decision import table
from reconciler.decision.compare import INTENT_MEMORY_S
from reconciler.model.plan import Verdict
from tests.decision.cases import CASES

DOCUMENT = (Path(__file__).parents[2] / "docs" / "decision.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (\d+) \|.*\| (.+?) \|$", DOCUMENT, re.MULTILINE))


def returned_lines() -> set[tuple[str, str]]:
    """Return each line number in table.py with the verdict that stands before it."""
    tree = ast.parse(Path(table.__file__).read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        values = node.elts if isinstance(node, ast.Tuple) else node.args if isinstance(node, ast.Call) else []
        for verdict, line in itertools.pairwise(values):
            if isinstance(verdict, ast.Attribute) and isinstance(line, ast.Constant):
                found.add((str(line.value), f"`{Verdict[verdict.attr].value}`"))
    return found


def test_every_line_that_the_table_can_return_is_documented_with_its_verdict() -> None:
    verdicts = {(line, verdict) for line, verdict in ROWS.items() if verdict.startswith("`")}
    assert len(returned_lines()) == 13
    assert returned_lines() == verdicts


def test_the_lines_that_settle_an_intent_are_documented_too() -> None:
    assert ROWS.keys() == {str(line) for line in range(15)}


def test_every_documented_verdict_has_an_example_in_the_tests() -> None:
    tested = {(str(case.line), f"`{case.verdict.value}`") for case in CASES.values()}
    assert tested == returned_lines()


def test_every_verdict_has_an_example_in_the_document() -> None:
    examples = re.findall(r"^\| `([a-z-]+)` \|.*\| (\d+) \|$", DOCUMENT, re.MULTILINE)
    assert {verdict for verdict, _ in examples} == set(Verdict)
    assert all(ROWS[line] == f"`{verdict}`" for verdict, line in examples)


def test_the_hour_of_the_document_is_the_codes() -> None:
    assert INTENT_MEMORY_S == 3600
    assert "one hour" in DOCUMENT
