"""The two writes, ``ModifySmsSign`` and ``AddSmsSign``: every rule holds and a row is pending, or nothing changes.

Each rule has the code that the reference pages give it: that of ``ModifySmsSign`` (2024-09-10), and 382/40534 (2025-11)
with both SDKs for ``AddSmsSign``; ``QualificationId`` since SDK 3.0.1300 for the mainland site.
"""

# Name length: no page allows more than 15 characters (global SMS); mainland's 12 is not enforced, since the reference
# page's own example, ``Tencent Cloud`` for mainland, has 13.

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from reconciler.contract.api import ADD, ADD_RATE, MODIFY, MODIFY_RATE, MOST_SIGNATURES, SMS_SERVICE, SMS_VERSION
from reconciler.sandbox.model import ApiError, ImageDigest, RowData, Submission
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.parameters import Action, ActionContext, Kind, Parameter, Params, read_image

# Sign type to document types, from the reference page's parameter ``SignType``.
_DOCUMENTS_OF: Final[Mapping[int, frozenset[int]]] = {
    0: frozenset({0, 1}),
    1: frozenset({0, 1, 2, 3, 4}),
    2: frozenset({0, 1, 2, 3, 5}),
    3: frozenset({0, 1, 2, 3, 8}),
    4: frozenset({7}),
    5: frozenset({2, 3}),
    6: frozenset({0, 1, 2, 3, 6}),
}


# Characters.
_MAX_NAME: Final = 15

_APPROVED, _PENDING, _NOT_EFFECTIVE, _REJECTED = 0, 1, 2, -1
_QUALIFICATION_PASSED: Final = 1


def _check_account(context: ActionContext) -> None:
    """Refuse an individual account, and one in arrears."""
    if context.account.arrears:
        raise ApiError("UnauthorizedOperation.ServiceSuspendDueToArrears", "The service is suspended due to arrears.")
    if context.account.individual:
        raise ApiError("FailedOperation.NotEnterpriseCertification", "Individual users cannot modify signatures.")


def _check_row(context: ActionContext, params: Params) -> RowData:
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


def _check_values(context: ActionContext, params: Params, row: RowData) -> None:
    """Check the images, the purpose, the pair of sign type and document type, and what else either of them needs."""
    if "ProofImage" not in params and not (row.international and context.facts.global_image != "required"):
        raise ApiError("MissingParameter", "The request lacks the required parameter `ProofImage`.")
    if params["SignPurpose"] not in (0, 1):
        raise ApiError("InvalidParameterValue.InvalidSignPurpose", "`SignPurpose` is 0 or 1.")
    if params["DocumentType"] not in _DOCUMENTS_OF.get(params["SignType"], frozenset()):
        raise ApiError("InvalidParameterValue.InvalidDocumentType", "`DocumentType` does not go with `SignType`.")
    if params["SignPurpose"] == 1 and "CommissionImage" not in params:
        raise ApiError("MissingParameter", "`CommissionImage` is required where `SignPurpose` is 1.")
    demanded = context.facts.qualification_id == "demanded" and not row.international
    if demanded and "QualificationId" not in params:
        raise ApiError("MissingParameter", "`QualificationId` is required for Chinese mainland SMS.")
    refused = context.facts.omitted_qualification == "refused" and bool(row.qualification_id)
    if refused and not row.international and "QualificationId" not in params:
        raise ApiError("MissingParameter", "`QualificationId` is required for a signature that has one.")


def _check_name(context: ActionContext, name: str, row: RowData) -> None:
    """Refuse a name that is empty, too long, or pending already for another id of the same kind and region."""
    if not name:
        raise ApiError("InvalidParameterValue", "`SignName` is empty.")
    if len(name) > _MAX_NAME:
        raise ApiError("InvalidParameterValue.SignNameLengthTooLong", f"`SignName` is over {_MAX_NAME} characters.")
    for other in context.account.rows():
        if other.sign_id == row.sign_id or other.status_code != _PENDING or other.sign_name != name:
            continue
        if other.international == row.international and other.region in (None, context.region):
            raise ApiError("InvalidParameterValue.SignExistAndUnapproved", "The same signature is pending already.")


def _normal_name(name: str, facts: UnconfirmedBehaviour) -> str:
    """Return the name that is kept: as sent, or half-width, trimmed, and with single blanks or none inside."""
    if facts.names == "kept":
        return name
    blank = " " if facts.names == "normalised" else ""
    return blank.join(unicodedata.normalize("NFKC", name).split())


def _modify(context: ActionContext, params: Params) -> dict[str, Any]:
    _check_account(context)
    # From the look to the change nobody else comes between, as in the vendor's own database.
    with context.account.transaction():
        row = _check_row(context, params)
        _check_values(context, params, row)
        name = _normal_name(params["SignName"], context.facts)
        _check_name(context, name, row)
        changed = replace(row, sign_name=name, submitted=_submission(context, params, row))
        context.account.change(_qualified(context, params, _pending_again(context, changed)))
    return {"ModifySignStatus": {"SignId": row.sign_id}}


def _submission(context: ActionContext, params: Params, row: RowData) -> Submission:
    """Return what is kept of a request beside what describe shows."""
    old_remark = row.submitted.remark if row.submitted and context.facts.omitted_remark == "keeps" else None
    return Submission(
        sign_type=params["SignType"],
        document_type=params["DocumentType"],
        sign_purpose=params["SignPurpose"],
        proof_image=None if _is_without_image(context, params, row) else _image(context, params, "ProofImage"),
        # it takes effect only for the use of others, so for oneself it is not even looked at
        commission_image=_image(context, params, "CommissionImage") if params["SignPurpose"] == 1 else None,
        remark=params.get("Remark", old_remark),
    )


def _is_without_image(context: ActionContext, params: Params, row: RowData) -> bool:
    return row.international and ("ProofImage" not in params or context.facts.global_image == "ignored")


def _image(context: ActionContext, params: Params, name: str) -> ImageDigest:
    return read_image(name, params[name], loose=context.facts.loose_base64 == "accepted")


def _pending_again(context: ActionContext, row: RowData) -> RowData:
    moved = int(context.now) if context.facts.create_time == "moves" else row.create_time
    return replace(row, status_code=_PENDING, review_reply="", create_time=moved, filing_incomplete=False)


def _qualified(context: ActionContext, params: Params, pending: RowData) -> RowData:
    """Return a row with the qualification that a request names, or leaves out."""
    qualification = params.get("QualificationId")
    if pending.international or qualification == pending.qualification_id:
        return pending
    if qualification is None:
        cleared = context.facts.omitted_qualification == "clears"
        return replace(pending, qualification_id=None, qualification_name=None) if cleared else pending
    known = next((other for other in context.account.rows() if other.qualification_id == qualification), None)
    return replace(
        pending,
        qualification_id=qualification,
        qualification_name=known.qualification_name if known else "",
        qualification_status_code=known.qualification_status_code if known else _QUALIFICATION_PASSED,
    )


def _add(context: ActionContext, params: Params) -> dict[str, Any]:
    _check_account(context)
    with context.account.transaction():
        name = _normal_name(params["SignName"], context.facts)
        row = RowData(
            context.account.next_id(),
            name,
            bool(params["International"]),
            _PENDING,
            create_time=int(context.now),
            region=context.region,
        )
        _check_new(context, params, row)
        row = replace(row, submitted=_submission(context, params, row))
        context.account.add(_qualified(context, params, row))
    return {"AddSignStatus": {"SignId": row.sign_id}}


def _check_new(context: ActionContext, params: Params, row: RowData) -> None:
    if params["International"] not in (0, 1):
        raise ApiError("InvalidParameterValue.InvalidInternational", "`International` is 0 or 1.")
    if params["SignPurpose"] not in (0, 1):  # Modify has another code for the same
        raise ApiError("InvalidParameterValue.InvalidUsedMethod", "`SignPurpose` is 0 or 1.")
    _check_values(context, params, row)
    _check_name(context, row.sign_name, row)
    for other in context.account.rows():
        is_same = (other.sign_name, other.international) == (row.sign_name, row.international)
        # By elimination: no page names the code.
        if is_same and other.region in (None, context.region) and other.status_code != _REJECTED:
            raise ApiError("InvalidParameterValue.SignAlreadyPassedCheck", "The same signature is approved already.")
    if context.facts.sign_limit == "kept" and len(list(context.account.rows())) >= MOST_SIGNATURES:
        raise ApiError("FailedOperation.SignNumberLimit", f"An account may hold {MOST_SIGNATURES} signatures.")


class SecondSubmitter:
    """Somebody in the console who submits each signature once as well, ``before`` or ``after`` the first modify of it.

    What they submit has a name and a remark of its own, and keeps the rules of a modify: refused, it changes nothing.
    """

    def __init__(self, when: str) -> None:
        self._when = when
        self._lock = threading.Lock()
        self._submitted: set[tuple[str, int]] = set()

    def comes(self, when: str, context: ActionContext, params: Params) -> None:
        """Submit what a modify is about, if this is the time for it."""
        if when != self._when or not {"SignId", "International"} <= params.keys():
            return
        with self._lock:
            known = (context.account.uin, params["SignId"])
            if known in self._submitted:
                return
            self._submitted.add(known)
        with suppress(ApiError), context.account.transaction():
            row = _check_row(context, params)
            own = replace(row.submitted or Submission(), remark="From the console")
            name = _normal_name(f"Console {row.sign_id}", context.facts)
            context.account.change(_pending_again(context, replace(row, sign_name=name, submitted=own)))


MODIFY_ACTION: Final = Action(
    name=MODIFY,
    service=SMS_SERVICE,
    version=SMS_VERSION,
    schema={
        "SignId": Parameter(Kind.UNSIGNED, required=True),
        "SignName": Parameter(Kind.TEXT, required=True),
        "SignType": Parameter(Kind.UNSIGNED, required=True),
        "DocumentType": Parameter(Kind.UNSIGNED, required=True),
        "International": Parameter(Kind.UNSIGNED, required=True),
        "SignPurpose": Parameter(Kind.UNSIGNED, required=True),
        "ProofImage": Parameter(Kind.TEXT),
        "CommissionImage": Parameter(Kind.TEXT),
        "Remark": Parameter(Kind.TEXT),
        "QualificationId": Parameter(Kind.UNSIGNED),
    },
    run=_modify,
    rate=MODIFY_RATE,
    regional=True,
    writes=True,
)
ADD_ACTION: Final = Action(
    name=ADD,
    service=SMS_SERVICE,
    version=SMS_VERSION,
    schema={name: parameter for name, parameter in MODIFY_ACTION.schema.items() if name != "SignId"},
    run=_add,
    rate=ADD_RATE,
    regional=True,
    writes=True,
)
