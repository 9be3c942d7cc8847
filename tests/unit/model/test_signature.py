from __future__ import annotations

from reconciler.contract.api import Status
from reconciler.model.signature import FIELD_NAMES
from tests.fixtures.values import PENDING, image, row


def test_two_images_are_the_same_when_their_bytes_are() -> None:
    assert image("a", "one.png") == image("a", "other.png")
    assert image("a") != image("b")
    assert len({image("a", "one.png"), image("a", "other.png")}) == 1


def test_the_fields_are_those_that_a_modify_sends_beside_the_id() -> None:
    assert FIELD_NAMES == (
        "sign_name",
        "sign_type",
        "document_type",
        "international",
        "sign_purpose",
        "proof_image",
        "commission_image",
        "remark",
        "qualification_id",
    )


def test_a_row_names_its_status() -> None:
    assert row(PENDING).status is Status.PENDING
    assert row(99).status is Status.UNKNOWN
