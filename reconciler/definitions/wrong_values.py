"""Words for a value that is of the wrong kind, or no word of its list: types, near misses and the vendor's numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from reconciler.contract.choices import DOCUMENT_TYPES, SIGN_PURPOSES, SIGN_TYPES
from reconciler.definitions.wording import listed, nearest, printable, shown

SITES: Final = ("international", "china")

_CHOICES: Final[Mapping[str, Mapping[str, int]]] = {
    "sign_type": SIGN_TYPES,
    "document_type": DOCUMENT_TYPES,
    "sign_purpose": SIGN_PURPOSES,
}
_BOOLEANS: Final = {
    **dict.fromkeys(("yes", "y", "on", "true"), "true"),
    **dict.fromkeys(("no", "n", "off", "false"), "false"),
}
_SERIES: Final = "write `false` for Chinese mainland SMS, `true` for global SMS"
_DIGITS: Final = re.compile("[0-9]{1,19}")
_OPTIONAL: Final = frozenset(
    {"commission_image", "remark", "qualification_id", "uin", "endpoint", "state", "signatures"}
)
_KINDS: Final = {"string": "text", "integer": "a whole number", "boolean": "`true` or `false`", "object": "a mapping"}


class Wording(NamedTuple):
    """A diagnostic's code, its message and the mend."""

    code: str
    message: str
    hint: str


def words_of(field: str) -> tuple[str, ...]:
    """Return all words that there are for a field."""
    return tuple(_CHOICES.get(field, SITES))


def wrong_word(field: str, value: Any, fitting: tuple[str, ...]) -> Wording:
    """Say that a value is none of the words of its field; ``fitting`` are those that would do here."""
    if value is None:
        return no_value(field, f"write {listed(fitting)}")
    number = _vendor_number(value)
    for word, code in _CHOICES.get(field, {}).items():
        if code == number:
            return Wording("vendor-number", f"`{field}` is the vendor's number {number}", f"write `{word}`")
    guess = nearest(value, words_of(field)) if isinstance(value, str) else None
    hint = f"did you mean `{guess}`?" if guess else f"write {listed(fitting)}"
    return Wording("unknown-word", f"{shown(value)} is not a value of `{field}`", hint)


def _vendor_number(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 1 else None


def wrong_type(field: str, value: Any, expected: str, written: str) -> Wording:
    """Say that a value is of another type than ``expected``; ``written`` is how the file spells it."""
    if value is None and expected != "boolean":
        mend = _mend(field, expected) if expected == "object" else "write one"
        return no_value(field, f"{mend}, or take the line away" if field in _OPTIONAL else mend)
    if expected == "string" and not isinstance(value, dict | list):
        return _unquoted(field, value, written)
    if expected == "boolean":
        return _no_boolean(field, value)
    if expected == "integer" and isinstance(value, str) and _DIGITS.fullmatch(value):
        message = f"`{field}` is text, and a whole number is expected"
        return Wording("wrong-type", message, f"write it without quotes and leading zeros: `{field}: {int(value)}`")
    message = (
        f"`{field}` is {shown(written if isinstance(value, float) else value)}, and {_KINDS[expected]} is expected"
    )
    return Wording("wrong-type", message, _mend(field, expected))


def no_value(field: str, hint: str) -> Wording:
    """Say that a key has no value."""
    return Wording("wrong-type", f"`{field}` has no value", hint)


def _unquoted(field: str, value: Any, written: str) -> Wording:
    kind = "true or false" if isinstance(value, bool) else "a number"
    message = f"YAML reads {shown(written)} as {kind}, and `{field}` is text"
    return Wording("wrong-type", message, f'put it in quotes: `{field}: "{printable(written)}"`')


def _no_boolean(field: str, value: Any) -> Wording:
    if value in (0, 1) and isinstance(value, int):
        word = "true" if value else "false"
        return Wording("vendor-number", f"`{field}` is the vendor's number {value}", f"write `{word}`")
    if value is None:
        return no_value(field, _SERIES)
    word = _BOOLEANS.get(value.lower(), "") if isinstance(value, str) else ""
    hint = f"write `{word}`, without quotes" if word else _SERIES
    return Wording("wrong-type", f"`{field}` is {shown(value)}, and `true` or `false` is expected", hint)


def _mend(field: str, expected: str) -> str:
    if expected == "object":
        return f"write its fields below `{field}:`, indented"
    return "write the number alone" if expected == "integer" else "write it as text, in quotes"
