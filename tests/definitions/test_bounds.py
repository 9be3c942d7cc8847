"""Whoever can open a pull request chooses the input: everything has a bound, and reaching it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.definitions import schema_check, source
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.yaml12 import composer, problems

Load = Callable[[str | bytes], Definitions]


def codes(found: Definitions) -> list[str]:
    return [diagnostic.code for diagnostic in found.diagnostics]


def lower(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    for module in (composer, problems, schema_check, source):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, value)


def test_a_file_with_too_many_nodes_is_not_read_further(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "MAX_NODES", 100)
    found = load_text("a: [" + "x, " * 99 + "x]\n")
    assert codes(found) == ["yaml-too-many-nodes"]
    assert found.diagnostics[0].location[1:] == (1, 5 + 3 * 97)


def test_aliases_may_not_stand_for_too_much_text(load_text: Load, monkeypatch: pytest.MonkeyPatch, valid: str) -> None:
    lower(monkeypatch, "MAX_ALIASED_CHARS", 50)
    text = valid.replace("sign_name: Acme", "sign_name: *n").replace("version: 1", "version: &v 1")
    text = text.replace("region: ap-singapore", "region: &r ap-singapore")
    aliased = text.replace("*n", "*r") + "".join(f"  a-{number}: {{remark: *r}}\n" for number in range(5))
    assert codes(load_text(aliased)).count("yaml-alias") == 2


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


def test_the_list_of_problems_with_the_yaml_itself_ends(load_text: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    lower(monkeypatch, "MAX_PROBLEMS", 10)
    assert codes(load_text("version: 1\n" * 100)) == ["yaml-duplicate-key"] * 10 + ["too-many-problems"]


def test_the_files_of_a_run_may_not_hold_too_much_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, valid: str
) -> None:
    lower(monkeypatch, "MAX_RUN_CHARS", len(valid) - 1)
    (tmp_path / "a.yaml").write_text(valid)
    (tmp_path / "b.yaml").write_text(valid)
    found = load_definitions(["."], cwd=tmp_path)
    assert [f"{diagnostic.location}: {diagnostic.code}" for diagnostic in found.diagnostics] == [
        "b.yaml:1:1: run-too-large"
    ]


def test_a_hundred_thousand_signatures_stay_within_the_bounds(valid: str) -> None:
    lines, characters, nodes = 10, 320, 22
    assert valid.count("sign_") == 4
    assert 100_000 * characters < source.MAX_FILE_BYTES
    assert 100_000 * nodes < problems.MAX_NODES
    assert lines < nodes


def test_a_file_with_its_fill_of_problems_is_not_compared_with_others(
    load_text: Load, monkeypatch: pytest.MonkeyPatch, valid: str
) -> None:
    lower(monkeypatch, "MAX_PROBLEMS", 10)
    again = valid.splitlines()[-1].replace("acme-otp", "again") + "\n"
    found = load_text(valid + "".join(f"  a-{number}: {number}\n" for number in range(100)) + again)
    assert "duplicate-sign-id" not in codes(found)


def test_a_hundred_thousand_directives_are_refused_before_they_are_parsed(load_text: Load) -> None:
    found = load_text("".join(f"%TAG !a{number}! b\n" for number in range(100_000)) + "---\n")
    assert [str(diagnostic.location) for diagnostic in found.diagnostics] == ["signatures.yaml:1:1"]


@pytest.mark.parametrize("levels", [8, 500])
def test_an_alias_bomb_is_refused_and_never_grows(load_text: Load, levels: int) -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}, *a{level - 1}]" for level in range(1, levels)]
    found = load_text("\n".join(lines))
    assert codes(found).count("yaml-alias") == 3 * (levels - 1)
    assert not found.signatures
