"""From checked definitions and their images to signatures, and what is found out about faulty ones in the same run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image as Pictures

from reconciler.definitions import schema_check, signatures
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.diagnostics import Diagnostic
from reconciler.evidence import containment
from reconciler.evidence.inspect import Inspected, Wanted
from reconciler.evidence.problems import MISSING
from tests.fixtures import images
from tests.fixtures.project import pending, write


def loaded(top: Path) -> Definitions:
    return load_definitions([str(top)], cwd=top)


def test_definitions_and_digested_evidence_become_what_is_wanted(tmp_path: Path) -> None:
    write(tmp_path, [pending(1), pending(2, image=2, remark="Login codes")])
    found = loaded(tmp_path)
    assert found.valid
    first, second = found.signatures
    assert (first.key, first.sign_id, first.fields.sign_name, Path(first.folder)) == (
        "sign-1",
        1001,
        "New 1",
        tmp_path,
    )
    assert (first.fields.proof_image.bytes, first.fields.proof_image.format) == (len(images.png(1)), "PNG")
    assert first.fields.proof_image != second.fields.proof_image
    assert (second.fields.remark, second.fields.commission_image) == ("Login codes", None)


def test_a_signature_with_a_bad_image_is_left_out_and_its_field_is_named(tmp_path: Path) -> None:
    write(tmp_path, [pending(1), pending(2, image=2)])
    (tmp_path / "evidence" / "1.png").write_bytes(b"no image at all")
    found = loaded(tmp_path)
    assert [signature.key for signature in found.signatures] == ["sign-2"]
    assert not found.valid
    problem = found.diagnostics[0]
    assert problem.message.startswith("proof_image evidence/1.png: ")
    assert problem.location.line > 5


def test_the_images_of_a_faulty_signature_are_told_of_in_the_same_run(tmp_path: Path) -> None:
    file = write(tmp_path, [pending(1), pending(2, image=2)])
    file.write_text(file.read_text().replace("sign_id: 1001", "sign_id: 0"))
    (tmp_path / "evidence" / "1.png").unlink()
    found = loaded(tmp_path)
    assert [problem.code for problem in found.diagnostics] == ["sign-id-range", "image-missing"]
    assert [signature.key for signature in found.signatures] == ["sign-2"]


def test_one_bad_image_is_told_at_each_place_that_names_it(tmp_path: Path) -> None:
    write(tmp_path, [pending(1), pending(2)])
    (tmp_path / "evidence" / "1.png").unlink()
    assert len(loaded(tmp_path).diagnostics) == 2


def with_commission(top: Path, content: bytes) -> Definitions:
    file = write(top, [pending(1)])
    text = file.read_text().replace("sign_purpose: self", "sign_purpose: others\n    commission_image: evidence/c.png")
    file.write_text(text)
    (top / "evidence" / "c.png").write_bytes(content)
    return loaded(top)


def test_a_commission_image_is_part_of_what_is_wanted(tmp_path: Path) -> None:
    found = with_commission(tmp_path, images.png(9))
    commission = found.signatures[0].fields.commission_image
    assert commission is not None
    assert commission.file == "evidence/c.png"


def turned() -> bytes:
    exif = Pictures.Exif()
    exif[0x0112] = 6
    return images.png(7, exif=exif)


@pytest.mark.parametrize("which", ["1.png", "c.png", "both"])
def test_an_image_that_is_turned_is_wanted_and_warned_of(tmp_path: Path, which: str) -> None:
    with_commission(tmp_path, images.png(9))
    for name in ("1.png", "c.png"):
        if which in {name, "both"}:
            (tmp_path / "evidence" / name).write_bytes(turned())
    found = loaded(tmp_path)
    assert found.valid
    assert {problem.code for problem in found.diagnostics} == {"image-rotated"}
    assert len(found.diagnostics) == 1 + (which == "both")
    fields = found.signatures[0].fields
    assert fields.proof_image.file == "evidence/1.png"
    assert fields.commission_image is not None
    assert fields.commission_image.file == "evidence/c.png"


def test_a_bad_commission_image_is_told_as_such(tmp_path: Path) -> None:
    found = with_commission(tmp_path, b"no image")
    assert found.signatures == ()
    assert found.diagnostics[0].message.startswith("commission_image evidence/c.png: ")


def test_images_too_large_together_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containment, "MAX_BODY_BYTES", containment.REST_OF_BODY + 10)
    found = with_commission(tmp_path, images.png(9))
    assert not found.valid
    assert found.diagnostics[-1].message.startswith("commission_image")


def test_problems_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write(tmp_path / name, [pending(ord(name), image=ord(name))])
        (tmp_path / name / "evidence" / f"{ord(name)}.png").unlink()
    found = load_definitions([str(tmp_path / "b"), str(tmp_path / "a")], cwd=tmp_path)
    assert [Path(problem.location.file).parent.name for problem in found.diagnostics] == ["b", "a"]


def test_a_file_without_signatures_wants_nothing(tmp_path: Path) -> None:
    (tmp_path / "signatures.yaml").write_text("version: 1\n")
    assert loaded(tmp_path).signatures == ()


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


@pytest.fixture
def missing_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every image be missing, so that the diagnostics show which ones are looked at."""

    def inspect(_root: Path, wanted: Iterable[Wanted], **_how: bool) -> dict[Wanted, Inspected]:
        return dict.fromkeys(wanted, Inspected(None, (MISSING,)))

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


@pytest.mark.usefixtures("missing_images")
def test_a_faulty_signature_is_told_of_its_name_and_its_images_are_looked_at(tmp_path: Path) -> None:
    found = load(tmp_path, FAULTY)
    assert codes(found) == ["sign-id-range", "name-brackets"]
    assert [
        (image.rule.text.split()[0], image.rule.params["image"], image.location.line) for image in missing(found)
    ] == [
        ("proof_image", "evidence/a.png", 11),
        ("commission_image", "evidence/b.png", 12),
    ]
    assert found.signatures == ()


@pytest.mark.usefixtures("missing_images")
def test_a_field_of_which_something_is_said_already_is_left_alone(tmp_path: Path) -> None:
    text = FAULTY.replace("sign_name: 【品牌】", "sign_name: 12").replace("sign_purpose: others", "sign_purpose: self")
    found = load(tmp_path, text)
    assert codes(found) == ["sign-id-range", "wrong-type", "commission-superfluous"]
    assert named(found) == ["evidence/a.png"]


@pytest.mark.usefixtures("missing_images")
def test_a_name_is_not_judged_where_its_series_is_not_known(tmp_path: Path) -> None:
    assert codes(load(tmp_path, FAULTY.replace("false", "no"))) == ["sign-id-range", "wrong-type"]


@pytest.mark.usefixtures("missing_images")
def test_images_without_a_path_are_none(tmp_path: Path) -> None:
    found = load(tmp_path, FAULTY.replace("evidence/a.png", "[]"))
    assert named(found) == ["evidence/b.png"]
    assert named(load(tmp_path, "  a: 5\n")) == []


@pytest.mark.usefixtures("missing_images")
def test_of_a_file_whose_yaml_is_at_fault_no_image_is_looked_at(tmp_path: Path) -> None:
    assert named(load(tmp_path, FAULTY + "    remark: a\n    remark: b\n")) == []


@pytest.mark.usefixtures("missing_images")
def test_of_a_file_with_its_fill_of_problems_no_image_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_check, "MAX_PROBLEMS", 0)
    found = load(tmp_path, FAULTY)
    assert "too-many-problems" in codes(found)
    assert named(found) == []
