"""The outer shape of every answer: ``{"Response": {...}}``, or an error in its place.

Read as what it says, whatever content type it was served under: the vendor's own client overlooks an error that comes
with a charset.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final, NoReturn

from reconciler.cloud.answers import Answer, request_id_of, written
from reconciler.contract.codes import BAD_ANSWER, HTTP_STATUS
from reconciler.errors import VendorError

MAX_ANSWER_BYTES: Final = 4 * 1024 * 1024
"""A page of 100 rows is some 50 KB."""
_MAX_CODE: Final = 100
_MAX_MESSAGE: Final = 500
_HTTP_OK: Final = 200


def bounded(chunks: Iterable[bytes]) -> bytes:
    """Return the body of an answer. Raises VendorError where it is larger than any answer is."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise VendorError("the answer is too large", code=BAD_ANSWER)
    return bytes(body)


def content_of(status: int, body: bytes) -> Answer:
    """Return the content of ``Response``. Raises VendorError with the vendor's code, or with one of our own."""
    if status != _HTTP_OK:
        raise VendorError(f"HTTP status {status}", code=HTTP_STATUS)
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
    text = written(message)[:_MAX_MESSAGE] if isinstance(message, str) else ""
    raise VendorError(text, code=code, request_id=request_id_of(content))


def _is_code(code: str) -> bool:
    return len(code) <= _MAX_CODE and code.isascii() and code.replace(".", "").replace("_", "").isalnum()
