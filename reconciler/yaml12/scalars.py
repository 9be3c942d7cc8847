"""What a plain scalar means: the core schema of YAML 1.2 (chapter 10.3), not the YAML 1.1 of PyYAML's own loaders."""

# ``no``, ``on`` and dates are text. Against the letter of the core schema, so is ``0123``: people who write a leading
# zero mean digits, not a number.

from __future__ import annotations

import re
from typing import Final

from reconciler.yaml12.problems import MAX_INTEGER_DIGITS

Scalar = str | int | float | bool | None

_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_NUMBER_STARTS: Final = frozenset("+-.0123456789")

_DECIMAL: Final = re.compile(rf"[-+]?(?:0|[1-9][0-9]{{0,{MAX_INTEGER_DIGITS - 1}}})")

_OCTAL: Final = re.compile(rf"0o[0-7]{{1,{MAX_INTEGER_DIGITS}}}")

_HEXADECIMAL: Final = re.compile(rf"0x[0-9a-fA-F]{{1,{MAX_INTEGER_DIGITS}}}")

_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


def resolve_plain(text: str) -> Scalar:
    """Return the value of an unquoted, untagged scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_STARTS:
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text, 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if _FLOAT.fullmatch(text):
        # Python spells infinity and not-a-number without the dot in front.
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
