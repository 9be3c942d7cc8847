from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fixtures.accounts import account
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

ROLE = {
    "ProviderId": "github",
    "WebIdentityToken": "eyJ.canary.token",
    "RoleArn": "qcs::cam::uin/100000000001:roleName/deploy",
    "RoleSessionName": "run",
}


def unsigned(url: str) -> Caller:
    return Caller(url, extra={"Authorization": "SKIP"})


def test_the_identity_is_the_account_of_a_sandbox(start: Start) -> None:
    answer = Caller(start(account(uin="100000000007")).url).call("GetCallerIdentity")
    assert answer["AccountId"] == answer["UserId"] == answer["PrincipalId"] == "100000000007"
    assert answer["Arn"] == "qcs::cam::uin/100000000007:uin/100000000007"
    assert answer["Type"] == "Sandbox"


def test_the_identity_may_need_a_permission(start: Start) -> None:
    assert Caller(start(identity="denied").url).code("GetCallerIdentity") == "UnauthorizedOperation"


def test_a_web_identity_is_traded_for_keys_that_sign_with_their_token(start: Start) -> None:
    sandbox = start()
    answer = unsigned(sandbox.url).call("AssumeRoleWithWebIdentity", ROLE)
    given = answer["Credentials"]
    caller = Caller(sandbox.url, given["TmpSecretId"], given["TmpSecretKey"])
    assert caller.code("GetCallerIdentity") == "AuthFailure.TokenFailure"
    assert replace(caller, extra={"X-TC-Token": given["Token"]}).code("GetCallerIdentity") is None
    assert answer["Expiration"].endswith("Z")


def test_temporary_keys_end(start: Start) -> None:
    sandbox = start(keys=())
    answer = unsigned(sandbox.url).call("AssumeRoleWithWebIdentity", {**ROLE, "DurationSeconds": 1})
    given = answer["Credentials"]
    caller = Caller(sandbox.url, given["TmpSecretId"], given["TmpSecretKey"], extra={"X-TC-Token": given["Token"]})
    codes = iter(lambda: caller.code("GetCallerIdentity"), "AuthFailure.TokenFailure")
    assert set(codes) <= {None}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ProviderId": None}, "MissingParameter"),
        ({"WebIdentityToken": ""}, "InvalidParameterValue"),
        ({"RoleArn": "deploy"}, "InvalidParameterValue"),
        ({"RoleSessionName": 1}, "InvalidParameter"),
        ({"DurationSeconds": 43201}, "InvalidParameterValue"),
        ({"DurationSeconds": 0}, "InvalidParameterValue"),
    ],
)
def test_a_role_is_assumed_with_proper_parameters_only(start: Start, changed: dict[str, Any], code: str) -> None:
    assert unsigned(start().url).code("AssumeRoleWithWebIdentity", ROLE | changed) == code


def test_a_role_is_assumed_unsigned(start: Start) -> None:
    assert Caller(start().url).code("AssumeRoleWithWebIdentity", ROLE) == "AuthFailure.InvalidAuthorization"
