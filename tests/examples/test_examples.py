"""Every file and folder below tests/examples, with what is said of it beside it. A new file is a new test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconciler.definitions.codes import DIAGNOSTIC_CODES, IMAGE_CODES
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.schemas import read_schema

pytestmark = pytest.mark.usefixtures("sound_images")


EXAMPLES = Path(__file__).parent


VALID = sorted(path for path in (EXAMPLES / "valid").iterdir() if path.suffix != ".expected")


INVALID = sorted(path for path in (EXAMPLES / "invalid").iterdir() if path.suffix != ".expected")


# What these need cannot be kept as a file in a repository, or is more than one run; the tests of it make them.
MADE_BY_TESTS = {
    "account-duplicate",
    "branch-missing",
    "branch-unexpected",
    "file-missing",
    "file-not-regular",
    "file-outside-root",
    "file-too-large",
    "file-unreadable",
    "run-too-large",
    "too-many-problems",
    "yaml-too-many-nodes",
}


def load(example: Path) -> Definitions:
    if example.is_dir():
        return load_definitions(["."], cwd=example)
    return load_definitions([example.name], cwd=example.parent)


def line_of(diagnostic: Diagnostic, example: Path) -> str:
    file, line, column = diagnostic.location
    place = f"{file}:{line}:{column}" if example.is_dir() else f"{line}:{column}"
    return f"{place}: {diagnostic.severity} {diagnostic.code}: {diagnostic.message} - {diagnostic.hint}\n"


def told(example: Path) -> str:
    return "".join(line_of(diagnostic, example) for diagnostic in load(example).diagnostics)


@pytest.mark.parametrize("example", INVALID, ids=lambda path: path.name)
def test_an_invalid_example_gets_exactly_the_diagnostics_beside_it(example: Path) -> None:
    assert told(example) == example.with_suffix(".expected").read_text(encoding="utf-8")
    assert not load(example).valid


@pytest.mark.parametrize("example", VALID, ids=lambda path: path.name)
def test_a_valid_example_gets_no_more_than_the_warnings_beside_it(example: Path) -> None:
    expected = example.with_suffix(".expected")
    assert told(example) == (expected.read_text(encoding="utf-8") if expected.exists() else "")
    assert load(example).valid


def test_every_expectation_has_its_example() -> None:
    expectations = {path.with_suffix("") for path in EXAMPLES.glob("*/*.expected")}
    assert expectations <= {path.with_suffix("") for path in (*VALID, *INVALID)}


def test_there_are_examples_enough() -> None:
    assert len(INVALID) >= 60
    assert VALID


def test_every_code_has_an_example_and_every_code_is_known() -> None:
    seen = {found.code for example in (*VALID, *INVALID) for found in load(example).diagnostics}
    assert seen | MADE_BY_TESTS == set(DIAGNOSTIC_CODES) - (set(IMAGE_CODES) - {"image-path"})


def test_every_diagnostic_says_what_is_wrong_and_how_to_correct_it() -> None:
    for example in (*VALID, *INVALID):
        for found in load(example).diagnostics:
            assert found.message, example
            assert found.hint, example
            assert "\n" not in found.message + found.hint, example
            assert found.severity in Severity, example


def test_diagnostics_follow_their_published_schema() -> None:
    found = load_definitions([str(EXAMPLES / "invalid")], cwd=EXAMPLES).diagnostics
    rows = [
        dict(zip(("file", "line", "column"), diagnostic.location, strict=True))
        | {"severity": diagnostic.severity, "code": diagnostic.code}
        | {"message": diagnostic.message, "hint": diagnostic.hint}
        for diagnostic in found
    ]
    document = json.loads(json.dumps({"version": 1, "valid": False, "diagnostics": rows}))
    Draft202012Validator(json.loads(read_schema("diagnostics"))).validate(document)
    assert len(rows) > 100
