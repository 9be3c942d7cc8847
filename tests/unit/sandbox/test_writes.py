from __future__ import annotations

import base64
from typing import Any

import pytest

from reconciler.sandbox.model import ImageDigest, RowData, Submission
from reconciler.sandbox.running import Sandbox
from tests.fixtures import images
from tests.fixtures.accounts import (
    APPROVED,
    GLOBAL,
    NOT_EFFECTIVE,
    PENDING,
    REJECTED,
    UNHEARD_OF,
    account,
    image,
    submission,
)
from tests.fixtures.caller import Caller
from tests.unit.sandbox.conftest import Start

# straight from the reference page, as pairs of sign type and document types
PAGE = {0: "01", 1: "01234", 2: "01235", 3: "01238", 4: "7", 5: "23", 6: "01236"}


@pytest.mark.parametrize("document_type", range(9))
@pytest.mark.parametrize("sign_type", range(7))
def test_exactly_the_pairs_of_the_reference_page_are_accepted(start: Start, sign_type: int, document_type: int) -> None:
    code = Caller(start().url).code("ModifySmsSign", submission(SignType=sign_type, DocumentType=document_type))
    expected = None if str(document_type) in PAGE[sign_type] else "InvalidParameterValue.InvalidDocumentType"
    assert code == expected


@pytest.mark.parametrize(
    ("sign_id", "changed", "code"),
    [
        (APPROVED, {}, "InvalidParameterValue.SignAlreadyPassedCheck"),
        (NOT_EFFECTIVE, {}, "InvalidParameterValue.SignAlreadyPassedCheck"),
        (UNHEARD_OF, {}, "FailedOperation.MissingSignatureToModify"),
        (9999, {}, "FailedOperation.MissingSignatureToModify"),
        (PENDING, {"International": 1}, "InvalidParameterValue.InvalidInternational"),
        (PENDING, {"International": 2}, "InvalidParameterValue.InvalidInternational"),
        (GLOBAL, {}, "InvalidParameterValue.InvalidInternational"),
        (PENDING, {"SignPurpose": 2}, "InvalidParameterValue.InvalidSignPurpose"),
        (PENDING, {"SignType": 7}, "InvalidParameterValue.InvalidDocumentType"),
        (PENDING, {"SignPurpose": 1}, "MissingParameter"),
        (PENDING, {"SignPurpose": 1, "CommissionImage": "nonsense"}, "InvalidParameterValue.ImageInvalid"),
        (PENDING, {"SignName": ""}, "InvalidParameterValue"),
        (PENDING, {"SignName": "x" * 16}, "InvalidParameterValue.SignNameLengthTooLong"),
        (REJECTED, {"SignName": "Acme"}, "InvalidParameterValue.SignExistAndUnapproved"),
        (PENDING, {"ProofImage": ""}, "InvalidParameterValue.ImageInvalid"),
        (PENDING, {"ProofImage": "not base64!"}, "InvalidParameterValue.ImageInvalid"),
        (PENDING, {"ProofImage": "中文"}, "InvalidParameterValue.ImageInvalid"),
        (PENDING, {"ProofImage": base64.b64encode(b"text").decode()}, "InvalidParameterValue.ImageInvalid"),
        (PENDING, {"ProofImage": f"data:image/png;base64,{image()}"}, "InvalidParameterValue.ImageInvalid"),
        (PENDING, {"ProofImage": f"{image()[:40]}\n{image()[40:]}"}, "InvalidParameterValue.ImageInvalid"),
        (PENDING, {"ProofImage": base64.b64encode(images.png()[:-20]).decode()}, "InvalidParameterValue.ImageInvalid"),
    ],
)
def test_a_broken_rule_has_its_code_and_changes_nothing(
    start: Start, sign_id: int, changed: dict[str, Any], code: str
) -> None:
    sandbox = start()
    before = sandbox.account.data
    assert Caller(sandbox.url).code("ModifySmsSign", submission(sign_id, **changed)) == code
    assert sandbox.account.data == before


@pytest.mark.parametrize(
    ("flag", "code"),
    [
        ("individual", "FailedOperation.NotEnterpriseCertification"),
        ("arrears", "UnauthorizedOperation.ServiceSuspendDueToArrears"),
    ],
)
def test_some_accounts_may_not_modify_at_all(start: Start, flag: str, code: str) -> None:
    assert Caller(start(account(**{flag: True})).url).code("ModifySmsSign", submission()) == code


def test_an_image_of_too_many_pixels_is_refused(start: Start) -> None:
    huge = base64.b64encode(images.png(size=(9000, 9000), compress_level=1)).decode()
    code = Caller(start().url).code("ModifySmsSign", submission(ProofImage=huge))
    assert code == "InvalidParameterValue.ImageInvalid"


def test_an_accepted_modification_is_pending_with_the_new_values(start: Start) -> None:
    sandbox = start()
    answer = Caller(sandbox.url).call("ModifySmsSign", submission(REJECTED, SignName="Tencent Cloud"))
    assert answer["ModifySignStatus"] == {"SignId": REJECTED}
    row = sandbox.account.row(REJECTED)
    assert row is not None
    assert (row.sign_name, row.status_code, row.review_reply) == ("Tencent Cloud", 1, "")
    assert row.create_time > 1_700_000_000


def test_the_hidden_fields_are_kept_as_digests(start: Start) -> None:
    sandbox = start()
    proof, commission = images.png(5), images.jpeg(6)
    sent = submission(
        SignPurpose=1,
        ProofImage=base64.b64encode(proof).decode(),
        CommissionImage=base64.b64encode(commission).decode(),
        Remark="Login codes",
    )
    assert Caller(sandbox.url).code("ModifySmsSign", sent) is None
    row = sandbox.account.row(PENDING)
    assert row is not None
    assert row.submitted is not None
    assert row.submitted.proof_image is not None
    assert row.submitted.proof_image.size == len(proof)
    assert row.submitted.commission_image is not None
    assert row.submitted.commission_image.size == len(commission)
    assert (row.submitted.sign_type, row.submitted.document_type, row.submitted.sign_purpose) == (0, 1, 1)
    assert row.submitted.remark == "Login codes"


def test_a_commission_image_takes_effect_for_others_only(start: Start) -> None:
    sandbox = start()
    assert Caller(sandbox.url).code("ModifySmsSign", submission(CommissionImage="nonsense")) is None
    row = sandbox.account.row(PENDING)
    assert row is not None
    assert row.submitted is not None
    assert row.submitted.commission_image is None


def test_the_same_name_may_wait_for_both_destinations_but_not_twice_for_one(start: Start) -> None:
    sandbox = start()
    assert Caller(sandbox.url).code("ModifySmsSign", submission(PENDING, SignName="Acme")) is None
    taken = Caller(sandbox.url).code("ModifySmsSign", submission(REJECTED, SignName="Acme"))
    assert taken == "InvalidParameterValue.SignExistAndUnapproved"


def test_the_same_name_may_wait_in_another_region(start: Start) -> None:
    sandbox = start(account(RowData(1, "Acme", region="ap-guangzhou"), RowData(2, "Other")))
    taken = Caller(sandbox.url, region="ap-guangzhou").code("ModifySmsSign", submission(2, SignName="Acme"))
    assert taken == "InvalidParameterValue.SignExistAndUnapproved"
    assert Caller(sandbox.url).code("ModifySmsSign", submission(2, SignName="Acme")) is None


def test_a_row_of_another_region_cannot_be_modified(start: Start) -> None:
    sandbox = start(account(RowData(PENDING, "Acme", region="ap-guangzhou")))
    assert Caller(sandbox.url).code("ModifySmsSign", submission()) == "FailedOperation.MissingSignatureToModify"
    assert Caller(sandbox.url, region="ap-guangzhou").code("ModifySmsSign", submission()) is None


def test_a_qualification_is_taken_over_on_mainland_only(start: Start) -> None:
    sandbox = start(
        account(
            RowData(1, "One", qualification_id=11, qualification_name="Eleven", qualification_status_code=4),
            RowData(2, "Two"),
            RowData(3, "Three", international=True),
        )
    )
    caller = Caller(sandbox.url)
    for sign_id, destination, qualification in ((1, 0, None), (2, 0, 11), (3, 1, 11)):
        sent = submission(sign_id, International=destination, QualificationId=qualification)
        assert caller.code("ModifySmsSign", sent) is None
    told = [(row.qualification_id, row.qualification_name) for row in sandbox.account.data.signatures]
    assert told == [(11, "Eleven"), (11, "Eleven"), (None, None)]
    assert caller.code("ModifySmsSign", submission(2, QualificationId=12)) is None
    row = sandbox.account.row(2)
    assert row is not None
    assert (row.qualification_id, row.qualification_name, row.qualification_status_code) == (12, "", 1)


def submitted_remark(start: Start, way: str) -> str | None:
    digest = ImageDigest("00", 1)
    row = RowData(PENDING, "Acme", submitted=Submission(0, 1, 0, digest, None, "old"))
    sandbox = start(account(row), omitted_remark=way)
    assert Caller(sandbox.url).code("ModifySmsSign", submission()) is None
    kept = sandbox.account.row(PENDING)
    assert kept is not None
    assert kept.submitted is not None
    return kept.submitted.remark


def test_an_omitted_remark_goes_either_way(start: Start) -> None:
    assert submitted_remark(start, "keeps") == "old"
    assert submitted_remark(start, "clears") is None


def test_create_time_goes_either_way(start: Start) -> None:
    for way, moved in (("moves", True), ("stays", False)):
        sandbox = start(create_time=way)
        assert Caller(sandbox.url).code("ModifySmsSign", submission()) is None
        row = sandbox.account.row(PENDING)
        assert row is not None
        assert (row.create_time != 1_617_508_800) == moved


def test_an_incomplete_filing_goes_either_way(start: Start) -> None:
    row = RowData(PENDING, "Acme", status_code=-1, filing_incomplete=True)
    for way, code in (("accepted", None), ("refused", "FailedOperation.OtherError")):
        sandbox = start(account(row), filing_incomplete=way)
        assert Caller(sandbox.url).code("ModifySmsSign", submission()) == code


def test_names_go_either_way(start: Start) -> None:
    wide = " \uff21cme  Ltd "
    for way, name in (("kept", wide), ("normalised", "Acme Ltd"), ("squeezed", "AcmeLtd")):
        sandbox = start(names=way)
        assert Caller(sandbox.url).code("ModifySmsSign", submission(SignName=wide)) is None
        row = sandbox.account.row(PENDING)
        assert row is not None
        assert row.sign_name == name


def test_loose_base64_goes_either_way(start: Start) -> None:
    wrapped = f"data:image/png;base64,{image()[:40]}\r\n{image()[40:]}"
    assert Caller(start(loose_base64="accepted").url).code("ModifySmsSign", submission(ProofImage=wrapped)) is None


def test_the_answer_for_status_2_goes_any_documented_way(start: Start) -> None:
    code = "FailedOperation.MissingSignatureToModify"
    assert Caller(start(not_effective_code=code).url).code("ModifySmsSign", submission(NOT_EFFECTIVE)) == code


def test_a_qualification_may_be_demanded_for_mainland(start: Start) -> None:
    caller = Caller(start(qualification_id="demanded").url)
    assert caller.code("ModifySmsSign", submission()) == "MissingParameter"
    assert caller.code("ModifySmsSign", submission(QualificationId=11)) is None
    assert caller.code("ModifySmsSign", submission(GLOBAL, International=1)) is None


@pytest.mark.parametrize(
    ("way", "code", "left"), [("keeps", None, 7), ("clears", None, None), ("refused", "MissingParameter", 7)]
)
def test_a_qualification_that_is_left_out_goes_each_way(
    start: Start, way: str, code: str | None, left: int | None
) -> None:
    row = RowData(PENDING, "Acme", qualification_id=7, qualification_name="Acme Ltd", qualification_status_code=1)
    sandbox = start(account(row), omitted_qualification=way)
    assert Caller(sandbox.url).code("ModifySmsSign", submission()) == code
    found = sandbox.account.row(PENDING)
    assert found is not None
    assert found.qualification_id == left


def test_a_second_submitter_before_the_first_modify_is_there_though_that_is_not_processed(start: Start) -> None:
    sandbox = start(second_submitter="before", faults=("ModifySmsSign:1:error=InternalError",))
    caller = Caller(sandbox.url)
    assert caller.code("ModifySmsSign", submission(REJECTED)) == "InternalError"
    row = sandbox.account.row(REJECTED)
    assert row is not None
    assert row.submitted is not None
    assert (row.status_code, row.sign_name, row.submitted.remark) == (1, "Console 1113", "From the console")
    assert row.create_time > 1_700_000_000
    assert caller.code("ModifySmsSign", submission(REJECTED)) is None
    assert shown_name(sandbox, REJECTED) == "Name 1113"


def test_a_second_submitter_after_the_first_modify_comes_once_and_where_that_was_taken(start: Start) -> None:
    sandbox = start(second_submitter="after", faults=("ModifySmsSign:1:error=InternalError",))
    caller = Caller(sandbox.url)
    names = []
    for _ in range(3):
        caller.call("ModifySmsSign", submission())
        names.append(shown_name(sandbox, PENDING))
    assert names == ["Acme", "Console 1110", "Name 1110"]


@pytest.mark.parametrize("sign_id", [APPROVED, 9999])
def test_a_second_submitter_keeps_the_rules_of_a_modify(start: Start, sign_id: int) -> None:
    sandbox = start(second_submitter="before")
    before = sandbox.account.data
    assert Caller(sandbox.url).code("ModifySmsSign", submission(sign_id)) is not None
    assert Caller(sandbox.url).code("ModifySmsSign", {"SignId": "none"}) is not None
    assert sandbox.account.data == before


def shown_name(sandbox: Sandbox, sign_id: int) -> str:
    row = sandbox.account.row(sign_id)
    assert row is not None
    return row.sign_name


@pytest.mark.parametrize("action", ["ModifySmsSign", "AddSmsSign"])
@pytest.mark.parametrize(
    ("way", "without", "kept"),
    [("required", "MissingParameter", True), ("optional", None, True), ("ignored", None, False)],
)
def test_a_global_signature_may_need_no_image(
    start: Start, action: str, way: str, without: str | None, *, kept: bool
) -> None:
    sandbox = start(account(RowData(GLOBAL, "Old", True, 1)), global_image=way)
    own = {"SignId": None} if action == "AddSmsSign" else {}
    wanted = {"International": 1, "SignName": "First", **own}
    assert Caller(sandbox.url).code(action, submission(GLOBAL, ProofImage=None, **wanted)) == without
    answer = Caller(sandbox.url).call(action, submission(GLOBAL, **{**wanted, "SignName": "Second"}))
    row = sandbox.account.row(answer[f"{action.removesuffix('SmsSign')}SignStatus"]["SignId"])
    assert row is not None
    assert row.submitted is not None
    assert (row.submitted.proof_image is not None) is kept


@pytest.mark.parametrize("way", ["required", "optional", "ignored"])
def test_a_mainland_signature_always_needs_its_image(start: Start, way: str) -> None:
    sandbox = start(global_image=way)
    assert Caller(sandbox.url).code("ModifySmsSign", submission(ProofImage=None)) == "MissingParameter"
