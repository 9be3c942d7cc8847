"""Every documented code has a row, and its treatment never risks a second submission."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.contract import error_codes
from reconciler.contract.error_codes import CODES, UNKNOWN_CODE, Treatment, look_up

PAGE = [
    "FailedOperation.FailResolvePacket",
    "FailedOperation.JsonParseFail",
    "FailedOperation.MissingSignatureList",
    "FailedOperation.MissingSignatureToModify",
    "FailedOperation.NotEnterpriseCertification",
    "FailedOperation.OtherError",
    "FailedOperation.SignNumberLimit",
    "FailedOperation.TemplateAlreadyPassedCheck",
    "FailedOperation.TemplateIdNotExist",
    "InternalError.OtherError",
    "InternalError.RequestTimeException",
    "InternalError.RestApiInterfaceNotExist",
    "InternalError.SigVerificationFail",
    "InternalError.Timeout",
    "InternalError.UnknownError",
    "InvalidParameter",
    "InvalidParameter.AppidAndBizId",
    "InvalidParameterValue.ImageInvalid",
    "InvalidParameterValue.InvalidDocumentType",
    "InvalidParameterValue.InvalidInternational",
    "InvalidParameterValue.InvalidSignPurpose",
    "InvalidParameterValue.SignAlreadyPassedCheck",
    "InvalidParameterValue.SignExistAndUnapproved",
    "InvalidParameterValue.SignNameLengthTooLong",
    "UnauthorizedOperation.RequestIpNotInWhitelist",
    "UnauthorizedOperation.RequestPermissionDeny",
    "UnauthorizedOperation.ServiceSuspendDueToArrears",
    "UnsupportedOperation",
]
"""The error codes of the ModifySmsSign reference page, 2024-09-10."""

COMMON = [
    "ActionOffline",
    "AuthFailure.InvalidAuthorization",
    "AuthFailure.InvalidSecretId",
    "AuthFailure.MFAFailure",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.SignatureExpire",
    "AuthFailure.SignatureFailure",
    "AuthFailure.TokenFailure",
    "AuthFailure.UnauthorizedOperation",
    "DryRunOperation",
    "FailedOperation",
    "InternalError",
    "InvalidAction",
    "InvalidParameter",
    "InvalidParameterValue",
    "InvalidRequest",
    "IpInBlacklist",
    "IpNotInWhitelist",
    "LimitExceeded",
    "MissingParameter",
    "NoSuchProduct",
    "NoSuchVersion",
    "RequestLimitExceeded",
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "RequestLimitExceeded.UinLimitExceeded",
    "RequestSizeLimitExceeded",
    "ResourceInUse",
    "ResourceInsufficient",
    "ResourceNotFound",
    "ResourceUnavailable",
    "ResponseSizeLimitExceeded",
    "ServiceUnavailable",
    "UnauthorizedOperation",
    "UnknownParameter",
    "UnsupportedOperation",
    "UnsupportedProtocol",
    "UnsupportedRegion",
]
"""The vendor's codes that any action may answer."""

NEWER = [
    "FailedOperation.ProhibitSubAccountUse",
    "FailedOperation.QualificationIdNotApproved",
    "FailedOperation.SignIdNotExist",
    "InvalidParameterValue.QualificationIdNotFound",
]
"""Signature codes that newer SDKs of the vendor name."""

CLEAR_INTERNAL = {
    "InternalError.RequestTimeException",
    "InternalError.RestApiInterfaceNotExist",
    "InternalError.SigVerificationFail",
}
"""Internal errors that say why the request was not even looked at."""


def test_the_page_lists_28_codes() -> None:
    assert len(PAGE) == len(set(PAGE)) == 28
    assert {row.code for row in CODES.values() if row.source == "page"} == set(PAGE)


@pytest.mark.parametrize("code", [*PAGE, *COMMON, *NEWER])
def test_every_documented_code_has_its_own_row(code: str) -> None:
    assert CODES[code].code == look_up(code).code == code


def test_no_code_stands_twice() -> None:
    assert len(error_codes._ROWS) == len(CODES)


@pytest.mark.parametrize("row", CODES.values(), ids=CODES.keys())
def test_a_row_says_what_happened_and_what_to_do(row: error_codes.ErrorCode) -> None:
    assert row.source in {"page", "common", "sdk", "sts", "client"}
    assert row.meaning.strip()
    assert not row.meaning[0].isupper()
    assert row.hint.endswith(".")


ABOUT_THE_ROLE = {"InternalError.GetRoleError", "InternalError.IllegalRole"}


def test_only_what_certainly_was_not_written_is_sent_again() -> None:
    retried = {code for code, row in CODES.items() if row.treatment is Treatment.RETRY}
    assert retried == {code for code in COMMON if code.startswith("RequestLimitExceeded")} | {
        "Client.ConnectionNotMade",
        "Client.TooLate",
    }


def test_what_may_have_been_written_is_settled_by_looking() -> None:
    internal = {code for code in CODES if code.startswith("InternalError")} - CLEAR_INTERNAL - ABOUT_THE_ROLE
    broken = {"Client.ConnectionLost", "Client.Timeout", "Client.HttpStatus", "Client.BadAnswer", "Client.NullAnswer"}
    unavailable = {"ServiceUnavailable", "ResourceUnavailable", "ResponseSizeLimitExceeded"}
    settled = {code for code, row in CODES.items() if row.treatment is Treatment.SETTLE}
    assert settled == internal | broken | unavailable


def test_of_the_vendors_codes_only_an_approval_is_a_refusal() -> None:
    refused = {code for code, row in CODES.items() if row.treatment is Treatment.REFUSE and row.source != "client"}
    assert refused == {
        "FailedOperation.TemplateAlreadyPassedCheck",
        "InvalidParameterValue.SignAlreadyPassedCheck",
    }


@pytest.mark.parametrize("code", sorted(CLEAR_INTERNAL) + [code for code in COMMON if code.startswith("AuthFailure")])
def test_a_wrong_clock_key_or_interface_ends_the_run(code: str) -> None:
    assert look_up(code).treatment is Treatment.STOP


@pytest.mark.parametrize(
    ("code", "like"),
    [
        ("FailedOperation.SomethingNew", "FailedOperation"),
        ("InternalError.SomethingNew", "InternalError"),
        ("RequestLimitExceeded.SomethingNew", "RequestLimitExceeded"),
        ("InvalidParameterValue.A.B", "InvalidParameterValue"),
        ("UnsupportedOperation.", "UnsupportedOperation"),
    ],
)
def test_an_unlisted_code_is_treated_as_its_family(code: str, like: str) -> None:
    assert look_up(code) == CODES[like]


@given(st.text())
def test_a_code_of_no_family_may_mean_anything_so_it_is_settled(code: str) -> None:
    family = code.partition(".")[0]
    row = look_up(code)
    if code not in CODES and family not in CODES:
        assert row == UNKNOWN_CODE._replace(code=code)
        assert row.treatment is Treatment.SETTLE
