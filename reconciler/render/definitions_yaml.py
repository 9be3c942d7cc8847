"""Rows of an account as a definitions file: every signature observed, with what is needed to manage it as a comment.

Names and replies are the vendor's, and were written by strangers: whatever they hold, the file still parses to just
these values, and nothing leaves a comment.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from reconciler.contract.api import APPROVED, DOCUMENT_TYPES, SIGN_PURPOSES, SIGN_TYPES, Status
from reconciler.model.signature import Account, LiveSignature
from reconciler.text import escape_line, local, named, say, utc_time

_LONGEST_KEY: Final = 60
_NAMELESS: Final = "signature"
_NOT_IN_KEYS: Final = re.compile(r"[^a-z0-9]+")
_HAN: Final = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

# Text that is the same in every reading of YAML without quotes: words that no schema takes for something else.
_PLAIN: Final = re.compile(r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff -]*(?<! )")
_RESERVED: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf"})

# Of a reply in a comment, in characters.
_LONGEST_REPLY: Final = 500


_HOW_TO_MANAGE: Final = (
    "Every signature is observed: its review is seen, and nothing is submitted. To manage one, delete its\n"
    "`observe` line, uncomment the fields below it and fill them in. The words of each field:"
)
_PURPOSES: Final = "sign_purpose: {purposes}; with others, a power of attorney as commission_image"


class KeyedRow(NamedTuple):
    """A row with the key that it gets."""

    key: str
    row: LiveSignature


def keyed(rows: Iterable[LiveSignature], taken: Collection[str] = ()) -> list[KeyedRow]:
    """Return the rows with a key each, in the order of their ids; ``taken`` keys are left alone.

    A key is made of the name, Chinese characters in pinyin. Of equal ones the lowest id keeps it, and each other has
    its id behind it: a row with a higher id than all others moves no key.
    """
    used = set(taken)
    entries = []
    for row in sorted(rows, key=lambda row: row.sign_id):
        key = distinct(key_of(row.sign_name), row.sign_id, used)
        used.add(key)
        entries.append(KeyedRow(key, row))
    return entries


def distinct(key: str, sign_id: int, taken: Collection[str]) -> str:
    """Return a key, with the id behind it where it is taken."""
    key = f"{key}-{sign_id}" if key in taken else key
    while key in taken:
        key += "-x"
    return key


def key_of(name: str) -> str:
    """Return the key for a name: lower-case letters and digits of ASCII, with dashes between the words."""
    latin = _HAN.sub(lambda found: f" {_pinyin(found[0])} ", unicodedata.normalize("NFKC", name))
    bare = "".join(c for c in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(c))
    return _NOT_IN_KEYS.sub("-", bare.lower()).strip("-")[:_LONGEST_KEY].strip("-") or _NAMELESS


def _pinyin(text: str) -> str:
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # 0.25 s, which only Chinese names pay

    return " ".join(lazy_pinyin(text, errors="ignore"))


def file_text(account: Account, entries: Sequence[KeyedRow], where: str) -> str:
    """Return a whole definitions file. ``where`` says which account it was read from."""
    lines = [
        "# " + say("Written by `reconciler import` from {where}.", where=escape_line(local(where))),
        *(f"# {line}" for line in say(_HOW_TO_MANAGE).splitlines()),
        f"#   sign_type: {', '.join(SIGN_TYPES)}",
        f"#   document_type: {', '.join(DOCUMENT_TYPES)}",
        "#   " + say(_PURPOSES, purposes=", ".join(SIGN_PURPOSES)),
        "version: 1",
        "",
        "account:",
        *(f"  {name}: {scalar(value)}" for name, value in _account_fields(account).items()),
        # An empty account gets no section at all: `--merge` can add one, but not to `signatures: {}`.
        *(("", "signatures:") if entries else ()),
    ]
    return "\n".join(lines) + "\n" + entries_text(entries)


def _account_fields(account: Account) -> Mapping[str, str]:
    fields = {
        "site": account.site,
        "region": account.region,
        "uin": account.uin,
        "role": account.role,
        "plan_role": account.plan_role,
        "endpoint": account.endpoint,
    }
    return {name: value for name, value in fields.items() if value is not None}


def entries_text(entries: Iterable[KeyedRow], indent: str = "  ", inner: str = "    ") -> str:
    """Return the entries as YAML, ``indent`` before each key and ``inner`` before each field."""
    return "".join(f"{line}\n" if line else "\n" for entry in entries for line in _entry_lines(entry, indent, inner))


def _entry_lines(entry: KeyedRow, indent: str, inner: str) -> Iterator[str]:
    row = entry.row
    yield f"{indent}# {_state(row)}"
    if row.review_reply:
        yield f"{indent}# " + say("reviewer: {reply}", reply=comment(row.review_reply))
    yield f"{indent}{entry.key}:"
    yield f"{inner}observe: true"
    yield f"{inner}sign_id: {row.sign_id}"
    yield f"{inner}sign_name: {scalar(row.sign_name)}"
    yield f"{inner}international: {'true' if row.international else 'false'}"
    if row.status in {Status.PENDING, Status.REJECTED}:
        yield from (f"{inner}# {line}" for line in _fields_to_fill_in(entry))
    yield ""


def _state(row: LiveSignature) -> str:
    since = ", " + say("submitted {time}", time=utc_time(row.create_time)) if row.create_time else ""
    if row.status in APPROVED:
        words = say("approved" if row.status is Status.APPROVED else "approved, not effective yet")
        return f"{words}{since}: " + say("locked, the vendor lets nobody change it")
    if row.status is Status.UNKNOWN:
        return say("status code {code}, which no page documents", code=row.status_code) + since
    return f"{named('status', row.status)}{since}"


def _fields_to_fill_in(entry: KeyedRow) -> Iterator[str]:
    row = entry.row
    yield "sign_type: company"
    yield "document_type: business-license"
    yield "sign_purpose: self"
    yield f"proof_image: evidence/{entry.key}-proof.png{_image_remark(row)}"
    if row.qualification_id:
        yield f"qualification_id: {row.qualification_id}"
    yield 'remark: ""'


def _image_remark(row: LiveSignature) -> str:
    return f"   # {say('required by the API, though the console asks for none')}" if row.international else ""


class Managed(NamedTuple):
    """A definition taken from elsewhere. ``fields`` are in the words of definitions, images as paths.

    With ``problems``, by field, it is written as observed, and each is a marked place. ``origin`` is a comment.
    """

    key: str
    sign_id: int
    international: bool
    fields: Mapping[str, str]
    problems: Mapping[str, str]
    origin: str


_FIELD_ORDER: Final = (
    "sign_type",
    "document_type",
    "sign_purpose",
    "proof_image",
    "commission_image",
    "remark",
)


def managed_file_text(account: Account, found: Iterable[Managed], where: str) -> str:
    """Return a definitions file of whole definitions. ``where`` says what they were taken from."""
    lines = [
        "# " + say("Written by `reconciler import` from {where}.", where=escape_line(local(where))),
        "version: 1",
        "",
        "account:",
        *(f"  {name}: {scalar(value)}" for name, value in _account_fields(account).items()),
        "",
    ]
    entries = [line for each in found for line in _managed_lines(each)]
    return "\n".join([*lines, "signatures:", *entries]).rstrip("\n") + "\n"


def _managed_lines(each: Managed) -> Iterator[str]:
    yield f"  # {comment(each.origin)}"
    yield f"  {each.key}:"
    if each.problems:
        todo = say("not everything could be read; fill in what is marked and delete this line")
        yield f"    observe: true   # TODO: {todo}"
    yield f"    sign_id: {each.sign_id}"
    if "sign_name" in each.problems:
        yield f"    # TODO sign_name: {comment(local(each.problems['sign_name']))}"
    yield f"    sign_name: {scalar(each.fields['sign_name'])}"
    yield f"    international: {'true' if each.international else 'false'}"
    for field in _FIELD_ORDER:
        if field in each.problems:
            yield f"    # TODO {field}: {comment(local(each.problems[field]))}"
        elif field in each.fields:
            yield f"    {'# ' if each.problems else ''}{field}: {scalar(each.fields[field])}"
    yield ""


def comment(text: str) -> str:
    """Return somebody's text as a part of one comment line: every control and direction character is written out."""
    cut = text[:_LONGEST_REPLY] + ("..." if len(text) > _LONGEST_REPLY else "")
    return escape_line(cut.replace("\r\n", " ").replace("\n", " ").strip())


def scalar(text: str) -> str:
    """Return a text as a YAML value that every reader takes for just this text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def _escaped(character: str) -> str:
    """Write out what is not printed, or could steer a terminal; half of a character is nobody's name."""
    code = ord(character)
    if character.isprintable():
        return character
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004  # surrogates
        return "\\ufffd"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  # four digits
