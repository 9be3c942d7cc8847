"""``DescribeSmsSignList``: rows by id, or page by page.

Source: the action's reference page. The rows hold what it lists and nothing else; hidden fields never leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from reconciler.contract.api import DESCRIBE, DESCRIBE_RATE, PAGE_SIZE, SMS_SERVICE, SMS_VERSION
from reconciler.sandbox.model import ApiError, RowData
from reconciler.sandbox.parameters import Action, ActionContext, Kind, Parameter, Params

_DEFAULT_LIMIT: Final = 10


def _describe(context: ActionContext, params: Params) -> dict[str, Any]:
    if params["International"] not in (0, 1):
        raise ApiError("InvalidParameterValue", "`International` is 0 or 1.")
    sign_ids = params.get("SignIdSet", [])
    if len(sign_ids) > PAGE_SIZE:
        raise ApiError("InvalidParameterValue", f"`SignIdSet` holds more than {PAGE_SIZE} ids.")
    rows = _by_id(context, params, sign_ids) if sign_ids else _page(context, params)
    return {"DescribeSignListStatusSet": [_as_answered(row) for row in rows]}


def _by_id(context: ActionContext, params: Params, sign_ids: Sequence[int]) -> Sequence[RowData]:
    wanted = list(dict.fromkeys(sign_ids))
    rows = [
        row
        for row in context.account.shown(wanted)
        if row.international == bool(params["International"]) and row.region in (None, context.region)
    ]
    if len(rows) < len(wanted) and context.facts.unknown_id == "error":
        raise ApiError("FailedOperation.MissingSignatureList", "Unable to identify the signature.")
    return rows


def _page(context: ActionContext, params: Params) -> Sequence[RowData]:
    if context.facts.listing == "refused":
        raise ApiError("FailedOperation.ProhibitSubAccountUse", "Sub-accounts may not list signatures.")
    if context.facts.listing not in ("allowed", "ten"):
        raise ApiError(context.facts.listing, "`SignIdSet` is required.")
    if context.facts.listing == "ten":
        params = {"International": params["International"]}
    limit = params.get("Limit", _DEFAULT_LIMIT)
    if limit > PAGE_SIZE:
        raise ApiError("InvalidParameterValue", f"`Limit` is at most {PAGE_SIZE}.")
    return context.account.page(
        international=bool(params["International"]),
        region=context.region,
        offset=params.get("Offset", 0),
        limit=limit,
    )


def _as_answered(row: RowData) -> dict[str, Any]:
    answered = {
        "SignId": row.sign_id,
        "International": int(row.international),
        "StatusCode": row.status_code,
        "ReviewReply": row.review_reply,
        "SignName": row.sign_name,
        "CreateTime": row.create_time,
    }
    mainland_site = {
        "QualificationId": row.qualification_id,
        "QualificationName": row.qualification_name,
        "QualificationStatusCode": row.qualification_status_code,
    }
    return answered | {name: value for name, value in mainland_site.items() if value is not None}


ACTION: Final = Action(
    name=DESCRIBE,
    service=SMS_SERVICE,
    version=SMS_VERSION,
    schema={
        "SignIdSet": Parameter(Kind.UNSIGNED_LIST),
        "International": Parameter(Kind.UNSIGNED, required=True),
        "Limit": Parameter(Kind.UNSIGNED),
        "Offset": Parameter(Kind.UNSIGNED),
    },
    run=_describe,
    rate=DESCRIBE_RATE,
    regional=True,
)
