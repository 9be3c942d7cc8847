"""The sts service: a role taken on with a web identity token, unsigned, or with keys; and whose keys these are.

Sources: the actions' reference pages; default duration 7200 s, at most 43200 s.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.contract.api import ASSUME_ROLE, IDENTITY, STS_SERVICE, STS_VERSION, WEB_IDENTITY_ROLE
from reconciler.sandbox.model import ApiError
from reconciler.sandbox.parameters import Action, ActionContext, Kind, Parameter, Params

_DEFAULT_S: Final = 7200
_LONGEST_S: Final = 43200
_ROLE: Final = re.compile(r"qcs::cam::uin/(?P<uin>[0-9]+):role(?:Name)?/.+")


def _with_web_identity(context: ActionContext, params: Params) -> dict[str, Any]:
    _check(params, ("ProviderId", "WebIdentityToken", "RoleArn", "RoleSessionName"))
    found = _ROLE.fullmatch(params["RoleArn"])
    # One account alone takes whatever role a token is exchanged for: it has no other to confuse it with.
    uin = found["uin"] if found is not None and len(context.uins) > 1 else context.account.uin
    if len(context.uins) > 1 and uin not in context.uins:
        raise ApiError("ResourceNotFound.RoleNotFound", "The role does not exist.")
    return _issued(context, params, uin)


def _with_keys(context: ActionContext, params: Params) -> dict[str, Any]:
    _check(params, ("RoleArn", "RoleSessionName"))
    found = _ROLE.fullmatch(params["RoleArn"])
    if found is None or found["uin"] not in (context.account.uin, *context.uins):
        raise ApiError("ResourceNotFound.RoleNotFound", "The role does not exist.")
    return _issued(context, params, found["uin"])


def _issued(context: ActionContext, params: Params, uin: str) -> dict[str, Any]:
    expires_at = int(context.now) + params.get("DurationSeconds", _DEFAULT_S)
    key = context.keys.issue(expires_at, uin, params["RoleArn"].rpartition("/")[2])
    return {
        "Credentials": {"Token": key.token, "TmpSecretId": key.secret_id, "TmpSecretKey": key.secret_key},
        "ExpiredTime": expires_at,
        "Expiration": datetime.fromtimestamp(expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _check(params: Params, names: tuple[str, ...]) -> None:
    for name in names:
        if not params[name]:
            raise ApiError("InvalidParameterValue", f"`{name}` is empty.")
    if not params["RoleArn"].startswith("qcs::cam::"):
        raise ApiError("InvalidParameterValue", "`RoleArn` is not of the form qcs::cam::uin/...:roleName/...")
    if not 1 <= params.get("DurationSeconds", _DEFAULT_S) <= _LONGEST_S:
        raise ApiError("InvalidParameterValue", f"`DurationSeconds` is at least 1 and at most {_LONGEST_S}.")


ASSUME_ROLE_ACTION: Final = Action(
    name=ASSUME_ROLE,
    service=STS_SERVICE,
    version=STS_VERSION,
    schema={
        "RoleArn": Parameter(Kind.TEXT, required=True),
        "RoleSessionName": Parameter(Kind.TEXT, required=True),
        "DurationSeconds": Parameter(Kind.UNSIGNED),
        "Policy": Parameter(Kind.TEXT),
        "ExternalId": Parameter(Kind.TEXT),
        "SourceIdentity": Parameter(Kind.TEXT),
    },
    run=_with_keys,
)
WEB_IDENTITY_ACTION: Final = Action(
    name=WEB_IDENTITY_ROLE,
    service=STS_SERVICE,
    version=STS_VERSION,
    schema={
        "ProviderId": Parameter(Kind.TEXT, required=True),
        "WebIdentityToken": Parameter(Kind.TEXT, required=True),
        "RoleArn": Parameter(Kind.TEXT, required=True),
        "RoleSessionName": Parameter(Kind.TEXT, required=True),
        "DurationSeconds": Parameter(Kind.UNSIGNED),
    },
    run=_with_web_identity,
    signed=False,
)


# ``GetCallerIdentity`` of the sts service: whose keys these are. ``Type`` says that it is a sandbox.


def _identity(context: ActionContext, _params: Params) -> dict[str, Any]:
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


CALLER_IDENTITY: Final = Action(name=IDENTITY, service=STS_SERVICE, version=STS_VERSION, schema={}, run=_identity)
