"""What editors and other checkers say of the schema: what is wrong, in words, not that something is not allowed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.schemas import read_schema

SCHEMA = json.loads(read_schema("signatures"))
HEAD = "version: 1\naccount: {site: %s, region: ap-singapore}\nsignatures:\n  acme:\n"
FIELDS = {
    "sign_id": "1110",
    "sign_name": "Acme",
    "sign_type": "company",
    "document_type": "business-license",
    "international": "true",
    "sign_purpose": "self",
    "proof_image": "license.png",
}


def parts(value: Any = SCHEMA) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def test_no_rule_says_only_that_something_is_not_allowed() -> None:
    assert [part for part in parts() if "not" in part] == []


def test_every_pattern_says_the_right_form() -> None:
    silent = [part for part in parts() if isinstance(part.get("pattern"), str) and not part.get("patternErrorMessage")]
    assert silent == []


def test_both_values_of_a_switch_are_described() -> None:
    for part in parts():
        if part.get("type") == "boolean":
            assert "true" in part["description"], part


@pytest.mark.parametrize(
    ("site", "changed", "said"),
    [
        ("china", {"sign_type": "website"}, "'website' is not one of ['company', 'app', 'trademark', 'government']"),
        ("china", {"document_type": "icp-filing-screenshot"}, "is not one of ['three-in-one'"),
        ("international", {"commission_image": "a.png"}, "'others' was expected"),
        ("international", {"document_type": "trademark-registration-certificate"}, "is not one of ['three-in-one'"),
        ("international", {"observe": "true", "sign_id": "x"}, "'x' is not of type 'integer'"),
    ],
)
def test_check_jsonschema_says_what_is_wrong(tmp_path: Path, site: str, changed: dict[str, str], said: str) -> None:
    (tmp_path / "schema.json").write_text(read_schema("signatures"))
    fields = "".join(f"    {name}: {value}\n" for name, value in {**FIELDS, **changed}.items())
    (tmp_path / "x.yaml").write_text(HEAD % site + fields)
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", "schema.json", "x.yaml", "-v"]
    child = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert child.returncode == 1
    assert said in child.stdout + child.stderr
    assert "should not be valid under" not in child.stdout
