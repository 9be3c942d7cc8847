from __future__ import annotations

from collections.abc import Iterator
from string import Formatter
from types import ModuleType

import pytest

from reconciler.definitions import messages
from reconciler.definitions.codes import DIAGNOSTIC_CODES
from reconciler.diagnostics import Message
from reconciler.errors import fill
from reconciler.evidence import file_types
from reconciler.evidence import problems as evidence_problems
from reconciler.yaml12 import mistakes
from reconciler.yaml12 import problems as yaml_problems


def constants(module: ModuleType) -> Iterator[tuple[str, Message]]:
    for name, value in vars(module).items():
        if isinstance(value, Message):
            yield f"{module.__name__}.{name}", value
    if module is file_types:
        yield from ((f"file_types {rule.text}", rule) for _, rule in file_types._KINDS)
    if module is yaml_problems:
        yield from ((f"yaml {rule.text}", rule) for _, rule in yaml_problems._SYNTAX if not rule.params)


ALL = dict(
    found
    for module in (messages, mistakes, yaml_problems, evidence_problems, file_types)
    for found in constants(module)
)


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("rule", ALL.values(), ids=ALL.keys())
def test_a_message_has_a_known_code_a_text_and_a_hint_on_one_line(rule: Message) -> None:
    assert rule.code in DIAGNOSTIC_CODES
    assert rule.text
    assert rule.hint
    assert (rule.text + rule.hint).isprintable()


@pytest.mark.parametrize("rule", [rule for rule in ALL.values() if "{" in rule.text], ids=lambda rule: rule.text)
def test_placeholders_are_plain_names(rule: Message) -> None:
    names = names_in(rule.text) | names_in(rule.hint)
    assert all(name.isidentifier() for name in names)
    params = dict.fromkeys(names, "{value}")
    # What is filled in is never looked at for placeholders itself.
    assert "{value}" in fill(rule.text, params)


def test_every_code_has_a_message() -> None:
    assert {rule.code for rule in ALL.values()} == set(DIAGNOSTIC_CODES)
