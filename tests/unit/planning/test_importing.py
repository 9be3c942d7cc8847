"""What an import reads of an account, and where it may write."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.contract.error_codes import NOT_LISTED
from reconciler.errors import UsageError, VendorError
from reconciler.model.signature import Account
from reconciler.planning.importing import check_account, check_place, field_errors, read_account, save
from tests.fixtures.fake_run import FakeClock, FakeVendor
from tests.fixtures.values import SIGN_ID, row

TEXT = """\
version: 1
account: {site: international, region: ap-singapore}
signatures:
  acme:
    sign_id: 1110
    sign_name: "  Acme"
    sign_type: company
    document_type: business-license
    international: true
    sign_purpose: others
    proof_image: license.png
"""


def vendor() -> FakeVendor:
    return FakeVendor(FakeClock(), row(), row(sign_id=2, sign_name="Other", international=True))


def test_without_ids_the_whole_account_is_read() -> None:
    assert [each.sign_id for each in read_account(vendor(), ()).rows] == [SIGN_ID, 2]


def test_ids_that_are_not_there_are_named() -> None:
    found = read_account(vendor(), (2, 3))
    assert ([each.sign_id for each in found.rows], found.missing) == ([2], (3,))


def test_an_account_that_is_not_listed_is_an_error_that_names_the_way_by_id() -> None:
    closed = vendor()
    closed.lists = False
    with pytest.raises(VendorError) as refused:
        read_account(closed, ())
    assert (refused.value.code, refused.value.params["option"]) == (NOT_LISTED, "--sign-id")


@pytest.mark.parametrize(
    "account",
    [
        Account("international", "Singapore!"),
        Account("international", "ap-singapore", uin="12"),
        Account("international", "ap-singapore", uin="100000000001", role="qcs::cam::uin/100000000099:roleName/sms"),
    ],
)
def test_an_account_that_would_make_the_file_invalid_is_refused_before_it_is_written(account: Account) -> None:
    with pytest.raises(UsageError, match="cannot be written like this"):
        check_account(account)


def test_an_account_of_a_valid_file_is_taken() -> None:
    check_account(Account("international", "ap-singapore", uin="100000000001"))


def test_what_is_wrong_with_a_text_is_known_by_key_and_field() -> None:
    assert field_errors(TEXT, "international") == {
        "acme": {
            "sign_name": "the name starts or ends with a space",
            "sign_purpose": "`sign_purpose: others` requires a `commission_image`",
        }
    }


def test_a_place_without_a_folder_is_refused_by_the_name_that_was_typed(tmp_path: Path) -> None:
    check_place(tmp_path / "signatures.yaml", "signatures.yaml")
    with pytest.raises(UsageError) as refused:
        check_place(tmp_path / "no" / "signatures.yaml", "no/signatures.yaml")
    assert refused.value.message == "no/signatures.yaml cannot be written: there is no folder no"


def test_a_text_is_saved_whole_with_its_mode_and_never_through_a_link(tmp_path: Path) -> None:
    file = tmp_path / "signatures.yaml"
    save(file, TEXT, "signatures.yaml", mode=0o640)
    assert (file.read_text(), file.stat().st_mode & 0o777) == (TEXT, 0o640)
    (tmp_path / "link.yaml").symlink_to(file)
    with pytest.raises(UsageError, match="cannot be written"):
        save(tmp_path / "link.yaml", "", "link.yaml", mode=0o640)
    assert file.read_text() == TEXT
