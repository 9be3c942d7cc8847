"""Profiles of the SDKs and of tccli: which is read, and what in them is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.tencent.credentials.base import Keys
from tests.unit.tencent.credentials.conftest import (
    PROFILE,
    TCCLI,
    Find,
    refusal,
    write_profile,
    write_tccli,
)


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


def test_profiles_may_lie_in_another_folder(find: Find, tmp_path: Any, home: Any) -> None:
    write_tccli(home)
    path = write_tccli(tmp_path, TCCLI, "default")
    chosen = {"TENCENTCLOUD_SHARED_CREDENTIALS_DIR": str(path.parent)}
    assert find(chosen).current(0).source == str(path)
    assert "TENCENTCLOUD_SHARED_CREDENTIALS_DIR" in refusal(find, {next(iter(chosen)): str(tmp_path / "no")}).message


def test_two_names_of_a_profile_have_to_agree(find: Find, home: Any) -> None:
    write_tccli(home, TCCLI, "a")
    assert find({"TCCLI_PROFILE": "a", "TENCENTCLOUD_PROFILE": "a"}).current(0).secret_id == TCCLI["secretId"]
    assert "different values" in refusal(find, {"TCCLI_PROFILE": "a", "TENCENTCLOUD_PROFILE": "b"}).message


@pytest.mark.parametrize("name", ["../x", "/etc/x", ".hidden"])
def test_the_name_of_a_profile_is_no_path(find: Find, name: str) -> None:
    assert "not the name of a profile" in refusal(find, {"TENCENTCLOUD_PROFILE": name}).message


@pytest.mark.parametrize("value", [True, "name", [1]])
def test_a_profile_that_asks_for_the_role_of_the_machine_is_refused(find: Find, home: Any, value: object) -> None:
    write_tccli(home, {**TCCLI, "use-cvm-role": value})
    assert "asks for the role of this machine" in refusal(find).message
    write_tccli(home, {**TCCLI, "use-cvm-role": False})
    assert find().current(0).secret_id == TCCLI["secretId"]
