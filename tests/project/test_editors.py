"""What editors and other checkers say of the schema: what is wrong, in words, not that something is not allowed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.definitions.load import load_definitions
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
    output = check_jsonschema(tmp_path, changed, site)
    assert said in output
    assert "should not be valid under" not in output


def check_jsonschema(folder: Path, changed: dict[str, str], site: str = "international") -> str:
    """Return what check-jsonschema says of x.yaml, a definition with these fields changed; empty where nothing."""
    pytest.importorskip("check_jsonschema", reason="the lowest versions are tried without the checkers")
    (folder / "schema.json").write_text(read_schema("signatures"))
    fields = "".join(f"    {name}: {value}\n" for name, value in {**FIELDS, **changed}.items())
    (folder / "x.yaml").write_text(HEAD % site + fields)
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", "schema.json", "x.yaml", "-v"]
    child = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert child.returncode in {0, 1}
    return child.stdout + child.stderr if child.returncode else ""


@pytest.mark.parametrize("value", ["0o14", "0x0c", "+12", "12.0", "1.2e1"])
def test_an_integer_in_another_spelling_is_the_same_to_other_checkers(tmp_path: Path, value: str) -> None:
    assert check_jsonschema(tmp_path, {"sign_id": value}) == ""
    found = load_definitions(["x.yaml"], cwd=tmp_path, evidence=False)
    assert [each.code for each in found.diagnostics] == (["integer-spelling"] if "." in value else [])
    assert found.valid


@pytest.mark.parametrize("field", ["sign_name", "remark"])
def test_a_text_with_leading_zeros_is_marked_by_all(tmp_path: Path, field: str) -> None:
    assert "123 is not of type 'string'" in check_jsonschema(tmp_path, {field: "0123"})
    found = load_definitions(["x.yaml"], cwd=tmp_path, evidence=False).diagnostics
    assert [(each.code, each.hint) for each in found] == [("leading-zeros", f'put it in quotes: `{field}: "0123"`')]
    assert check_jsonschema(tmp_path, {field: '"0123"'}) == ""
    assert load_definitions(["x.yaml"], cwd=tmp_path, evidence=False).diagnostics == ()


def test_an_integer_with_leading_zeros_is_refused_since_no_schema_can(tmp_path: Path) -> None:
    assert check_jsonschema(tmp_path, {"sign_id": "0012"}) == ""
    found = load_definitions(["x.yaml"], cwd=tmp_path, evidence=False).diagnostics
    assert [(each.code, each.hint.partition(";")[0]) for each in found] == [("wrong-type", "write `sign_id: 12`")]
