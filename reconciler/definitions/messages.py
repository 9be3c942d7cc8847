"""Words for a value that is of the wrong kind, or no word of its list: types, near misses and the vendor's numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from reconciler.contract.api import DOCUMENT_TYPES, ROOT_DOMAIN, SIGN_PURPOSES, SIGN_TYPES
from reconciler.definitions.site_rules import SiteRules, find_withdrawal, series_of, site_rules_of
from reconciler.text import listed, nearest, printable, quoted

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
    return Wording("unknown-word", f"{quoted(value)} is not a value of `{field}`", hint)


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
        f"`{field}` is {quoted(written if isinstance(value, float) else value)}, and {_KINDS[expected]} is expected"
    )
    return Wording("wrong-type", message, _mend(field, expected))


def no_value(field: str, hint: str) -> Wording:
    """Say that a key has no value."""
    return Wording("wrong-type", f"`{field}` has no value", hint)


def _unquoted(field: str, value: Any, written: str) -> Wording:
    kind = "true or false" if isinstance(value, bool) else "a number"
    message = f"YAML reads {quoted(written)} as {kind}, and `{field}` is text"
    return Wording("wrong-type", message, f'put it in quotes: `{field}: "{printable(written)}"`')


def _no_boolean(field: str, value: Any) -> Wording:
    if value in (0, 1) and isinstance(value, int):
        word = "true" if value else "false"
        return Wording("vendor-number", f"`{field}` is the vendor's number {value}", f"write `{word}`")
    if value is None:
        return no_value(field, _SERIES)
    word = _BOOLEANS.get(value.lower(), "") if isinstance(value, str) else ""
    hint = f"write `{word}`, without quotes" if word else _SERIES
    return Wording("wrong-type", f"`{field}` is {quoted(value)}, and `true` or `false` is expected", hint)


def _mend(field: str, expected: str) -> str:
    if expected == "object":
        return f"write its fields below `{field}:`, indented"
    return "write the number alone" if expected == "integer" else "write it as text, in quotes"


# Words for each rule that the schema names with ``x-rule``.


class RuleCase(NamedTuple):
    """A broken rule with what stands round it: the field, its value, the whole signature, the site if it is known."""

    field: str
    value: Any
    signature: Mapping[str, Any]
    site: str | None

    @property
    def edition(self) -> SiteRules:
        """The site's edition; where the site is not known, the reference page's."""
        return site_rules_of(self.site or "international")

    @property
    def series(self) -> str:
        """Which series of pairs holds for the signature."""
        return series_of(self.signature.get("international"))


def _document_type(case: RuleCase) -> Wording:
    sign_type = case.signature.get("sign_type")
    fitting = case.edition.pairs[case.series].get(str(sign_type), ())
    message = f"the document type `{case.value}` does not go with the sign type `{sign_type}`"
    hint = f"use {listed(fitting)}" if fitting else "choose another sign type first"
    return Wording("document-type-mismatch", message, hint)


def _withdrawn(case: RuleCase) -> Wording:
    entry = find_withdrawal(case.edition.withdrawn, case.field, case.value, case.series)
    when = f" since {entry.since} ({entry.source})" if entry else ""
    scope = " for mainland SMS" if entry and entry.series == {"mainland"} else ""
    message = f"site `{case.site}` no longer takes `{case.value}` as `{case.field}`{scope}{when}"
    return Wording("withdrawn-type", message, f"use {listed(fitting_words(case))} instead")


def fitting_words(case: RuleCase) -> tuple[str, ...]:
    """Return the words that the edition takes for a field of the signature at hand."""
    pairs = case.edition.pairs[case.series]
    match case.field:
        case "sign_type":
            return tuple(pairs)
        case "document_type":
            own = pairs.get(str(case.signature.get("sign_type")))
            return own or tuple(dict.fromkeys(document for documents in pairs.values() for document in documents))
        case _:
            return words_of(case.field)


def _name_length(case: RuleCase) -> Wording:
    message = f"the name has {len(case.value)} characters, and every page of the vendor's says 2 to 15"
    return Wording("name-length", message, "choose a name of 2 to 12 characters, or up to 15 for global SMS")


def _characters(case: RuleCase) -> Wording:
    message = f"`{case.field}` holds a control character: {quoted(case.value)}"
    return Wording("text-characters", message, "take the backslash sequence away")


def _commission_missing(_case: RuleCase) -> Wording:
    message = "`sign_purpose: others` needs a power of attorney, and there is no `commission_image`"
    return Wording("commission-missing", message, "add `commission_image` with the path of its image")


def _image_path(case: RuleCase) -> Wording:
    if case.value.startswith("data:") or len(case.value) > 1024:  # noqa: PLR2004  # the schema's own bound on a path
        message = f"`{case.field}` holds an image, and the path of one is expected"
        return Wording("image-path", message, "store the image as a file and write its path, relative to this file")
    message = f"`{case.field}` is {quoted(case.value)}, which is no path"
    return Wording("image-path", message, "write the path of a PNG or JPEG file, relative to this file")


def _endpoint(case: RuleCase) -> Wording:
    message = f"{quoted(case.value)} is not a host below {ROOT_DOMAIN}"
    hint = "write the host alone, in lower case, without `https://`, port or path: `sms.tencentcloudapi.com`"
    return Wording("endpoint-host", message, hint)


def _branch(case: RuleCase) -> Wording:
    message = f"{quoted(case.value)} cannot be the name of a branch"
    return Wording("branch-name", message, "use letters, digits, `.`, `_`, `-` and `/`, such as `reconciler-state`")


def _version(case: RuleCase) -> Wording:
    hint = "write `version: 1`, without quotes"
    if case.value is None:
        return no_value(case.field, hint)
    return Wording("unsupported-version", f"{quoted(case.value)} is not a version of this format", hint)


def _simple(code: str, message: str, hint: str) -> Callable[[RuleCase], Wording]:
    """Return words that need no more than the field and its value."""
    return lambda case: Wording(code, message.format(field=case.field, value=quoted(case.value)), hint)


RULES: Final[Mapping[str, Callable[[RuleCase], Wording]]] = {
    "unsupported-version": _version,
    "region-form": _simple(
        "region-form", "{value} is not the name of a region", "write it as the vendor does, such as `ap-singapore`"
    ),
    "uin-form": _simple(
        "uin-form",
        "{value} is not the number of an account",
        'write its 5 to 20 digits in quotes: `uin: "100012345678"`',
    ),
    "endpoint-host": _endpoint,
    "branch-name": _branch,
    "signature-key": _simple(
        "signature-key",
        "{value} cannot be the key of a signature",
        "use lower-case letters, digits and `-`, with a letter or digit first, at most 100 characters",
    ),
    "sign-id-range": _simple(
        "sign-id-range",
        "`{field}` is {value}, and an id lies between 1 and 9223372036854775807",
        "write the id that the console shows",
    ),
    "qualification-range": _simple(
        "qualification-range",
        "`{field}` is {value}, and an id lies between 1 and 9223372036854775807",
        "write the id that the console shows",
    ),
    "name-length": _name_length,
    "name-outer-space": _simple(
        "name-outer-space", "the name begins or ends with a space", "take the space away; it would be part of the name"
    ),
    "text-characters": _characters,
    "document-type-mismatch": _document_type,
    "withdrawn-type": _withdrawn,
    "commission-missing": _commission_missing,
    "commission-superfluous": _simple(
        "commission-superfluous",
        "`commission_image` goes with `sign_purpose: others` only",
        "take it away, or write `sign_purpose: others`",
    ),
    "qualification-superfluous": _simple(
        "qualification-superfluous", "site `international` knows no `qualification_id`", "take it away"
    ),
    "image-path": _image_path,
}
"""The wording of each rule by its name in the schema."""
