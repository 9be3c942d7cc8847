from __future__ import annotations

from reconciler.contract.api import Status
from reconciler.diagnostics import Location
from reconciler.model.plan import Verdict
from reconciler.model.signature import FIELD_NAMES
from reconciler.model.state import Entry, State
from tests.fixtures.values import PENDING, image, known, plan, planned, row


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


def test_a_summary_counts_every_verdict_the_absent_ones_too() -> None:
    made = plan([planned(Verdict.MODIFY), planned(Verdict.MODIFY), planned(Verdict.STUCK)])
    assert made.summary == {
        "modify": 2,
        "create": 0,
        "in-sync": 0,
        "waiting": 0,
        "unverified": 0,
        "stuck": 1,
        "refused": 0,
        "blocked": 0,
        "observed": 0,
    }


def test_nothing_is_known_of_a_signature_without_an_entry() -> None:
    state = State("100000000001", "ap-singapore", {1110: known()})
    assert state.entry(1110) == known()
    assert state.entry(1111) == Entry()


def test_a_place_reads_as_editors_link_it() -> None:
    assert str(Location("folder/signatures.yaml", 12, 3)) == "folder/signatures.yaml:12:3"
