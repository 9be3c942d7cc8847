"""Changes to a definition file that a person or an attacker would make, line by line."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from reconciler.contract.api import DOCUMENT_TYPES, SIGN_PURPOSES, SIGN_TYPES

Havoc = Callable[[bytes], bytes]
"""The fuzzer's own change of bytes, which uses the dictionary."""

_FIELDS: Final = (
    "sign_id",
    "sign_name",
    "sign_type",
    "document_type",
    "international",
    "sign_purpose",
    "proof_image",
    "commission_image",
    "remark",
    "qualification_id",
)
_TOP: Final = ("version", "account", "state", "signatures", "site", "region", "uin", "endpoint", "branch", "acme-otp")
_VALUES: Final = (
    *SIGN_TYPES,
    *DOCUMENT_TYPES,
    *SIGN_PURPOSES,
    *("1110", "0", "-1", "1e3", "0x1f", "0o17", "9223372036854775808", "12e999", ".inf", ".nan", "true", "no", "~", ""),
    *(
        "evidence/a.png",
        "../a.png",
        "/etc/passwd",
        "Acme",
        "Acme (\uff08\u54c1\u724c\uff09",
        '"a\\u202eb"',
        "'x'",
        "|",
        ">-",
    ),
    *("international", "china", "ap-singapore", "sms.tencentcloudapi.com", "evil.example", "refs/heads/x", "compny"),
    *("{}", "[]", "{a: b}", "[1, 2]", "&a 1110", "*a", "!!str 1", "!!binary aGk=", "!x", "@x", "`x`", "%x", "? x"),
)
_LINES: Final = ("---", "...", "%YAML 1.2", "%TAG ! x:", "<<: *a", "- x", "? [a]", ": b", "# note", "\t", "\u2028", "]")
_START: Final = b"""version: 1
account: {site: international, region: ap-singapore}
signatures:
  acme-otp:
    sign_id: 1110
    sign_name: Acme
    sign_type: company
    document_type: business-license
    international: false
    sign_purpose: self
    proof_image: evidence/a.png
"""


def mutate(data: bytes, random: Random, havoc: Havoc) -> bytes:
    """Return a definition file a few changes away from ``data``."""
    if random.random() < 0.25:
        return havoc(data)
    lines = (data or _START).decode("utf-8", "surrogateescape").split("\n")
    for _ in range(random.randint(1, 4)):
        random.choice(_CHANGES)(lines, random)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _at(lines: list[str], random: Random) -> int:
    if not lines:
        lines.append("")
    return random.randrange(len(lines))


def _set_value(lines: list[str], random: Random) -> None:
    at = _at(lines, random)
    lines[at] = f"{lines[at].partition(':')[0]}: {random.choice(_VALUES)}"


def _set_key(lines: list[str], random: Random) -> None:
    at = _at(lines, random)
    lead = " " * (len(lines[at]) - len(lines[at].lstrip()))
    lines[at] = f"{lead}{random.choice(_FIELDS + _TOP)}:{lines[at].partition(':')[2]}"


def _add_field(lines: list[str], random: Random) -> None:
    text = f"{' ' * random.choice((0, 2, 4))}{random.choice(_FIELDS + _TOP)}: {random.choice(_VALUES)}"
    lines.insert(_at(lines, random), text)


def _add_line(lines: list[str], random: Random) -> None:
    lines.insert(_at(lines, random), random.choice(_LINES))


def _drop(lines: list[str], random: Random) -> None:
    del lines[_at(lines, random)]


def _repeat(lines: list[str], random: Random) -> None:
    start = _at(lines, random)
    piece = lines[start : start + random.randint(1, 12)]
    at = _at(lines, random)
    lines[at:at] = piece


def _indent(lines: list[str], random: Random) -> None:
    at = _at(lines, random)
    lines[at] = " " * random.randint(0, 6) + lines[at].lstrip()


def _nest(lines: list[str], random: Random) -> None:
    lines.insert(_at(lines, random), random.choice("[{-?") * random.choice((1, 3, 40)))


_CHANGES: Final = (_set_value, _set_value, _set_key, _add_field, _add_line, _drop, _repeat, _indent, _nest)
