"""The two writes: ``ModifySmsSign`` and ``AddSmsSign``. Base64 is made here, for one call, and nowhere else.

Source: input parameters of the reference page (2024-09-10); ``QualificationId`` since SDK 3.0.1300. ``AddSmsSign``
takes the same but for the id (page 382/40534).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final

from reconciler.contract.api import ADD, DOCUMENT_TYPES, INTERNATIONAL, MODIFY, SIGN_PURPOSES, SIGN_TYPES
from reconciler.contract.error_codes import BAD_ANSWER, CUT_ON_THE_WAY
from reconciler.errors import VendorError
from reconciler.model.signature import SignFields
from reconciler.tencent.api import Acknowledged, Answer, Caller, Images
from reconciler.tencent.responses import acknowledged_id, request_id_of

_BAD_SIGNATURE: Final = "AuthFailure.SignatureFailure"

# Bytes of images from which a wrong signature is put down to the size of the request.
_LARGE: Final = 500_000


class Writer:
    """Submits signatures for review. It never repeats a call: whoever holds it decides what an error means."""

    def __init__(self, sdk: Caller) -> None:
        self._sdk = sdk

    def modify(
        self, sign_id: int, fields: SignFields, images: Images, check: Callable[[], None] | None = None
    ) -> str | None:
        """Submit a signature and return the request id.

        Raises VendorError where the vendor did not say that it took the submission; its code tells what that means.
        """
        answer = self._call(MODIFY, {"SignId": sign_id, **parameters(fields, images)}, images, check)
        if acknowledged_id(answer) != sign_id:
            raise VendorError("another signature is acknowledged", code=BAD_ANSWER, request_id=request_id_of(answer))
        return request_id_of(answer)

    def add(self, fields: SignFields, images: Images, check: Callable[[], None] | None = None) -> Acknowledged:
        """Create a signature and return the id that it got, and the request id.

        Raises VendorError as ``modify`` does, also where the vendor says that it took it and names no id.
        """
        answer = self._call(ADD, parameters(fields, images), images, check)
        sign_id = acknowledged_id(answer, "AddSignStatus")
        if sign_id < 1:
            raise VendorError("no signature is acknowledged", code=BAD_ANSWER, request_id=request_id_of(answer))
        return Acknowledged(sign_id, request_id_of(answer))

    def _call(self, action: str, sent: dict[str, object], images: Images, check: Callable[[], None] | None) -> Answer:
        size = len(images.proof) + len(images.commission or b"")
        try:
            return self._sdk.call(action, sent, check)
        except VendorError as error:
            error.creates = action == ADD
            raise _cut_on_the_way(error, size) if error.code == _BAD_SIGNATURE and size > _LARGE else error from None


def _cut_on_the_way(error: VendorError, size: int) -> VendorError:
    """Return what a wrong signature means for a large body: the same keys have just read the account."""
    return VendorError(
        error.text,
        code=CUT_ON_THE_WAY,
        request_id=error.request_id,
        hint="the images hold {size:.1f} MB together: save them smaller, below 1 MB, and try another network",
        size=size / 1_000_000,
    )


def parameters(fields: SignFields, images: Images) -> dict[str, object]:
    """Return the parameters of both calls in the vendor's names and numbers, all but the id.

    ``Remark`` is always sent, empty where there is none: whether an omitted one keeps the old is not documented.
    """
    sent: dict[str, object] = {
        "SignName": fields.sign_name,
        "SignType": SIGN_TYPES[fields.sign_type],
        "DocumentType": DOCUMENT_TYPES[fields.document_type],
        "International": INTERNATIONAL[fields.international],
        "SignPurpose": SIGN_PURPOSES[fields.sign_purpose],
        "ProofImage": _base64(images.proof),
        "Remark": fields.remark,
    }
    if images.commission is not None:
        sent["CommissionImage"] = _base64(images.commission)
    if fields.qualification_id is not None:
        sent["QualificationId"] = fields.qualification_id
    return sent


def _base64(image: bytes) -> str:
    return base64.b64encode(image).decode("ascii")
