"""The rules of ``ModifySmsSign``, each with the code that the reference page gives it.

Name length: no page allows more than 15 characters (global SMS); mainland's 12 is not enforced, since the reference
page's own example, ``Tencent Cloud`` for mainland, has 13.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from reconciler.sandbox.actions.action import Context
from reconciler.sandbox.api_error import ApiError
from reconciler.sandbox.checks import Params
from reconciler.sandbox.data import RowData
from reconciler.sandbox.facts import Facts

DOCUMENTS_OF: Final[Mapping[int, frozenset[int]]] = {
    0: frozenset({0, 1}),
    1: frozenset({0, 1, 2, 3, 4}),
    2: frozenset({0, 1, 2, 3, 5}),
    3: frozenset({0, 1, 2, 3, 8}),
    4: frozenset({7}),
    5: frozenset({2, 3}),
    6: frozenset({0, 1, 2, 3, 6}),
}
"""Sign type to document types, from the reference page's parameter ``SignType``."""

MAX_NAME: Final = 15
"""Characters."""

_APPROVED, _PENDING, _NOT_EFFECTIVE, _REJECTED = 0, 1, 2, -1


def check_account(context: Context) -> None:
    """Refuse an individual account, and one in arrears."""
    if context.account.arrears:
        raise ApiError("UnauthorizedOperation.ServiceSuspendDueToArrears", "The service is suspended due to arrears.")
    if context.account.individual:
        raise ApiError("FailedOperation.NotEnterpriseCertification", "Individual users cannot modify signatures.")


def check_row(context: Context, params: Params) -> RowData:
    """Return the row to modify: one of the region, of the same ``International``, and not approved."""
    row = context.account.row(params["SignId"])
    if row is None or row.region not in (None, context.region):
        raise ApiError("FailedOperation.MissingSignatureToModify", "This signature ID does not exist.")
    if params["International"] != int(row.international):
        raise ApiError("InvalidParameterValue.InvalidInternational", "`International` is not that of the signature.")
    if row.status_code == _APPROVED:
        raise ApiError("InvalidParameterValue.SignAlreadyPassedCheck", "An approved signature cannot be modified.")
    if row.status_code == _NOT_EFFECTIVE:
        raise ApiError(context.facts.not_effective_code, "An approved signature cannot be modified.")
    if row.status_code not in (_PENDING, _REJECTED):
        # No page says what a state that no page lists answers; this one is the nearest.
        raise ApiError("FailedOperation.MissingSignatureToModify", "This signature cannot be modified now.")
    if row.filing_incomplete and context.facts.filing_incomplete == "refused":
        raise ApiError("FailedOperation.OtherError", "The first carrier filing of this signature is incomplete.")
    return row


def check_values(context: Context, params: Params, row: RowData) -> None:
    """Check the purpose, the pair of sign type and document type, and what else either of them needs."""
    if params["SignPurpose"] not in (0, 1):
        raise ApiError("InvalidParameterValue.InvalidSignPurpose", "`SignPurpose` is 0 or 1.")
    if params["DocumentType"] not in DOCUMENTS_OF.get(params["SignType"], frozenset()):
        raise ApiError("InvalidParameterValue.InvalidDocumentType", "`DocumentType` does not go with `SignType`.")
    if params["SignPurpose"] == 1 and "CommissionImage" not in params:
        raise ApiError("MissingParameter", "`CommissionImage` is required where `SignPurpose` is 1.")
    demanded = context.facts.qualification_id == "demanded" and not row.international
    if demanded and "QualificationId" not in params:
        raise ApiError("MissingParameter", "`QualificationId` is required for Chinese mainland SMS.")


def check_name(context: Context, name: str, row: RowData) -> None:
    """Refuse a name that is empty, too long, or pending already for another id of the same kind and region."""
    if not name:
        raise ApiError("InvalidParameterValue", "`SignName` is empty.")
    if len(name) > MAX_NAME:
        raise ApiError("InvalidParameterValue.SignNameLengthTooLong", f"`SignName` is over {MAX_NAME} characters.")
    for other in context.account.rows():
        if other.sign_id == row.sign_id or other.status_code != _PENDING or other.sign_name != name:
            continue
        if other.international == row.international and other.region in (None, context.region):
            raise ApiError("InvalidParameterValue.SignExistAndUnapproved", "The same signature is pending already.")


def normal_name(name: str, facts: Facts) -> str:
    """Return the name that is kept: as sent, or half-width, trimmed and with single blanks inside."""
    return " ".join(unicodedata.normalize("NFKC", name).split()) if facts.names == "normalised" else name
