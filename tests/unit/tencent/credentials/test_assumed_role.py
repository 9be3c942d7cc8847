"""Roles and choices that the vendor's other tools read from the environment: each is honoured or refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.contract.api import IDENTITY
from reconciler.errors import CredentialsError
from reconciler.sandbox.options import Options
from reconciler.sandbox.running import Sandbox, running
from reconciler.tencent.credentials.base import KeySource
from reconciler.tencent.endpoint import endpoint_from
from tests.unit.tencent.conftest import Open
from tests.unit.tencent.credentials.conftest import ENVIRONMENT, TCCLI, Find, refusal, write_profile, write_tccli
from tests.unit.tencent.credentials.test_workload_identity import WallClock

ARN = "qcs::cam::uin/100000000001:roleName/sms"
OTHER = "qcs::cam::uin/100000000001:roleName/other"
KEYS = {"TENCENTCLOUD_SECRET_ID": "AKIDsandbox", "TENCENTCLOUD_SECRET_KEY": "sandbox-secret"}
TERRAFORM = "TENCENTCLOUD_ASSUME_ROLE_"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running(Options()) as serving:
        yield serving


def asked(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [entry["params"] for entry in sandbox.requests if entry["action"] == "AssumeRole"]


def through(find: Find, sandbox: Sandbox, environment: dict[str, str], **more: Any) -> KeySource:
    return find(environment, clock=WallClock(), endpoint=endpoint_from(sandbox.url, None), **more)


@pytest.mark.parametrize(
    ("given", "options", "session"),
    [
        ({"TENCENTCLOUD_ROLE_ARN": ARN}, {}, "sms-signature-reconciler"),
        ({"TENCENTCLOUD_ROLE_ARN": ARN, "TENCENTCLOUD_ROLE_SESSION_NAME": "ops"}, {}, "ops"),
        ({TERRAFORM + "ARN": ARN, TERRAFORM + "SESSION_NAME": "tf"}, {}, "tf"),
        ({TERRAFORM + "ARN": ARN, "TENCENTCLOUD_ROLE_ARN": ARN}, {}, "sms-signature-reconciler"),
        ({}, {"role_arn": ARN}, "sms-signature-reconciler"),
        ({}, {"account_role": ARN}, "sms-signature-reconciler"),
    ],
    ids=["tccli", "tccli-session", "terraform", "both-alike", "option", "definitions"],
)
def test_a_role_is_taken_on_with_the_keys_of_the_environment(
    find: Find, sandbox: Sandbox, given: dict[str, str], options: dict[str, Any], session: str
) -> None:
    keys = through(find, sandbox, KEYS | given, **options).current(0)
    assert keys.token
    assert keys.owner == "100000000001"
    assert keys.source == f"role {ARN}, taken on with keys from environment"
    assert asked(sandbox) == [{"RoleArn": ARN, "RoleSessionName": session, "DurationSeconds": 7200}]


def test_duration_and_external_id_of_terraform_are_sent(find: Find, sandbox: Sandbox) -> None:
    given = {TERRAFORM + "ARN": ARN, TERRAFORM + "SESSION_DURATION": "3600", TERRAFORM + "EXTERNAL_ID": "e1"}
    through(find, sandbox, KEYS | given).current(0)
    assert asked(sandbox)[0] | {"RoleSessionName": ""} == {
        "RoleArn": ARN,
        "RoleSessionName": "",
        "DurationSeconds": 3600,
        "ExternalId": "e1",
    }


def test_the_role_of_the_definitions_is_taken_on_with_the_temporary_keys_of_another(
    find: Find, sandbox: Sandbox, opened: Open
) -> None:
    keys = through(find, sandbox, KEYS | {"TENCENTCLOUD_ROLE_ARN": OTHER}, account_role=ARN)
    assert opened(sandbox.url.removeprefix("http://"), IDENTITY, keys=keys, at=None) is not None
    assert keys.current(0).source.startswith(f"role {ARN}, taken on with keys from role {OTHER}")
    assert [entry["RoleArn"] for entry in asked(sandbox)] == [OTHER, ARN]


def test_the_same_role_is_not_taken_on_twice(find: Find, sandbox: Sandbox) -> None:
    through(find, sandbox, KEYS | {"TENCENTCLOUD_ROLE_ARN": ARN}, account_role=ARN).current(0)
    assert len(asked(sandbox)) == 1


def test_a_tccli_profile_with_a_role_takes_it_on(find: Find, sandbox: Sandbox, home: Any) -> None:
    data = {"secretId": "AKIDsandbox", "secretKey": "sandbox-secret", "role-arn": ARN, "role-session-name": "laptop"}
    path = write_tccli(home, data)
    keys = through(find, sandbox, {}).current(0)
    assert keys.source == f"role {ARN}, taken on with keys from {path}"
    assert asked(sandbox)[0]["RoleSessionName"] == "laptop"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"role-arn": "planner"}, "'planner' is not the ARN"),
        ({"role-arn": 5}, "'5' is not the ARN"),
        ({"role-arn": ARN, "role-session-name": ["x1"]}, "is not a session name"),
        ({"role_arn": ARN}, "has role_arn, which is not supported there"),
        ({"roleArn": ARN}, "has roleArn, which is not supported there"),
        ({"AssumeRole": {"arn": ARN}}, "has AssumeRole, which is not supported there"),
        ({"role-session-name": "x1"}, "role-session-name without a role-arn"),
        ({"role-arn": ARN, "role-session-name": "a b"}, "'a b' is not a session name"),
        ({"type": "cvm-role"}, "asks for the role of this machine"),
    ],
)
def test_a_role_of_a_tccli_profile_that_cannot_be_honoured_is_refused(
    find: Find, home: Any, data: dict[str, Any], said: str
) -> None:
    write_tccli(home, TCCLI | data)
    assert said in refusal(find).message


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({TERRAFORM + "ARN": ARN, "TENCENTCLOUD_ROLE_ARN": OTHER}, "name different roles"),
        ({"TENCENTCLOUD_TOKEN": "canary1", "TENCENTCLOUD_SECURITY_TOKEN": "canary2"}, "set to different values"),
        ({"TKE_ROLE_ARN": ARN}, "TKE_ROLE_ARN is set, but no web identity is"),
        (
            {"TENCENTCLOUD_ROLE_ARN": ARN, "TENCENTCLOUD_ROLE_SESSION_NAME": "s"},
            "TENCENTCLOUD_ROLE_SESSION_NAME: 's' is not a session name",
        ),
        (
            {TERRAFORM + "ARN": ARN, TERRAFORM + "SESSION_NAME": "s"},
            "TENCENTCLOUD_ASSUME_ROLE_SESSION_NAME: 's' is not a session name",
        ),
        ({TERRAFORM + "SESSION_NAME": "x"}, "is set, but no role is"),
        ({"TENCENTCLOUD_ROLE_SESSION_NAME": "x"}, "is set, but no role is"),
        ({TERRAFORM + "ARN": ARN, TERRAFORM + "SESSION_DURATION": "0"}, "from 1 to 43200"),
        ({TERRAFORM + "ARN": ARN, TERRAFORM + "SESSION_DURATION": "1h"}, "from 1 to 43200"),
        ({TERRAFORM + "ARN": ARN, TERRAFORM + "SESSION_NAME": "x" * 129}, "is not a session name"),
        ({TERRAFORM + "SAML_ASSERTION": "canary"}, "SAML_ASSERTION is not supported"),
        ({TERRAFORM + "PROVIDER_ID": "x", TERRAFORM + "ARN": ARN}, "PROVIDER_ID is not supported"),
        ({"TENCENTCLOUD_ROLE_ARN": "admin"}, "'admin' is not the ARN"),
    ],
)
def test_a_role_of_the_environment_that_cannot_be_honoured_is_refused(
    find: Find, given: dict[str, str], said: str
) -> None:
    assert said in refusal(find, ENVIRONMENT | given).message


@pytest.mark.parametrize("name", ["PROVIDER_ID", "ROLE_ARN", "WEB_IDENTITY_TOKEN_FILE"])
def test_a_web_identity_that_is_said_twice_and_differs_is_refused(find: Find, name: str) -> None:
    whole = {"PROVIDER_ID": "p", "ROLE_ARN": ARN, "WEB_IDENTITY_TOKEN_FILE": "/nowhere"}
    given = {f"TENCENTCLOUD_{part}": value for part, value in whole.items()} | {f"TKE_{name}": "other"}
    message = refusal(find, given).message
    assert message == f"TENCENTCLOUD_{name} and TKE_{name} are set to different values"


@pytest.mark.parametrize("name", ["role_arn", "role-arn", "assume_role_arn"])
def test_a_role_in_the_sdks_profile_file_is_refused(find: Find, home: Any, name: str) -> None:
    write_profile(home, f"[default]\nsecret_id = AKIDx\nsecret_key = canary\n{name} = {ARN}\n")
    assert f"{name}, which is not supported" in refusal(find).message


def test_a_role_that_the_vendor_does_not_give_comes_with_code_source_and_remedy(find: Find, sandbox: Sandbox) -> None:
    strange = "qcs::cam::uin/100000000099:roleName/sms"
    keys = through(find, sandbox, KEYS, account_role=strange)
    with pytest.raises(CredentialsError, match=r"ResourceNotFound\.RoleNotFound") as refused:
        keys.current(0)
    assert "from environment" in refused.value.message
    assert "account.role asks for it" in refused.value.hint


def test_a_network_that_fails_is_not_taken_for_a_role_that_is_missing(find: Find) -> None:
    keys = find(KEYS, clock=WallClock(), account_role=ARN)  # nobody listens there
    with pytest.raises(CredentialsError, match=r"Client\.ConnectionNotMade: .*host 127\.0\.0\.1:1\)") as failed:
        keys.current(0)
    assert "role" not in failed.value.hint
    assert "proxy" in failed.value.hint
