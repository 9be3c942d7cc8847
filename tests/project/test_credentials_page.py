"""Every row of the tables in docs/credentials.md has tests of what is honoured in it and of what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

TOP: Final = Path(__file__).parents[2]
TEXT: Final = (TOP / "docs" / "credentials.md").read_text(encoding="utf-8")
ROWS: Final = dict(re.findall(r"^\| (\d+) \| (.+) \|$", TEXT, re.MULTILINE))
FILES: Final = (*TOP.glob("tests/unit/tencent/credentials/*.py"), TOP / "tests/unit/cli/test_connect_account.py")
TRIED: Final = "".join(file.read_text(encoding="utf-8") for file in FILES)

HONOURED: Final = {
    "1": ["test_options_ask_for_web_identity_even_where_the_environment_has_keys"],
    "2": ["test_the_session_token_has_two_names", "test_keys_without_a_token_have_none"],
    "3": [
        "test_a_token_file_is_read_anew_for_every_exchange",
        "test_the_variables_of_the_container_service_are_read_alike",
    ],
    "4": ["test_a_machine_asks_for_the_keys_of_its_role_by_name"],
    "5": [
        "test_the_vendors_profile_file_is_read",
        "test_the_profile_file_may_hold_a_token_and_lie_elsewhere",
        "test_the_systems_profile_file_serves_where_the_person_has_none",
    ],
    "6": [
        "test_a_profile_of_tccli_is_chosen_by_its_variable",
        "test_a_login_of_tccli_is_used_until_it_expires",
        "test_a_tccli_profile_with_a_role_takes_it_on",
        "test_profiles_may_lie_in_another_folder",
    ],
    "7": ["test_a_role_is_taken_on_with_the_keys_of_the_environment"],
    "8": ["test_duration_and_external_id_of_terraform_are_sent"],
    "9": ["test_the_role_of_the_definitions_is_taken_on_with_the_temporary_keys_of_another"],
}
REFUSED: Final = {
    "1": ["test_half_a_web_identity_is_an_error_that_names_the_rest"],
    "2": [
        "test_half_of_the_keys_is_an_error_even_where_a_file_has_others",
        "test_keys_that_were_copied_wrongly_are_seen_before_the_first_call",
    ],
    "3": [
        "test_half_a_web_identity_is_an_error_that_names_the_rest",
        "test_a_role_that_is_none_is_told_before_anything_is_sent",
    ],
    "4": ["test_a_machine_without_the_role_gets_a_clear_word"],
    "5": [
        "test_a_role_in_the_sdks_profile_file_is_refused",
        "test_a_profile_file_without_usable_keys_is_named",
    ],
    "6": [
        "test_a_profile_of_tccli_that_is_named_has_to_be_there",
        "test_two_names_of_a_profile_have_to_agree",
        "test_a_role_of_a_tccli_profile_that_cannot_be_honoured_is_refused",
    ],
    "7": ["test_a_role_of_the_environment_that_cannot_be_honoured_is_refused"],
    "8": ["test_a_role_of_the_environment_that_cannot_be_honoured_is_refused"],
    "9": ["test_a_role_that_the_vendor_does_not_give_comes_with_code_source_and_remedy"],
}


def test_every_row_is_numbered_and_has_its_tests() -> None:
    assert list(ROWS) == [str(number) for number in range(1, 10)]
    assert HONOURED.keys() == REFUSED.keys() == ROWS.keys()


@pytest.mark.parametrize(
    "name", sorted({name for table in (HONOURED, REFUSED) for named in table.values() for name in named})
)
def test_the_tests_of_a_row_are_there(name: str) -> None:
    assert f"\ndef {name}(" in TRIED


@pytest.mark.parametrize("row", ROWS)
def test_every_variable_option_and_field_of_a_row_is_set_by_a_test(row: str) -> None:
    named = set(re.findall(r"`(?:--)?([A-Z]+_[A-Z_]+|[a-z]+[-_][a-z-_]+)[`. ]", ROWS[row]))
    tried = TRIED + "".join(f"TENCENTCLOUD_ASSUME_ROLE_{end}" for end in re.findall(r'TERRAFORM \+ "(\w+)"', TRIED))
    silent = {name for name in named if name not in tried and name.replace("-", "_") not in tried}
    assert silent == set()
