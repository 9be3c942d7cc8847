"""docs/decision.md says what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from reconciler.decision.intents import MEMORY_S
from reconciler.decision.rules import Rule
from reconciler.model.plan import Verdict
from tests.unit.decision.cases import CASES
from tests.unit.decision.test_new_signature import NEW

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "decision.md").read_text(encoding="utf-8")
OFFLINE = {Rule.NOT_READ}
SETTLING = {Rule.INTENT_PROVEN, Rule.INTENT_DROPPED}


def generate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "docs" / "generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_generated_parts_are_current() -> None:
    done = generate("--check")
    assert (done.returncode, done.stdout) == (0, ""), "run `python docs/generate.py`"


def test_no_word_of_another_language_is_left_in_what_is_generated_in_english() -> None:
    for page in ("docs/reference.md", "reconciler/cli/completion.json"):
        text = (ROOT / page).read_text(encoding="utf-8").replace("[中文]", "")  # what the page calls its other language
        assert not re.findall(r"[\u4e00-\u9fff]+", text), page


def test_every_rule_is_in_the_table() -> None:
    documented = re.findall(r"^\| (\S+) \| `([a-z-]+)` \|", DOCUMENT, re.MULTILINE)
    assert documented == [(rule.line, rule.code) for rule in Rule]


def test_the_code_of_a_rule_is_its_name() -> None:
    assert [rule.code for rule in Rule] == [rule.name.lower().replace("_", "-") for rule in Rule]


def test_every_rule_that_decides_has_an_example_in_the_tests() -> None:
    assert {case.rule for case in CASES.values()} | {rule for *_, rule in NEW} == set(Rule) - OFFLINE - SETTLING


def test_only_the_rules_that_settle_decide_nothing() -> None:
    assert {rule for rule in Rule if rule.verdict is None} == SETTLING


def test_every_verdict_has_an_example_in_the_document() -> None:
    examples = re.findall(r"^\| `([a-z-]+)` \|.*\| (\w+) \|$", DOCUMENT, re.MULTILINE)
    assert {verdict for verdict, _ in examples} == set(Verdict)
    assert set(examples) <= {(rule.verdict, rule.line) for rule in Rule}


def test_the_hour_of_the_document_is_the_codes() -> None:
    assert MEMORY_S == 3600
    assert "one hour" in DOCUMENT
