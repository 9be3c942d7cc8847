"""``explain`` and ``schema``: every code, every rule, every schema, and what a word was probably meant to be."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re

import pytest

import reconciler.cli
from reconciler.contract.error_codes import CODES
from reconciler.decision.rules import Rule
from reconciler.definitions.codes import DIAGNOSTIC_CODES
from reconciler.errors import ReconcilerError
from reconciler.schemas import schema_names
from tests.fixtures.commands import inside

pytestmark = pytest.mark.usefixtures("keys")


@pytest.mark.parametrize("code", CODES)
def test_explain_knows_every_code(code: str) -> None:
    done = inside("explain", code)
    assert done.code == 0
    assert CODES[code].meaning in done.out
    assert CODES[code].hint in done.out
    assert str(CODES[code].treatment) in done.out


def test_explain_takes_the_last_part_alone_and_any_case() -> None:
    assert inside("explain", "imageinvalid").out.startswith("InvalidParameterValue.ImageInvalid\n")


@pytest.mark.parametrize(("code", "told"), [("ImageInvalit", "did you mean"), ("zzzz", "outcome is not certain")])
def test_explain_says_so_where_no_page_lists_the_code(code: str, told: str) -> None:
    done = inside("explain", code)
    assert (done.code, told in done.err) == (2, True)


@pytest.mark.parametrize("name", schema_names())
def test_schema_prints_each_schema(name: str) -> None:
    done = inside("schema", name)
    assert (done.code, json.loads(done.out)["$schema"]) == (0, "https://json-schema.org/draft/2020-12/schema")


def test_schema_defaults_to_that_of_the_definitions_and_names_those_there_are() -> None:
    assert inside("schema").out == inside("schema", "signatures").out
    done = inside("schema", "nothing")
    assert (done.code, "signatures" in done.err) == (2, True)


@pytest.mark.parametrize("rule", list(Rule), ids=lambda rule: rule.code)
def test_explain_knows_every_rule_of_a_plan(rule: Rule) -> None:
    done = inside("explain", rule.code)
    assert done.code == 0
    assert rule.condition in done.out
    assert [words for words in re.split(r"\{\w+\}", rule.hint) if words not in done.out] == []
    assert str(rule.verdict or "none") in done.out


@pytest.mark.parametrize("code", DIAGNOSTIC_CODES)
def test_explain_knows_every_code_of_the_definitions(code: str) -> None:
    done = inside("explain", code)
    assert (done.code, DIAGNOSTIC_CODES[code] in done.out) == (0, True)


def test_no_code_has_two_meanings() -> None:
    codes = [*CODES, *DIAGNOSTIC_CODES, *(rule.code for rule in Rule)]
    assert len(codes) == len(set(codes))


def test_every_code_of_a_failure_is_explained() -> None:
    for module in pkgutil.iter_modules(reconciler.cli.__path__):
        importlib.import_module(f"reconciler.cli.{module.name}")  # some define failures of their own
    kinds, codes = [ReconcilerError], set[str]()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        codes |= {kind.code} if isinstance(getattr(kind, "code", None), str) else set()
    assert len(codes) > 8
    assert [code for code in sorted(codes) if inside("explain", code).code] == []


@pytest.mark.parametrize(("word", "meant"), [("stuk", "stuck"), ("modfy", "modify"), ("in-snyc", "in-sync")])
def test_a_verdict_is_explained_and_a_mistyped_one_guessed(word: str, meant: str) -> None:
    assert meant in inside("explain", word).err
    assert inside("explain", meant).out.startswith(meant)
