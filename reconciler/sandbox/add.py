"""``AddSmsSign``: either every rule holds and there is a new pending row, or nothing changes.

Source: reference page 382/40534 (2025-11) and both SDKs; ``QualificationId`` on the mainland site. Which code a name
gets that is approved already is by elimination.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from reconciler.contract.api import ADD, ADD_RATE, MOST_SIGNATURES, SMS_SERVICE, SMS_VERSION
from reconciler.sandbox import modify
from reconciler.sandbox.model import ApiError, RowData
from reconciler.sandbox.parameters import Action, ActionContext, Params

_REJECTED: Final = -1
_PENDING: Final = 1


def _add(context: ActionContext, params: Params) -> dict[str, Any]:
    modify.check_account(context)
    with context.account.transaction():
        name = modify.normal_name(params["SignName"], context.facts)
        row = RowData(
            context.account.next_id(), name, bool(params["International"]), _PENDING, create_time=int(context.now),
            region=context.region,
        )  # fmt: skip
        _check(context, params, row)
        filled = replace(row, submitted=modify.submission(context, params, row))
        context.account.add(modify.qualified(context, params, filled))
    return {"AddSignStatus": {"SignId": row.sign_id}}


def _check(context: ActionContext, params: Params, row: RowData) -> None:
    if params["International"] not in (0, 1):
        raise ApiError("InvalidParameterValue.InvalidInternational", "`International` is 0 or 1.")
    if params["SignPurpose"] not in (0, 1):  # Modify has another code for the same
        raise ApiError("InvalidParameterValue.InvalidUsedMethod", "`SignPurpose` is 0 or 1.")
    modify.check_values(context, params, row)
    modify.check_name(context, row.sign_name, row)
    for other in context.account.rows():
        is_same = (other.sign_name, other.international) == (row.sign_name, row.international)
        if is_same and other.region in (None, context.region) and other.status_code != _REJECTED:
            raise ApiError("InvalidParameterValue.SignAlreadyPassedCheck", "The same signature is approved already.")
    if context.facts.sign_limit == "kept" and len(list(context.account.rows())) >= MOST_SIGNATURES:
        raise ApiError("FailedOperation.SignNumberLimit", f"An account may hold {MOST_SIGNATURES} signatures.")


ACTION: Final = Action(
    name=ADD,
    service=SMS_SERVICE,
    version=SMS_VERSION,
    schema={name: parameter for name, parameter in modify.ACTION.schema.items() if name != "SignId"},
    run=_add,
    rate=ADD_RATE,
    regional=True,
)
