from __future__ import annotations

import json
import unicodedata

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract.api import Status
from reconciler.errors import ErrorInfo
from reconciler.model.report import SignatureStatus, StatusReport
from reconciler.model.signature import LiveSignature, Signature
from reconciler.render.layout import coloured, plain
from reconciler.render.serialize import status_document, to_json
from reconciler.render.status import status_text
from reconciler.schemas import read_schema
from tests.fixtures.plans import keys, locations, targets
from tests.fixtures.strategies import rows, sign_fields
from tests.fixtures.values import APPROVED, NOW, PENDING, REJECTED, SIGN_ID, TARGET, UNDOCUMENTED, desired, known, row

SCHEMA = jsonschema.Draft202012Validator(json.loads(read_schema("status")))


def review(live: LiveSignature | None, *unmanaged: LiveSignature) -> StatusReport:
    return StatusReport(TARGET, (SignatureStatus(desired(), live),), unmanaged)


@pytest.mark.parametrize(
    ("live", "status"),
    [
        (row(APPROVED), Status.APPROVED),
        (row(PENDING), Status.PENDING),
        (row(UNDOCUMENTED), Status.UNKNOWN),
        (row(APPROVED, international=True), Status.MISSING),
        (None, Status.MISSING),
    ],
)
def test_a_signature_stands_as_its_row_says(live: LiveSignature | None, status: Status) -> None:
    found = review(live)
    assert found.signatures[0].status is status
    assert found.summary[status] == sum(found.summary.values()) == 1


def test_a_rejection_is_shown_with_the_reviewers_words() -> None:
    lines = status_text(review(row(REJECTED, review_reply="Blurred\x1b[31m scan")), plain).splitlines()
    assert lines[2].split()[:3] == ["rejected", "acme-otp", str(SIGN_ID)]
    assert lines[3].strip() == "reviewer: Blurred\\u001b[31m scan"
    assert lines[-1] == "Status: 1 rejected; 1 needs a person"


def test_the_time_of_submission_is_told_in_words() -> None:
    assert "submitted 2023-11-14 22:13 UTC" in status_text(review(row(create_time=1_700_000_000)), plain)


def test_a_time_past_all_calendars_is_told_as_the_number() -> None:
    assert f"submitted at {2**62}" in status_text(review(row(create_time=2**62)), plain)


def test_without_signatures_it_says_so() -> None:
    assert status_text(StatusReport(TARGET, ()), plain).endswith("Status: no signatures")


def test_rows_that_no_definition_names_are_listed() -> None:
    assert "Old" in status_text(review(row(), row(sign_id=9, sign_name="Old")), plain)


def test_colour_comes_only_where_it_is_asked_for() -> None:
    assert "\x1b[" in status_text(review(row()), coloured)
    assert "\x1b[" not in status_text(review(row()), plain)


@given(
    st.builds(
        StatusReport,
        targets,
        st.lists(
            st.builds(
                SignatureStatus,
                st.builds(Signature, keys, st.integers(1, 2**63 - 1), sign_fields, locations),
                st.none() | rows(),
                st.none() | st.just(known().submitted),
                st.booleans(),
                st.sampled_from(["international", "china"]),
                st.just(NOW),
                creation=st.none(),
            ),
            max_size=3,
        ).map(tuple),
        st.lists(rows(), max_size=2).map(tuple),
        unread=st.none()
        | st.builds(ErrorInfo, st.sampled_from(["Client.Remote", "Client.Record"]), st.text(), st.text()),
    )
)
def test_whatever_the_vendor_says_the_document_is_that_of_the_schema(found: StatusReport) -> None:
    SCHEMA.validate(json.loads(to_json(status_document(found))))
    assert all(unicodedata.category(sign) != "Cc" for sign in status_text(found, plain).replace("\n", ""))
