from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import CredentialsError
from reconciler.tencent.credentials.base import Keys
from tests.unit.tencent.credentials.conftest import Find, text_of

ENVIRONMENT = {"TENCENTCLOUD_SECRET_ID": "AKIDenvironment1", "TENCENTCLOUD_SECRET_KEY": "canary-env"}
PROFILE = "[default]\nsecret_id = AKIDprofile00001\nsecret_key = canary-profile\n"
TCCLI = {"secretId": "AKIDtccli0000001", "secretKey": "canary-tccli", "token": "canary-token"}


def write_profile(home: Path, text: str | bytes = PROFILE) -> Path:
    path = home / ".tencentcloud" / "credentials"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def write_tccli(home: Path, data: object = TCCLI, profile: str = "default") -> Path:
    path = home / ".tccli" / f"{profile}.credential"
    path.parent.mkdir(exist_ok=True)
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def refusal(find: Find, *given: Any, **more: Any) -> CredentialsError:
    with pytest.raises(CredentialsError) as refused:
        find(*given, **more)
    assert refused.value.exit_code == 5
    assert refused.value.hint
    assert "canary" not in text_of(refused.value)
    return refused.value


def test_without_any_keys_it_says_everything_that_was_looked_for(find: Find, home: Path) -> None:
    message = refusal(find).message
    for looked_for in (
        "TENCENTCLOUD_SECRET_ID",
        "TENCENTCLOUD_SECRET_KEY",
        "TENCENTCLOUD_PROVIDER_ID",
        "TENCENTCLOUD_ROLE_ARN",
        "TENCENTCLOUD_CAM_ROLE_NAME",
        str(home / ".tencentcloud" / "credentials"),
        str(home / ".tccli" / "default.credential"),
    ):
        assert looked_for in message


def test_what_was_chosen_for_the_run_wins_over_what_lies_around(find: Find, home: Path) -> None:
    write_tccli(home)
    assert find().current(0).source == str(home / ".tccli" / "default.credential")
    write_profile(home)
    assert find().current(0).source == str(home / ".tencentcloud" / "credentials")
    assert find(ENVIRONMENT).current(0).source == "environment"


@pytest.mark.parametrize("name", ["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"])
def test_the_session_token_has_two_names(find: Find, name: str) -> None:
    keys = find(ENVIRONMENT | {name: " canary-token\n"}).current(0)
    assert keys == Keys("AKIDenvironment1", "canary-env", "canary-token", source="environment")


def test_keys_without_a_token_have_none(find: Find) -> None:
    assert find(ENVIRONMENT | {"TENCENTCLOUD_TOKEN": ""}).current(0).token is None


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"TENCENTCLOUD_SECRET_ID": "AKID"}, "TENCENTCLOUD_SECRET_KEY not set"),
        ({"TENCENTCLOUD_SECRET_KEY": "canary"}, "TENCENTCLOUD_SECRET_ID not set"),
        ({"TENCENTCLOUD_TOKEN": "canary"}, "TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY not set"),
        (ENVIRONMENT | {"TENCENTCLOUD_SECRET_KEY": "  "}, "TENCENTCLOUD_SECRET_KEY not set"),
    ],
)
def test_half_of_the_keys_is_an_error_even_where_a_file_has_others(
    find: Find, home: Path, environment: dict[str, str], missing: str
) -> None:
    write_profile(home)
    assert missing in refusal(find, environment).message


@pytest.mark.parametrize("name", [*ENVIRONMENT, "TENCENTCLOUD_TOKEN"])
@pytest.mark.parametrize("value", ["canary\nX-Evil: 1", "canary canary", "canarÿ", "canary\x7f"])
def test_a_key_that_could_not_be_sent_is_refused_without_repeating_it(find: Find, name: str, value: str) -> None:
    assert "environment" in refusal(find, ENVIRONMENT | {name: value}).message


def test_keys_do_not_show_in_their_representation_and_the_id_only_in_part(find: Find) -> None:
    keys = find(ENVIRONMENT | {"TENCENTCLOUD_TOKEN": "canary-token"}).current(0)
    assert "canary" not in repr(keys) + str(keys)
    assert "AKIDenvironment1" not in repr(keys)
    assert keys.masked_id == "AKIDen...t1"
    assert Keys("AKIDshort", "x").masked_id == "..."


@pytest.mark.parametrize(
    "text",
    [
        PROFILE,
        '\ufeff[default]\r\nsecret_id="AKIDprofile00001"\r\nsecret_key = "canary-profile"\r\n',
        "# mine\n[other]\nsecret_id=x\n[default]\nSECRET_ID = AKIDprofile00001\nsecret_key: canary-profile\n",
        PROFILE + "region = %notinterpolated\n",
    ],
)
def test_the_vendors_profile_file_is_read(find: Find, home: Path, text: str) -> None:
    path = write_profile(home, text)
    assert find().current(0) == Keys("AKIDprofile00001", "canary-profile", None, source=str(path))


def test_the_profile_file_may_hold_a_token_and_lie_elsewhere(find: Find, tmp_path: Path) -> None:
    elsewhere = tmp_path / "mine.ini"
    elsewhere.write_text(PROFILE + "token = canary-token\n")
    keys = find({"TENCENTCLOUD_CREDENTIALS_FILE": str(elsewhere)}).current(0)
    assert (keys.token, keys.source) == ("canary-token", str(elsewhere))


def test_the_systems_profile_file_serves_where_the_person_has_none(find: Find, home: Path, tmp_path: Path) -> None:
    system = tmp_path / "etc" / "tencentcloud" / "credentials"
    system.parent.mkdir(parents=True)
    system.write_text(PROFILE)
    assert find().current(0).source == str(system)
    own = write_profile(home)
    assert find().current(0).source == str(own)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret_id = canary\n",
        "[default]\nsecret_id = AKID\n",
        "[default]\nsecret_id = \nsecret_key = canary\n",
        "[other]\nsecret_id = AKID\nsecret_key = canary\n",
        "[default]\ncanary without a sign\n",
        "[default\n",
        b"\xff\xfe\x00c",
    ],
)
def test_a_profile_file_without_usable_keys_is_named(find: Find, home: Path, text: str | bytes) -> None:
    path = write_profile(home, text)
    write_tccli(home)
    assert str(path) in refusal(find).message


def test_a_profile_file_that_is_named_has_to_be_there(find: Find, home: Path) -> None:
    write_tccli(home)
    assert "TENCENTCLOUD_CREDENTIALS_FILE" in refusal(find, {"TENCENTCLOUD_CREDENTIALS_FILE": "/nowhere/keys"}).message


def test_what_is_no_file_is_not_waited_for(find: Find, home: Path) -> None:
    (home / ".tencentcloud" / "credentials").mkdir(parents=True)
    assert "is not a file" in refusal(find).message


def test_a_file_that_cannot_be_reached_is_named(find: Find, home: Path) -> None:
    (home / ".tencentcloud").symlink_to(home / ".tencentcloud")
    assert "credentials cannot be read" in refusal(find).message


def test_a_profile_of_tccli_is_chosen_by_its_variable(find: Find, home: Path) -> None:
    write_tccli(home)
    path = write_tccli(home, {"secretId": "AKIDother", "secretKey": "canary"}, "other")
    keys = find({"TCCLI_PROFILE": "other"}).current(0)
    assert (keys.secret_id, keys.token, keys.source) == ("AKIDother", None, str(path))
    assert find().current(0).token == "canary-token"


def test_a_profile_of_tccli_that_is_named_has_to_be_there(find: Find, home: Path) -> None:
    write_tccli(home)
    assert "'absent'" in refusal(find, {"TCCLI_PROFILE": "absent"}).message


@pytest.mark.parametrize(
    "data",
    [
        "",
        "canary",
        "[]",
        "[" * 10_000,
        {},
        {"secretId": "AKID"},
        {"secretId": "AKID", "secretKey": 5},
        TCCLI | {"token": 1},
        {"secretId": "", "secretKey": "canary"},
    ],
    ids=range(9),
)
def test_a_profile_of_tccli_without_usable_keys_is_named(find: Find, home: Path, data: object) -> None:
    path = write_tccli(home, data)
    assert str(path) in refusal(find).message


def test_a_login_of_tccli_is_used_until_it_expires(find: Find, home: Path) -> None:
    now = 1_700_000_000
    write_tccli(home, TCCLI | {"type": "oauth", "expiresAt": now + 3600})
    assert find().current(0).secret_id == TCCLI["secretId"]
    write_tccli(home, TCCLI | {"type": "oauth", "expiresAt": now + 10})
    refused = refusal(find)
    assert "expired" in refused.message
    assert "tccli auth login" in refused.hint
