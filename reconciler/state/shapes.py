"""What each object of the state document holds, as tables, and the check of a value against them.

A field that is unknown to a table makes a document unreadable: it would be lost at the next write.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from reconciler.contract.api import DOCUMENT_TYPES, SIGN_PURPOSES, SIGN_TYPES
from reconciler.state.store import is_region, is_uin

MOST_PATIENCE_S: Final = 600
"""Twice the longest request timeout that a run may have; nobody is made to wait longer by what a record says."""


_INT64: Final = 2**63


_LATEST: Final = 253402300800.0
"""Unix time of the year 10000: past it no calendar can show a time."""


_SHA256: Final = re.compile(r"[0-9a-f]{64}")


_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


_IMAGE_FORMAT: Final = re.compile(r"[A-Za-z0-9-]{1,16}")


class Malformed(Exception):
    """A value is not what the format says; the text names the place. document.py turns it into StateError."""


class Rule(NamedTuple):
    """What a field may hold. ``wanted`` says it in words; a field that is not ``needed`` is left out when unknown."""

    accepts: Callable[[Any], bool]
    wanted: str
    needed: bool = True


Shape = Mapping[str, Rule]


def is_commit(text: str) -> bool:
    """Whether a text is a whole git commit id, of SHA-1 or SHA-256 repositories."""
    return _COMMIT.fullmatch(text) is not None


def checked(value: Any, shape: Shape, place: str) -> dict[str, Any]:
    """Return an object whose fields are exactly those of ``shape``. Raises Malformed naming the first that is not."""
    if type(value) is not dict:
        raise Malformed(f"{place} must be an object")
    for field in value:
        if field not in shape:
            raise Malformed(f"{place} holds an unknown field {_shortened(field)}")
    for field, rule in shape.items():
        if field not in value:
            if rule.needed:
                raise Malformed(f"{place} lacks the field {field}")
        elif not rule.accepts(value[field]):
            raise Malformed(f"{place}.{field} must be {rule.wanted}")
    return value


def _shortened(text: str) -> str:
    limit = 40
    return ascii(text if len(text) <= limit else text[:limit] + "...")


def _text(accepts: Callable[[str], Any], wanted: str, *, needed: bool = True) -> Rule:
    return Rule(lambda value: type(value) is str and bool(accepts(value)), wanted, needed)


def _whole(lowest: int, *, needed: bool = True) -> Rule:
    return Rule(lambda value: type(value) is int and lowest <= value < _INT64, f"a whole number from {lowest}", needed)


def _word(choices: Mapping[str, int]) -> Rule:
    return _text(choices.__contains__, "one of " + ", ".join(choices))


def _is_time(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < _LATEST and math.isfinite(value)


_ANY_TEXT: Final = _text(lambda _: True, "text")


_SOME_TEXT: Final = _text(len, "text, not empty")


_CODE: Final = _whole(-_INT64)


_FLAG: Final = Rule(lambda value: type(value) is bool, "true or false")


_TIME: Final = Rule(_is_time, "a unix time in seconds")


_PATIENCE: Final = Rule(
    lambda value: type(value) in {int, float} and 0 <= value <= MOST_PATIENCE_S,
    f"seconds from 0 to {MOST_PATIENCE_S}",
)


_OBJECT: Final = Rule(lambda value: type(value) is dict, "an object")


_LIST: Final = Rule(lambda value: type(value) is list, "a list")


_GIT_COMMIT: Final = _text(is_commit, "a whole git commit id", needed=False)


DOCUMENT: Final[Shape] = {
    "version": Rule(lambda value: type(value) is int, "a whole number"),
    "uin": _text(is_uin, "an account id of digits"),
    "region": _text(is_region, "a region like ap-singapore"),
    "sandbox": _FLAG,
    "commit": _GIT_COMMIT,
    "saved_at": _TIME._replace(needed=False),
    "holder": _OBJECT._replace(needed=False),
    "signatures": _LIST,
}


HOLDER: Final[Shape] = {"run": _SOME_TEXT, "beat": _whole(0), "patience": _PATIENCE}


ENTRY: Final[Shape] = {
    "sign_id": _whole(1),
    "submitted": _OBJECT._replace(needed=False),
    "intent": _OBJECT._replace(needed=False),
}


SUBMITTED: Final[Shape] = {
    "at": _TIME,
    "request_id": _ANY_TEXT._replace(needed=False),
    "commit": _GIT_COMMIT,
    "adopted": _FLAG,
    "fields": _OBJECT,
    "before": _OBJECT._replace(needed=False),
    "shown": _OBJECT._replace(needed=False),
}


INTENT: Final[Shape] = {
    "at": _TIME,
    "run": _SOME_TEXT,
    "commit": _GIT_COMMIT,
    "fields": _OBJECT,
    "before": _OBJECT,
}


FIELDS: Final[Shape] = {
    "sign_name": _ANY_TEXT,
    "sign_type": _word(SIGN_TYPES),
    "document_type": _word(DOCUMENT_TYPES),
    "international": _FLAG,
    "sign_purpose": _word(SIGN_PURPOSES),
    "proof_image": _OBJECT,
    "commission_image": _OBJECT._replace(needed=False),
    "remark": _ANY_TEXT,
    "qualification_id": _CODE._replace(needed=False),
}


IMAGE: Final[Shape] = {
    "sha256": _text(_SHA256.fullmatch, "a SHA-256 digest of 64 small hexadecimal digits"),
    "file": _ANY_TEXT,
    "bytes": _whole(0),
    "width": _whole(0),
    "height": _whole(0),
    "format": _text(_IMAGE_FORMAT.fullmatch, "the name of an image format"),
}


ROW: Final[Shape] = {
    "sign_id": _CODE,
    "international": _FLAG,
    "status_code": _CODE,
    "sign_name": _ANY_TEXT,
    "review_reply": _ANY_TEXT,
    "create_time": _CODE,
    "qualification_id": _CODE._replace(needed=False),
    "qualification_name": _ANY_TEXT._replace(needed=False),
    "qualification_status_code": _CODE._replace(needed=False),
}
