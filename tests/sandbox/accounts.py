"""Accounts and submissions for the sandbox's tests."""

from __future__ import annotations

import base64
from typing import Any

from reconciler.sandbox.model import AccountData, RowData
from tests.support import images

PENDING, APPROVED, NOT_EFFECTIVE, REJECTED, UNHEARD_OF = 1110, 1111, 1112, 1113, 1114
GLOBAL = 2110

ROWS = (
    RowData(PENDING, "Acme", status_code=1, create_time=1_617_508_800),
    RowData(APPROVED, "Settled", status_code=0),
    RowData(NOT_EFFECTIVE, "Nearly", status_code=2),
    RowData(REJECTED, "Refused", status_code=-1, review_reply="Blurred scan"),
    RowData(UNHEARD_OF, "Odd", status_code=7),
    RowData(GLOBAL, "Acme", international=True, status_code=1),
)


def account(*rows: RowData, **flags: Any) -> AccountData:
    """Return an account with those rows, or with one of every status."""
    return AccountData(signatures=rows or ROWS, **flags)


def image(number: int = 1) -> str:
    """Return a small image as the vendor takes it."""
    return base64.b64encode(images.png(number)).decode()


def submission(sign_id: int = PENDING, **changed: Any) -> dict[str, Any]:
    """Return parameters that the vendor accepts, but for what is changed; None takes a parameter away."""
    params = {
        "SignId": sign_id,
        "SignName": f"Name {sign_id}",
        "SignType": 0,
        "DocumentType": 1,
        "International": 0,
        "SignPurpose": 0,
        "ProofImage": image(),
        **changed,
    }
    return {name: value for name, value in params.items() if value is not None}
