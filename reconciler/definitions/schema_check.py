"""Holds a definition file against the schema: the right words at the right place, one for each thing to correct."""

# The fast validator gives its yes or no first; only what it refuses is looked at by the one that explains. ``x-rule``
# in the schema names the rule that a part of it expresses.

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from reconciler.contract.api import DOCUMENT_TYPES, ROOT_DOMAIN, SIGN_PURPOSES, SIGN_TYPES, from_chinese
from reconciler.definitions import messages
from reconciler.definitions.site_rules import SITES, SiteRules, find_withdrawal, series_of, site_rules_of
from reconciler.definitions.source import DefinitionFile
from reconciler.diagnostics import Diagnostic, Location, Message
from reconciler.errors import said
from reconciler.schemas import Violation, is_valid, violations
from reconciler.text import listed, nearest, printable, quoted
from reconciler.yaml12.problems import MAX_PROBLEMS, TOO_MANY_PROBLEMS

_SCHEMA: Final = "signatures"

_ANY_REGION: Final = "ap-singapore"

_CHOICES: Final[Mapping[str, Mapping[str, int]]] = {
    "sign_type": SIGN_TYPES,
    "document_type": DOCUMENT_TYPES,
    "sign_purpose": SIGN_PURPOSES,
}

_OPTIONAL: Final = frozenset(
    {
        *("commission_image", "observe", "remark", "qualification_id"),
        *("uin", "endpoint", "role", "plan_role", "state", "signatures"),
    }
)

_BOOLEANS: Final = {
    **dict.fromkeys(("yes", "y", "on", "true"), "true"),
    **dict.fromkeys(("no", "n", "off", "false"), "false"),
}

_DIGITS: Final = re.compile("[0-9]{1,19}")

_PLAIN_SCALAR: Final = re.compile(r"[^\s,\[\]{}#]+")

_LONGEST_PATH: Final = 1024

# Of several problems with one value, the first of these says most; all others say less.
_STRONGEST: Final = (
    "commission-superfluous",
    "qualification-superfluous",
    "wrong-type",
    "vendor-number",
    "unknown-word",
    "withdrawn-type",
)

_AT_KEY: Final = frozenset({"commission-superfluous", "qualification-superfluous", "missing-field"})


def check_schema(file: DefinitionFile, site: str | None) -> list[Diagnostic]:
    """Return every broken rule of a file. ``site`` is the run's, which another file may name."""
    if is_valid(_SCHEMA, _with_site(file.data, site)):
        return []
    explain = _Explanation(file, site)
    without_signatures = {**file.data, "signatures": {}} if file.signatures else file.data
    problems = explain.all(violations(_SCHEMA, without_signatures), about=None)
    for key, signature in file.signatures.items():
        # One at a time: the validator that explains is a hundred times as slow, so it sees the faulty ones only.
        if obeys_schema(key, signature, site):
            continue
        if len(file.problems) + len(problems) >= MAX_PROBLEMS:
            rule = TOO_MANY_PROBLEMS.given(limit=f"{MAX_PROBLEMS:,}")
            return [*problems, Diagnostic(file.key_at(file.signatures, key), rule, key)]
        problems += explain.all(violations(_SCHEMA, _alone(key, signature, site)), about=key)
    return problems


def obeys_schema(key: str, signature: object, site: str | None) -> bool:
    """Return whether a signature by itself obeys the schema."""
    return is_valid(_SCHEMA, _alone(key, signature, site))


def _alone(key: str, signature: object, site: str | None) -> dict[str, Any]:
    return _with_site({"version": 1, "signatures": {key: signature}}, site)


def _with_site(document: dict[str, Any], site: str | None) -> dict[str, Any]:
    """Return the document with an account of the run's site where it has none itself."""
    if site is None or "account" in document:
        return document
    return {**document, "account": {"site": site, "region": _ANY_REGION}}


class _Explanation:
    """Explains broken rules of one file. ``site`` is the account's where it is known."""

    def __init__(self, file: DefinitionFile, site: str | None) -> None:
        self._file, self._site = file, site
        self._lines: list[str] = []

    def all(self, broken: Iterable[Violation], *, about: str | None) -> list[Diagnostic]:
        """Return the diagnostics of broken rules. Of several about one value only the most telling is kept."""
        kept: dict[tuple[tuple[str, ...], str], Diagnostic] = {}
        for violation in islice(broken, MAX_PROBLEMS):
            if self._is_known(violation):
                continue
            message = self._message(violation)
            found = Diagnostic(self._place(violation, message.code), message, about)
            subject = (_subject(violation), violation.name)
            if subject not in kept or _strength(found) < _strength(kept[subject]):
                kept[subject] = found
        return list(kept.values())

    def _is_known(self, violation: Violation) -> bool:
        """Return whether the value in question was refused while reading already."""
        positions, data = self._file.positions, self._file.data
        for step in violation.path:
            if positions.is_broken(data, step):
                return True
            data = data[step]
        if violation.keyword == "required":
            return positions.is_partial(data)
        return bool(violation.name) and positions.is_broken(data, violation.name)

    def _message(self, violation: Violation) -> Message:
        field = printable(violation.path[-1]) if violation.path else "the file"
        case = RuleCase(field, violation.value, self._signature(violation.path), self._site)
        if self._is_block_text(violation):
            return messages.BLOCK_TEXT.given(field=field)
        if violation.keyword == "additionalProperties":
            return _unknown_field(violation)
        return self._value_message(violation, field, case)

    def _value_message(self, violation: Violation, field: str, case: RuleCase) -> Message:
        match violation.keyword:
            case "required" if violation.rule != "commission-missing":
                return _missing_field(violation, case)
            case "type" if violation.value is None and violation.demand == "string" and (mark := self._mark(violation)):
                return messages.HIDDEN_VALUE.given(field=field, mark=mark)
            case "type" | "pattern" if field == "sign_id":
                return _wrong_type(field, violation.value, "integer", self._written(violation.path))
            case "type":
                return _wrong_type(field, violation.value, violation.demand, self._written(violation.path))
            case "oneOf":
                return _wrong_word(field, violation.value, fitting_words(case))
            case _:
                return RULES[violation.rule](case)

    def _mark(self, violation: Violation) -> str:
        """Return the ``#`` or ``&`` that hides the text of a field, empty where nothing is written."""
        self._written(violation.path)
        line, column = self._file.positions.value(self._mapping(violation.path[:-1]), violation.path[-1])
        rest = self._lines[line - 1][column - 1 :].lstrip() if line <= len(self._lines) else ""
        return rest[0] if rest[:1] in ("#", "&") and rest[1:2].strip() else ""

    def _is_block_text(self, violation: Violation) -> bool:
        value = violation.value
        if violation.keyword == "required" or not (isinstance(value, str) and "\n" in value and violation.path):
            return False
        return self._written(violation.path)[:1] in ("|", ">")

    def _signature(self, path: tuple[str, ...]) -> Mapping[str, Any]:
        if path[:1] != ("signatures",) or len(path) < 2:  # noqa: PLR2004  # the key is the second step
            return {}
        signature = self._file.signatures[path[1]]
        return signature if isinstance(signature, dict) else {}

    def _place(self, violation: Violation, code: str) -> Location:
        file, path = self._file, violation.path
        if code == "unknown-key":
            return file.key_at(self._mapping(path), violation.name)
        if code == "signature-key":
            return file.key_at(self._mapping(path), violation.value)
        if code == "commission-missing":
            return file.value_at(self._mapping(path), "sign_purpose")
        if not path:
            return file.at(file.place)
        parent, path = self._mapping(path[:-1]), _subject(violation)
        return file.key_at(parent, path[-1]) if code in _AT_KEY else file.value_at(parent, path[-1])

    def _mapping(self, path: tuple[str, ...]) -> Any:
        data: Any = self._file.data
        for step in path:
            data = data[step]
        return data

    def _written(self, path: tuple[str, ...]) -> str:
        """Return a plain scalar as the file spells it, since ``1.10`` can no longer be seen in the number 1.1."""
        if not self._lines:
            self._lines = self._file.text.splitlines()
        line, column = self._file.positions.value(self._mapping(path[:-1]), path[-1])
        match = _PLAIN_SCALAR.match(self._lines[line - 1], column - 1) if line <= len(self._lines) else None
        if match is None or match[0][0] in "&*!":
            return quoted(self._mapping(path)).strip("`")
        return match[0]


def _subject(violation: Violation) -> tuple[str, ...]:
    """Return the path of what a violation is about: a power of attorney too many shows as another purpose expected."""
    if violation.rule == "commission-superfluous":
        return (*violation.path[:-1], "commission_image")
    return violation.path


def _strength(found: Diagnostic) -> int:
    return _STRONGEST.index(found.code) if found.code in _STRONGEST else len(_STRONGEST)


def _missing_field(violation: Violation, case: RuleCase) -> Message:
    if not violation.path:
        return messages.MISSING_TOP_FIELD.given(name=violation.name)
    is_global = violation.name == "proof_image" and case.signature.get("international") is True
    rule = messages.MISSING_GLOBAL_IMAGE if is_global else messages.MISSING_FIELD
    return rule.given(owner=printable(violation.path[-1]), name=violation.name)


def _unknown_field(violation: Violation) -> Message:
    known, name = tuple(violation.demand), quoted(violation.name)
    guess = nearest(violation.name, known)
    if not violation.path:
        if guess:
            return messages.UNKNOWN_TOP_FIELD_NEAR.given(name=name, guess=guess)
        return messages.UNKNOWN_TOP_FIELD.given(name=name, known=listed(known, last="and"))
    owner = printable(violation.path[-1])
    if guess:
        return messages.UNKNOWN_FIELD_NEAR.given(owner=owner, name=name, guess=guess)
    return messages.UNKNOWN_FIELD.given(owner=owner, name=name, known=listed(known, last="and"))


def words_of(field: str) -> tuple[str, ...]:
    """Return all words that there are for a field."""
    return tuple(_CHOICES.get(field, SITES))


def _wrong_word(field: str, value: Any, fitting: tuple[str, ...]) -> Message:
    """Say that a value is none of the words of its field; ``fitting`` are those that would do here."""
    if value is None:
        return messages.NO_WORD.given(field=field, words=listed(fitting))
    number = _vendor_number(value)
    for word, code in _CHOICES.get(field, {}).items():
        if code == number:
            return messages.VENDOR_NUMBER.given(field=field, number=number, word=word)
    chinese = from_chinese(field, value) if isinstance(value, str) else None
    if chinese:
        return messages.CHINESE_WORD.given(value=quoted(value), field=field, word=chinese)
    guess = nearest(value, words_of(field)) if isinstance(value, str) else None
    if guess:
        return messages.UNKNOWN_WORD_NEAR.given(value=quoted(value), field=field, guess=guess)
    return messages.UNKNOWN_WORD.given(value=quoted(value), field=field, words=listed(fitting))


def _vendor_number(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 1 else None


def _wrong_type(field: str, value: Any, expected: str, written: str) -> Message:
    """Say that a value is of another type than ``expected``; ``written`` is how the file spells it."""
    if expected == "boolean":
        return _not_a_boolean(field, value)
    if value is None:
        return _no_value(field, expected)
    if expected == "string" and not isinstance(value, dict | list):
        rule = messages.BOOLEAN_AS_TEXT if isinstance(value, bool) else messages.NUMBER_AS_TEXT
        return rule.given(written=quoted(written), field=field, raw=printable(written))
    if expected == "integer" and isinstance(value, str) and _DIGITS.fullmatch(value):
        rule = messages.LEADING_ZEROS if written == value else messages.QUOTED_NUMBER
        return rule.given(field=field, number=int(value), written=quoted(value))
    if field == "sign_id":
        rule = messages.NEW_AND_OBSERVED if value == "new" else messages.NOT_AN_ID
        return rule.given(field=field, value=quoted(written if isinstance(value, float) else value))
    return _NOT[expected].given(field=field, value=quoted(written if isinstance(value, float) else value))


_NOT: Final = {
    "string": messages.NOT_TEXT,
    "integer": messages.NOT_A_NUMBER,
    "object": messages.NOT_A_FIELD_MAPPING,
}


def _no_value(field: str, expected: str) -> Message:
    if expected == "object":
        return (messages.NO_OPTIONAL_MAPPING if field in _OPTIONAL else messages.NO_MAPPING).given(field=field)
    return (messages.NO_OPTIONAL_VALUE if field in _OPTIONAL else messages.NO_VALUE).given(field=field)


def _not_a_boolean(field: str, value: Any) -> Message:
    if value in (0, 1) and isinstance(value, int):
        return messages.VENDOR_BOOLEAN.given(field=field, number=value, word="true" if value else "false")
    if value is None:
        return messages.NO_SERIES.given(field=field)
    chinese = from_chinese(field, value) if isinstance(value, str) else None
    if chinese:
        return messages.CHINESE_WORD.given(value=quoted(value), field=field, word=chinese)
    word = _BOOLEANS.get(value.lower()) if isinstance(value, str) else None
    if word:
        return messages.QUOTED_BOOLEAN.given(field=field, value=quoted(value), word=word)
    return messages.NOT_A_BOOLEAN.given(field=field, value=quoted(value))


class RuleCase(NamedTuple):
    """A broken rule with what is around it: the field, its value, the whole signature, the site if it is known."""

    field: str
    value: Any
    signature: Mapping[str, Any]
    site: str | None

    @property
    def site_rules(self) -> SiteRules:
        """The rules of the site; where the site is not known, the reference page's."""
        return site_rules_of(self.site or "international")

    @property
    def series(self) -> str:
        """Which series of pairs holds for the signature."""
        return series_of(self.signature.get("international"))


def fitting_words(case: RuleCase) -> tuple[str, ...]:
    """Return the words that the site takes for a field of the signature at hand."""
    pairs = case.site_rules.pairs[case.series]
    match case.field:
        case "sign_type":
            return tuple(pairs)
        case "document_type":
            own = pairs.get(str(case.signature.get("sign_type")))
            return own or tuple(dict.fromkeys(document for documents in pairs.values() for document in documents))
        case _:
            return words_of(case.field)


def _document_type(case: RuleCase) -> Message:
    sign_type = str(case.signature.get("sign_type"))
    fitting = case.site_rules.pairs[case.series].get(sign_type, ())
    if not fitting:
        return messages.DOCUMENT_TYPE_WITHOUT_SIGN_TYPE.given(value=case.value, sign_type=sign_type)
    return messages.DOCUMENT_TYPE_MISMATCH.given(value=case.value, sign_type=sign_type, words=listed(fitting))


def _withdrawn(case: RuleCase) -> Message:
    entry = find_withdrawal(case.site_rules.withdrawn, case.field, case.value, case.series)
    known = {"site": case.site, "value": case.value, "field": case.field, "words": listed(fitting_words(case))}
    if entry is None:
        return messages.WITHDRAWN_TYPE_UNDATED.given(**known)
    rule = messages.WITHDRAWN_TYPE_MAINLAND if entry.series == {"mainland"} else messages.WITHDRAWN_TYPE
    return rule.given(**known, since=entry.since, source=said(entry.source))


def _image_path(case: RuleCase) -> Message:
    if case.value.startswith("data:") or len(case.value) > _LONGEST_PATH:
        return messages.IMAGE_EMBEDDED.given(field=case.field)
    return messages.IMAGE_PATH.given(field=case.field, value=quoted(case.value))


def _version(case: RuleCase) -> Message:
    if case.value is None:
        return messages.NO_VERSION.given(field=case.field)
    return messages.UNSUPPORTED_VERSION.given(value=quoted(case.value))


def _with_value(rule: Message) -> Callable[[RuleCase], Message]:
    """Return a choice of words that needs no more than the field and its value."""
    return lambda case: rule.given(field=case.field, value=quoted(case.value))


# The choice of words for each rule by its name in the schema.
RULES: Final[Mapping[str, Callable[[RuleCase], Message]]] = {
    "unsupported-version": _version,
    "region-form": _with_value(messages.REGION_FORM),
    "uin-form": _with_value(messages.UIN_FORM),
    "role-form": _with_value(messages.ROLE_FORM),
    "endpoint-host": lambda case: messages.ENDPOINT_HOST.given(
        field=case.field, value=quoted(case.value), domain=ROOT_DOMAIN
    ),
    "branch-name": _with_value(messages.BRANCH_NAME),
    "signature-key": _with_value(messages.SIGNATURE_KEY),
    "sign-id-range": _with_value(messages.SIGN_ID_RANGE),
    "qualification-range": _with_value(messages.QUALIFICATION_RANGE),
    "name-length": lambda case: messages.NAME_LENGTH.given(length=len(case.value)),
    "name-outer-space": lambda _case: messages.NAME_OUTER_SPACE,
    "text-characters": _with_value(messages.TEXT_CHARACTERS),
    "document-type-mismatch": _document_type,
    "withdrawn-type": _withdrawn,
    "commission-missing": lambda _case: messages.COMMISSION_MISSING,
    "commission-superfluous": lambda _case: messages.COMMISSION_SUPERFLUOUS,
    "image-path": _image_path,
}
