from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciler.definitions import schema_check, source
from reconciler.definitions.load import Definitions
from reconciler.definitions.schema_check import RULES
from reconciler.schemas import read_schema
from reconciler.yaml12 import composer, problems

pytestmark = pytest.mark.usefixtures("sound_images")


SCHEMA = json.loads(read_schema("signatures"))


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every mapping below a schema, itself included."""
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(part)


def test_every_rule_of_the_schema_has_words_of_its_own() -> None:
    named = {part["x-rule"] for part in parts(SCHEMA) if isinstance(part.get("x-rule"), str)}
    assert named == set(RULES) | {"unknown-word"}


Load = Callable[[str | bytes], Definitions]


def codes(found: Definitions) -> list[str]:
    return [diagnostic.code for diagnostic in found.diagnostics]


def lower(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    for module in (composer, problems, schema_check, source):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, value)


def test_the_list_of_problems_of_one_file_ends(load_text: Load, monkeypatch: pytest.MonkeyPatch, valid: str) -> None:
    lower(monkeypatch, "MAX_PROBLEMS", 10)
    found = load_text(valid + "".join(f"  a-{number}: {number}\n" for number in range(100)))
    assert codes(found) == ["wrong-type"] * 10 + ["too-many-problems"]
    assert found.diagnostics[-1].location.line == 15
    assert found.signatures == ()


def test_the_list_of_problems_of_one_mapping_ends(load_text: Load, monkeypatch: pytest.MonkeyPatch, valid: str) -> None:
    lower(monkeypatch, "MAX_PROBLEMS", 10)
    found = load_text(valid + "  wide: {" + ", ".join(f"key-{number}: 1" for number in range(1000)) + "}\n")
    assert len(found.diagnostics) <= 11
