from __future__ import annotations

import base64
from typing import Any

import pytest

from reconciler.errors import VendorError
from reconciler.model.signature import Image, SignFields
from reconciler.tencent.api import Images
from reconciler.tencent.writer import Writer, parameters

IMAGE = Image("0" * 64, "proof.png", 3, 1, 1, "PNG")
FIELDS = SignFields("Acme", "company", "business-license", international=False, sign_purpose="self", proof_image=IMAGE)
PROOF = bytes(range(256)) * 30


class Account:
    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, action: str, parameters: dict[str, Any], *_: object) -> dict[str, Any]:
        self.calls.append((action, parameters))
        return self.answer


def test_a_submission_is_sent_in_the_vendors_names_and_numbers() -> None:
    account = Account({"ModifySignStatus": {"SignId": 1110, "SignApplyId": "1110"}, "RequestId": "id-1"})
    assert Writer(account).modify(1110, FIELDS, Images(PROOF, None)) == "id-1"
    ((action, sent),) = account.calls
    assert action == "ModifySmsSign"
    assert sent == {
        "SignId": 1110,
        "SignName": "Acme",
        "SignType": 0,
        "DocumentType": 1,
        "International": 0,
        "SignPurpose": 0,
        "ProofImage": base64.b64encode(PROOF).decode(),
        "Remark": "",
    }


def test_what_is_optional_is_sent_where_it_is_given() -> None:
    fields = FIELDS._replace(international=True, sign_purpose="others", remark="备注", qualification_id=7)
    sent = parameters(fields, Images(b"a", b"b"))
    assert (sent["International"], sent["SignPurpose"], sent["Remark"]) == (1, 1, "备注")
    assert (sent["CommissionImage"], sent["QualificationId"]) == ("Yg==", 7)


def test_images_go_as_plain_base64_without_prefix_or_line_breaks() -> None:
    sent = str(parameters(FIELDS, Images(PROOF, None))["ProofImage"])
    assert not sent.startswith("data:")
    assert sent == "".join(sent.split())


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"ModifySignStatus": None, "RequestId": "id-2"}, "Client.NullAnswer"),
        ({"ModifySignStatus": {"SignId": 999}, "RequestId": "id-2"}, "Client.BadAnswer"),
        ({"ModifySignStatus": "ok", "RequestId": "id-2"}, "Client.BadAnswer"),
    ],
)
def test_without_the_acknowledgement_of_this_very_signature_nothing_is_certain(
    answer: dict[str, Any], code: str
) -> None:
    account = Account(answer)
    with pytest.raises(VendorError) as error:
        Writer(account).modify(1110, FIELDS, Images(PROOF, None))
    assert (error.value.code, error.value.request_id) == (code, "id-2")
    assert len(account.calls) == 1


def test_a_wrong_signature_of_a_large_request_is_put_down_to_its_size() -> None:
    class Cut:
        def call(self, *_: object) -> dict[str, object]:
            raise VendorError("no", code="AuthFailure.SignatureFailure")

    def error(size: int) -> VendorError:
        with pytest.raises(VendorError) as refused:
            Writer(Cut()).modify(1, FIELDS, Images(b"x" * size, None))
        return refused.value

    assert error(100_000).code == "AuthFailure.SignatureFailure"
    assert error(900_000).code == "Client.CutOnTheWay"
    assert "0.9 MB" in error(900_000).hint
