"""What is told of a signature with errors beside its errors: one run tells everything."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from reconciler.definitions import schema_check, signatures
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.diagnostics import Diagnostic
from reconciler.evidence.inspect import Inspected, Wanted
from reconciler.evidence.problems import MISSING

HEAD = "version: 1\naccount: {site: china, region: ap-guangzhou}\nsignatures:\n"
FAULTY = """  a:
    sign_id: 0
    sign_name: 【品牌】
    sign_type: company
    document_type: business-license
    international: false
    sign_purpose: others
    proof_image: evidence/a.png
    commission_image: evidence/b.png
"""


@pytest.fixture(autouse=True)
def missing_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every image be missing, so that the diagnostics show which ones are looked at."""

    def inspect(_root: Path, wanted: Iterable[Wanted]) -> dict[Wanted, Inspected]:
        return dict.fromkeys(wanted, Inspected(None, MISSING))

    monkeypatch.setattr(signatures, "inspect", inspect)


def load(folder: Path, text: str) -> Definitions:
    (folder / "signatures.yaml").write_text(HEAD + text, encoding="utf-8")
    return load_definitions(["signatures.yaml"], cwd=folder)


def codes(found: Definitions) -> list[str]:
    return [diagnostic.code for diagnostic in found.diagnostics if diagnostic.code != MISSING.code]


def named(found: Definitions) -> list[str]:
    return [str(image.rule.params["image"]) for image in missing(found)]


def missing(found: Definitions) -> list[Diagnostic]:
    return [diagnostic for diagnostic in found.diagnostics if diagnostic.code == MISSING.code]


def test_a_faulty_signature_is_told_of_its_name_and_its_images_are_looked_at(tmp_path: Path) -> None:
    found = load(tmp_path, FAULTY)
    assert codes(found) == ["sign-id-range", "name-brackets"]
    assert [(*image.rule.params.values(), image.location.line) for image in missing(found)] == [
        ("proof_image", "evidence/a.png", 11),
        ("commission_image", "evidence/b.png", 12),
    ]
    assert found.signatures == ()


def test_a_field_of_which_something_is_said_already_is_left_alone(tmp_path: Path) -> None:
    text = FAULTY.replace("sign_name: 【品牌】", "sign_name: 12").replace("sign_purpose: others", "sign_purpose: self")
    found = load(tmp_path, text)
    assert codes(found) == ["sign-id-range", "wrong-type", "commission-superfluous"]
    assert named(found) == ["evidence/a.png"]


def test_a_name_is_not_judged_where_its_series_is_not_known(tmp_path: Path) -> None:
    assert codes(load(tmp_path, FAULTY.replace("false", "no"))) == ["sign-id-range", "wrong-type"]


def test_images_without_a_path_are_none(tmp_path: Path) -> None:
    found = load(tmp_path, FAULTY.replace("evidence/a.png", "[]"))
    assert named(found) == ["evidence/b.png"]
    assert named(load(tmp_path, "  a: 5\n")) == []


def test_of_a_file_whose_yaml_is_at_fault_no_image_is_looked_at(tmp_path: Path) -> None:
    assert named(load(tmp_path, FAULTY + "    remark: a\n    remark: b\n")) == []


def test_of_a_file_with_its_fill_of_problems_no_image_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_check, "MAX_PROBLEMS", 0)
    found = load(tmp_path, FAULTY)
    assert "too-many-problems" in codes(found)
    assert named(found) == []
