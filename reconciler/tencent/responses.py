"""Answers turned into values. What the vendor sends is input like any other: every field is checked before use.

Source: output parameters of ``DescribeSmsSignList`` and ``ModifySmsSign``, API 2021-01-11.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final, NoReturn

from reconciler.contract.error_codes import BAD_ANSWER, HTTP_STATUS, NULL_ANSWER
from reconciler.errors import VendorError, said
from reconciler.model.signature import LiveSignature
from reconciler.tencent.api import Answer

_REQUEST_ID: Final = re.compile(r"[0-9A-Za-z-]{1,64}")
# Ids are numbers of 64 bits; a larger one would not come through JSON unchanged everywhere.
_LARGEST: Final = 2**63 - 1
# Both are printed, in comments on GitHub too, so a server cannot fill these with its own text.
_MAX_CODE: Final = 100
_MAX_MESSAGE: Final = 500
_HTTP_OK: Final = 200


def content_of(status: int, body: bytes) -> Answer:
    """Return the content of ``Response``. Raises VendorError with the vendor's code, or with one of our own.

    Whatever content type it was served under: the vendor's own client misses an error that comes with a charset.
    """
    if status != _HTTP_OK:
        raise VendorError("HTTP status {status}", code=HTTP_STATUS, status=status)
    try:
        content = json.loads(body)["Response"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise VendorError("the answer is not JSON of the vendor's form", code=BAD_ANSWER) from None
    if not isinstance(content, dict):
        raise VendorError("the answer's Response is not an object", code=BAD_ANSWER)
    if "Error" in content:
        _raise_error(content)
    return content


def _raise_error(content: dict[str, object]) -> NoReturn:
    error = content["Error"]
    code, message = (error.get("Code"), error.get("Message")) if isinstance(error, dict) else (None, None)
    if not isinstance(code, str) or not _is_code(code):
        raise VendorError("the answer's Error has no usable code", code=BAD_ANSWER, request_id=request_id_of(content))
    # Without its stop: it goes into a sentence, in brackets and before other words.
    text = printable(message)[:_MAX_MESSAGE].rstrip(" .\u3002") if isinstance(message, str) else ""
    raise VendorError("{message}", code=code, request_id=request_id_of(content), message=text)


def _is_code(code: str) -> bool:
    return len(code) <= _MAX_CODE and code.isascii() and code.replace(".", "").replace("_", "").isalnum()


def request_id_of(answer: Answer) -> str | None:
    """Return the request id where it is one: a short word of letters, digits and dashes."""
    value = answer.get("RequestId")
    return value if isinstance(value, str) and _REQUEST_ID.fullmatch(value) else None


def rows_of(answer: Answer) -> list[LiveSignature]:
    """Return the rows of one describe. Raises VendorError where the set is null or a row is not one."""
    entries = answer.get("DescribeSignListStatusSet")
    if entries is None:
        _refuse(answer, NULL_ANSWER, said("the list of signatures is null"))
    if not isinstance(entries, list):
        _refuse(answer, BAD_ANSWER, said("the list of signatures is not a list"))
    return [_row(answer, entry) for entry in entries]


def _row(answer: Answer, entry: object) -> LiveSignature:
    if not isinstance(entry, dict):
        _refuse(answer, BAD_ANSWER, said("a signature is not an object"))
    try:
        return LiveSignature(
            sign_id=_integer(entry["SignId"]),
            international=_flag(entry["International"]),
            status_code=_integer(entry["StatusCode"]),
            sign_name=_text(entry["SignName"]),
            review_reply=_optional_text(entry.get("ReviewReply")) or "",
            create_time=_optional_integer(entry.get("CreateTime")) or 0,
            qualification_id=_optional_integer(entry.get("QualificationId")),
            qualification_name=_optional_text(entry.get("QualificationName")),
            qualification_status_code=_optional_integer(entry.get("QualificationStatusCode")),
        )
    except (KeyError, TypeError) as error:
        raise VendorError(
            "a signature has no usable {field}",
            code=BAD_ANSWER,
            request_id=request_id_of(answer),
            field=error if isinstance(error, KeyError) else error.args[0],
        ) from None


def acknowledged_id(answer: Answer, name: str = "ModifySignStatus") -> int:
    """Return the id that a write acknowledges under ``name``. Raises VendorError where it acknowledges nothing."""
    status = answer.get(name)
    if status is None:
        _refuse(answer, NULL_ANSWER, said("the acknowledgement is null"))
    if not isinstance(status, dict) or type(status.get("SignId")) is not int:
        _refuse(answer, BAD_ANSWER, said("the acknowledgement names no signature"))
    return int(status["SignId"])


def _refuse(answer: Answer, code: str, text: str) -> NoReturn:
    raise VendorError(text, code=code, request_id=request_id_of(answer))


def _integer(value: object) -> int:
    # In Python a `true` is an int as well; the vendor has no field that may be both.
    if type(value) is not int or not -_LARGEST <= value <= _LARGEST:
        raise TypeError(said("whole number"))
    return value


def _optional_integer(value: object) -> int | None:
    return None if value is None else _integer(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(said("text"))
    return printable(value)


def printable(text: str) -> str:
    """Return text that can be written anywhere: a lone surrogate could not."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _flag(value: object) -> bool:
    if value not in (0, 1) or type(value) is not int:
        raise TypeError("International")
    return value == 1


def merge_rows(rows: Iterable[LiveSignature]) -> tuple[dict[int, LiveSignature], set[int]]:
    """Return rows by id, and the ids that came more than once with different content."""
    merged: dict[int, LiveSignature] = {}
    torn: set[int] = set()
    for row in rows:
        if merged.setdefault(row.sign_id, row) != row:
            torn.add(row.sign_id)
    return merged, torn
