from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from reconciler.tencent.credentials.base import Keys
from tests.unit.tencent.credentials.conftest import (
    ENVIRONMENT,
    TCCLI,
    Find,
    refusal,
    write_profile,
    write_tccli,
)


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


@pytest.mark.parametrize("variable", ["TENCENTCLOUD_PROFILE", "TCCLI_PROFILE"])
def test_a_named_profile_comes_before_files_that_lie_around(find: Find, home: Any, variable: str) -> None:
    write_profile(home)
    path = write_tccli(home, TCCLI, "work")
    assert find({variable: "work"}).current(0).source == str(path)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"),
        ("TENCENTCLOUD_PROVIDER_ID", "TKE_PROVIDER_ID"),
        ("TENCENTCLOUD_ROLE_ARN", "TKE_ROLE_ARN"),
        ("TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE", "TKE_WEB_IDENTITY_TOKEN_FILE"),
    ],
)
def test_two_variables_for_the_same_have_to_agree(find: Find, first: str, second: str) -> None:
    message = refusal(find, {first: "canary-one", second: "canary-two"}).message
    assert message == f"{first} and {second} are set to different values"
    if first == "TENCENTCLOUD_TOKEN":
        assert find(ENVIRONMENT | {first: "same", second: "same"}).current(0).token == "same"


CHOICES = {
    "TENCENTCLOUD_SECRET_ID": "AKIDx",
    "TENCENTCLOUD_PROVIDER_ID": "GitHub",
    "TENCENTCLOUD_CAM_ROLE_NAME": "machine",
    "TENCENTCLOUD_CREDENTIALS_FILE": "/keys",
    "TENCENTCLOUD_PROFILE": "work",
}


ALIASES = {
    "TENCENTCLOUD_WEB_IDENTITY_TOKEN_FILE": "/token",
    "TKE_PROVIDER_ID": "tke",
    "TKE_WEB_IDENTITY_TOKEN_FILE": "/token",
    "TCCLI_PROFILE": "work",
    "TENCENTCLOUD_SHARED_CREDENTIALS_DIR": "/dir",
}


@pytest.mark.parametrize(
    ("first", "second"),
    [*itertools.combinations(CHOICES, 2), *(("TENCENTCLOUD_SECRET_ID", alias) for alias in ALIASES)],
)
def test_two_sources_that_the_environment_chooses_are_refused(find: Find, first: str, second: str) -> None:
    given = {name: (CHOICES | ALIASES)[name] for name in (first, second)}
    message = refusal(find, given).message
    assert "chooses keys twice" in message
    assert first in message
    assert second in message


def test_one_token_under_both_names_is_taken(find: Find) -> None:
    given = ENVIRONMENT | {"TENCENTCLOUD_TOKEN": "canary", "TENCENTCLOUD_SECURITY_TOKEN": "canary"}
    assert find(given).current(0).token == "canary"
