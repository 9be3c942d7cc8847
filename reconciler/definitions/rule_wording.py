"""Words for each rule that the schema names with ``x-rule``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from reconciler.contract.api import ROOT_DOMAIN
from reconciler.definitions.edition import Edition, edition_of, find_withdrawal, series_of
from reconciler.definitions.wording import listed, shown
from reconciler.definitions.wrong_values import Wording, no_value, words_of


class Case(NamedTuple):
    """A broken rule with what stands round it: the field, its value, the whole signature, the site if it is known."""

    field: str
    value: Any
    signature: Mapping[str, Any]
    site: str | None

    @property
    def edition(self) -> Edition:
        """The site's edition; where the site is not known, the reference page's."""
        return edition_of(self.site or "international")

    @property
    def series(self) -> str:
        """Which series of pairs holds for the signature."""
        return series_of(self.signature.get("international"))


def _document_type(case: Case) -> Wording:
    sign_type = case.signature.get("sign_type")
    fitting = case.edition.pairs[case.series].get(str(sign_type), ())
    message = f"the document type `{case.value}` does not go with the sign type `{sign_type}`"
    hint = f"use {listed(fitting)}" if fitting else "choose another sign type first"
    return Wording("document-type-mismatch", message, hint)


def _withdrawn(case: Case) -> Wording:
    entry = find_withdrawal(case.edition.withdrawn, case.field, case.value, case.series)
    when = f" since {entry.since} ({entry.source})" if entry else ""
    scope = " for mainland SMS" if entry and entry.series == {"mainland"} else ""
    message = f"site `{case.site}` no longer takes `{case.value}` as `{case.field}`{scope}{when}"
    return Wording("withdrawn-type", message, f"use {listed(fitting_words(case))} instead")


def fitting_words(case: Case) -> tuple[str, ...]:
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


def _name_length(case: Case) -> Wording:
    message = f"the name has {len(case.value)} characters, and every page of the vendor's says 2 to 15"
    return Wording("name-length", message, "choose a name of 2 to 12 characters, or up to 15 for global SMS")


def _characters(case: Case) -> Wording:
    message = f"`{case.field}` holds a control character: {shown(case.value)}"
    return Wording("text-characters", message, "take the backslash sequence away")


def _commission_missing(_case: Case) -> Wording:
    message = "`sign_purpose: others` needs a power of attorney, and there is no `commission_image`"
    return Wording("commission-missing", message, "add `commission_image` with the path of its image")


def _image_path(case: Case) -> Wording:
    if case.value.startswith("data:") or len(case.value) > 1024:  # noqa: PLR2004  # the schema's own bound on a path
        message = f"`{case.field}` holds an image, and the path of one is expected"
        return Wording("image-path", message, "store the image as a file and write its path, relative to this file")
    message = f"`{case.field}` is {shown(case.value)}, which is no path"
    return Wording("image-path", message, "write the path of a PNG or JPEG file, relative to this file")


def _endpoint(case: Case) -> Wording:
    message = f"{shown(case.value)} is not a host below {ROOT_DOMAIN}"
    hint = "write the host alone, in lower case, without `https://`, port or path: `sms.tencentcloudapi.com`"
    return Wording("endpoint-host", message, hint)


def _branch(case: Case) -> Wording:
    message = f"{shown(case.value)} cannot be the name of a branch"
    return Wording("branch-name", message, "use letters, digits, `.`, `_`, `-` and `/`, such as `reconciler-state`")


def _version(case: Case) -> Wording:
    hint = "write `version: 1`, without quotes"
    if case.value is None:
        return no_value(case.field, hint)
    return Wording("unsupported-version", f"{shown(case.value)} is not a version of this format", hint)


def _simple(code: str, message: str, hint: str) -> Callable[[Case], Wording]:
    """Return words that need no more than the field and its value."""
    return lambda case: Wording(code, message.format(field=case.field, value=shown(case.value)), hint)


RULES: Final[Mapping[str, Callable[[Case], Wording]]] = {
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
