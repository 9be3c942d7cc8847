from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from reconciler.evidence.containment import pair_problem
from reconciler.evidence.inspect import inspect
from reconciler.model.signature import Image
from tests.fixtures.make_sample_images import SHEETS

ROOT = Path(__file__).parents[2]


EXAMPLE = yaml.safe_load((ROOT / "signatures.example.yaml").read_text(encoding="utf-8"))


SANDBOX = yaml.safe_load((ROOT / "signatures.example.sandbox.yaml").read_text(encoding="utf-8"))


NAMES = [
    fields[name]
    for fields in EXAMPLE["signatures"].values()
    for name in ("proof_image", "commission_image")
    if name in fields
]


@pytest.fixture(scope="module")
def images() -> dict[str, Image]:
    found = inspect(ROOT, [(str(ROOT), name) for name in NAMES])
    return {name: inspected.image for (_, name), inspected in found.items() if inspected.image}


def test_every_image_of_the_example_is_usable_and_small(images: dict[str, Image]) -> None:
    assert set(images) == set(NAMES)
    assert max(image.bytes for image in images.values()) < 32 * 1024


def test_the_images_of_each_signature_fit_one_request(images: dict[str, Image]) -> None:
    for fields in EXAMPLE["signatures"].values():
        commission = images.get(fields.get("commission_image", ""))
        assert pair_problem(images[fields["proof_image"]], commission) is None


def test_the_evidence_folder_holds_what_the_example_names_and_the_script_draws() -> None:
    stored = {f"evidence/{path.name}" for path in (ROOT / "evidence").iterdir()}
    assert stored == set(NAMES) == {f"evidence/{name}" for name in SHEETS}


def test_the_sandbox_account_has_every_signature_of_the_example_and_an_unmanaged_one() -> None:
    rows = {row["sign_id"]: row for row in SANDBOX["signatures"]}
    declared = {fields["sign_id"]: fields for fields in EXAMPLE["signatures"].values()}
    assert declared.keys() < rows.keys()
    assert all(rows[sign_id]["international"] == declared[sign_id]["international"] for sign_id in declared)


def test_no_approved_signature_of_the_example_differs_so_that_the_first_plan_refuses_nothing() -> None:
    declared = {fields["sign_id"]: fields for fields in EXAMPLE["signatures"].values()}
    locked = [
        row for row in SANDBOX["signatures"] if row["status"].startswith("approved") and row["sign_id"] in declared
    ]
    assert locked
    assert all(row["sign_name"] == declared[row["sign_id"]]["sign_name"] for row in locked)
