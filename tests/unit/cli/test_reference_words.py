from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.contract.api import Status
from reconciler.decision.rules import Rule
from reconciler.model.plan import Verdict
from reconciler.render.findings import STATUSES, VERDICTS
from tests.fixtures.commands import inside

CHINESE = (
    ("被驳回", "rejected"),
    ("审核中", "pending"),
    ("已通过", "approved"),
    ("被拒且未改", "stuck"),
    ("等待审核", "waiting"),
)


@pytest.fixture(autouse=True)
def _english_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LANGUAGE", "")
    yield
    inside("--lang", "en", "--version")


@pytest.mark.parametrize("word", [*Verdict, *Status])
def test_a_verdict_and_a_review_status_are_explained_with_what_is_done_and_what_to_do(word: Verdict | Status) -> None:
    told = inside("explain", word).out
    words = VERDICTS[word] if isinstance(word, Verdict) else STATUSES[word]
    assert told.startswith(f"{word}\n")
    assert [text for text in words if text not in told] == []


def test_a_verdict_names_every_rule_that_leads_to_it() -> None:
    for verdict in Verdict:
        told = inside("explain", verdict).out
        assert [rule.code for rule in Rule if rule.verdict is verdict and f" {rule.code}: " not in told] == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("name", "meant"), CHINESE)
def test_they_are_found_by_their_chinese_names_in_either_language(language: str, name: str, meant: str) -> None:
    by_name, by_word = (inside("--lang", language, "explain", word) for word in (name, meant))
    assert (by_name.code, by_name.out) == (0, by_word.out)


def test_a_mistyped_chinese_name_is_guessed() -> None:
    assert "did you mean 被驳回" in inside("explain", "已驳回").err


@pytest.mark.parametrize("word", ["observed", "create"])
def test_a_word_that_is_a_verdict_and_a_rule_is_explained_as_both(word: str) -> None:
    told = inside("explain", word).out
    assert ("the verdict of these rules:" in told, "docs/decision.md" in told) == (True, True)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("rule", Rule, ids=lambda rule: rule.code)
def test_no_rule_is_explained_with_placeholders(rule: Rule, language: str) -> None:
    told = inside("--lang", language, "explain", rule.code).out
    assert rule.code in told
    assert "{" not in told
