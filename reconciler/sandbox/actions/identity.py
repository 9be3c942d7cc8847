"""``GetCallerIdentity`` of the sts service: whose keys these are. ``Type`` says that it is a sandbox."""

from __future__ import annotations

from typing import Any, Final

from reconciler.contract.api import IDENTITY, STS_SERVICE, STS_VERSION
from reconciler.sandbox.actions.action import Action, Context
from reconciler.sandbox.api_error import ApiError
from reconciler.sandbox.checks import Params


def _identity(context: Context, _params: Params) -> dict[str, Any]:
    if context.facts.identity == "denied":
        raise ApiError("UnauthorizedOperation", f"You are not authorized to perform sts:{IDENTITY}.")
    uin = context.account.uin
    return {
        "AccountId": uin,
        "Arn": f"qcs::cam::uin/{uin}:uin/{uin}",
        "UserId": uin,
        "PrincipalId": uin,
        "Type": "Sandbox",
    }


ACTION: Final = Action(name=IDENTITY, service=STS_SERVICE, version=STS_VERSION, schema={}, run=_identity)
