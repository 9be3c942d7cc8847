"""``ModifySmsSign``: the one write. Either every rule holds and the row is pending again, or nothing changes.

Source: the action's reference page (2024-09-10); ``QualificationId`` since SDK 3.0.1300 for the mainland site.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from reconciler.contract.api import MODIFY, MODIFY_RATE, SMS_SERVICE, SMS_VERSION
from reconciler.sandbox.actions.action import Action, Context
from reconciler.sandbox.actions.modify_rules import check_account, check_name, check_row, check_values, normal_name
from reconciler.sandbox.checks import Kind, Parameter, Params
from reconciler.sandbox.data import ImageDigest, RowData, Submission
from reconciler.sandbox.images import read_image

_PENDING: Final = 1
_QUALIFICATION_PASSED: Final = 1


def _modify(context: Context, params: Params) -> dict[str, Any]:
    check_account(context)
    with context.account.transaction():
        row = check_row(context, params)
        check_values(context, params, row)
        name = normal_name(params["SignName"], context.facts)
        check_name(context, name, row)
        submitted = _submission(context, params, row)
        context.account.change(_resubmitted(context, params, replace(row, sign_name=name, submitted=submitted)))
    return {"ModifySignStatus": {"SignId": row.sign_id}}


def _submission(context: Context, params: Params, row: RowData) -> Submission:
    old_remark = row.submitted.remark if row.submitted and context.facts.omitted_remark == "keeps" else None
    return Submission(
        sign_type=params["SignType"],
        document_type=params["DocumentType"],
        sign_purpose=params["SignPurpose"],
        proof_image=_image(context, params, "ProofImage"),
        # it takes effect only for the use of others, so for oneself it is not even looked at
        commission_image=_image(context, params, "CommissionImage") if params["SignPurpose"] == 1 else None,
        remark=params.get("Remark", old_remark),
    )


def _image(context: Context, params: Params, name: str) -> ImageDigest:
    return read_image(name, params[name], loose=context.facts.loose_base64 == "accepted")


def _resubmitted(context: Context, params: Params, row: RowData) -> RowData:
    moved = int(context.now) if context.facts.create_time == "moves" else row.create_time
    pending = replace(row, status_code=_PENDING, review_reply="", create_time=moved, filing_incomplete=False)
    qualification = params.get("QualificationId")
    if row.international or qualification in (None, row.qualification_id):
        return pending
    known = next((other for other in context.account.rows() if other.qualification_id == qualification), None)
    return replace(
        pending,
        qualification_id=qualification,
        qualification_name=known.qualification_name if known else "",
        qualification_status_code=known.qualification_status_code if known else _QUALIFICATION_PASSED,
    )


ACTION: Final = Action(
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
        "ProofImage": Parameter(Kind.TEXT, required=True),
        "CommissionImage": Parameter(Kind.TEXT),
        "Remark": Parameter(Kind.TEXT),
        "QualificationId": Parameter(Kind.UNSIGNED),
    },
    run=_modify,
    rate=MODIFY_RATE,
    regional=True,
)
