"""The rules of a site, read from its data file, and what they say about a signature beyond the schema."""

# What differs between sites is data, not branches in code. The vendor's pages differ about names (the reference page's
# own example, 13 characters with a space, breaks the mainland page), so only what is beyond every page is an error.

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from reconciler.definitions import messages
from reconciler.definitions.source import DefinitionFile
from reconciler.diagnostics import Diagnostic, Location, Message, Severity
from reconciler.errors import said
from reconciler.schemas import read_edition
from reconciler.text import quoted

SITES: Final = ("international", "china")

# The expressions are texts, compiled when a name first needs them.

# The vendor's console puts these round a name by itself.
_BRACKETS: Final = r"[\[\](){}<>\uff08\uff09\uff3b\uff3d\uff5b\uff5d\u3008-\u3011\u3014-\u301b]"

# Quotes of word processors and input methods; a plain one inside a text is nobody's name either.
_QUOTES: Final = frozenset(
    "\u00ab\u00bb\u2039\u203a\u201a\u201c\u201d\u2018\u2019\u201e\u201f\uff02\uff07\u300c\u300d\u300e\u300f\"'"
)

# Other spaces than the plain one, characters of no width, and those that turn the direction of writing.
_UNSEEN: Final = "[\u00a0\u00ad\u115f\u1160\u2000-\u200f\u202a-\u202f\u205f-\u2069\u3000\u3164]"

# Han ideographs with their extensions, letters and digits of ASCII, and the space of the reference page's example.
_USUAL: Final = "[A-Za-z0-9 \u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]*"


class Withdrawal(NamedTuple):
    """Words of one field that the vendor no longer takes. ``series`` holds ``mainland``, ``global`` or both."""

    field: str
    words: frozenset[str]
    series: frozenset[str]
    since: str
    source: str


class NameRule(NamedTuple):
    """What the pages say of a name, lengths in characters. ``brackets`` is the severity of a bracket in it."""

    shortest: int
    longest: int
    brackets: str
    characters: str


class SiteRules(NamedTuple):
    """The rules of one site. ``pairs`` gives, by series and sign type, the document types that go with it."""

    site: str
    pairs: Mapping[str, Mapping[str, tuple[str, ...]]]
    withdrawn: tuple[Withdrawal, ...]
    deprecated: tuple[Withdrawal, ...]
    qualification: str
    names: Mapping[str, NameRule]


def series_of(international: object) -> str:
    """Return the word that edition files use for a value of ``international``, be it the vendor's number."""
    return "global" if international == 1 else "mainland"


def find_withdrawal(entries: tuple[Withdrawal, ...], field: str, word: object, series: str) -> Withdrawal | None:
    """Return the entry that names a word of a field in a series, if there is one."""
    for entry in entries:
        if entry.field == field and word in entry.words and series in entry.series:
            return entry
    return None


@cache
def site_rules_of(site: str) -> SiteRules:
    """Return the rules of a site, ``international`` or ``china``."""
    data = json.loads(read_edition(site))
    return SiteRules(
        site=data["site"],
        pairs={series: {k: tuple(v) for k, v in table.items()} for series, table in data["pairs"].items()},
        withdrawn=tuple(_withdrawal(entry) for entry in data["withdrawn"]),
        deprecated=tuple(_withdrawal(entry) for entry in data["deprecated"]),
        qualification=data["qualification"],
        names={series: _name_rule(rule) for series, rule in data["name"].items()},
    )


def _withdrawal(entry: dict[str, Any]) -> Withdrawal:
    return Withdrawal(
        entry["field"], frozenset(entry["words"]), frozenset(entry["series"]), entry["since"], entry["source"]
    )


def _name_rule(rule: dict[str, Any]) -> NameRule:
    return NameRule(rule["shortest"], rule["longest"], rule["brackets"], rule["characters"])


def check_site_rules(
    file: DefinitionFile, site: str, faulty: Container[str], reported: Container[Location]
) -> list[Diagnostic]:
    """Return what the rules of a site say about the signatures of a file beyond the schema.

    Of a ``faulty`` signature only the name is looked at, and that only where nothing was ``reported`` about it yet.
    """
    rules = site_rules_of(site)
    problems: list[Diagnostic] = []
    for key, signature in file.signatures.items():
        if key not in faulty:
            problems += _about_signature(file, key, signature, rules)
        elif isinstance(signature, dict) and _names_are_sound(file, signature, reported):
            problems += _about_name(file, key, signature, rules)
    return problems


def _names_are_sound(file: DefinitionFile, signature: dict[str, Any], reported: Container[Location]) -> bool:
    """Return whether name and series of a faulty signature can be checked: nothing was reported about them."""
    return all(
        isinstance(signature.get(field), kind)
        and file.key_at(signature, field) not in reported
        and file.value_at(signature, field) not in reported
        for field, kind in _NEEDED_FOR_NAMES.items()
    )


_NEEDED_FOR_NAMES: Final = {"sign_name": str, "international": bool}


def _about_signature(
    file: DefinitionFile, key: str, signature: dict[str, Any], rules: SiteRules
) -> Iterator[Diagnostic]:
    yield from _about_name(file, key, signature, rules)
    if signature.get("observe") is True:
        return
    series = series_of(signature["international"])
    if rules.qualification == series and "qualification_id" not in signature:
        yield Diagnostic(file.value_at(signature, "international"), messages.QUALIFICATION_MISSING, key)
    if rules.qualification == "unknown" and "qualification_id" in signature:
        yield Diagnostic(file.key_at(signature, "qualification_id"), messages.QUALIFICATION_SUPERFLUOUS, key)
    if rules.site == "international" and series == "mainland":
        yield Diagnostic(file.value_at(signature, "international"), messages.MAINLAND_UNSUPPORTED, key)
    for entry in rules.deprecated:
        word = signature[entry.field]
        if word in entry.words and series in entry.series:
            rule = messages.DEPRECATED_COMBINATION.given(word=word, since=entry.since, source=said(entry.source))
            yield Diagnostic(file.value_at(signature, entry.field), rule, key)


def _about_name(file: DefinitionFile, key: str, signature: Mapping[str, Any], rules: SiteRules) -> Iterator[Diagnostic]:
    series = series_of(signature["international"])
    for message in name_messages(signature["sign_name"], rules.names[series], series):
        # What the account holds already is nobody's mistake here.
        found = message._replace(severity=Severity.WARNING) if signature.get("observe") is True else message
        yield Diagnostic(file.value_at(signature, "sign_name"), found, key)


def name_messages(name: str, rule: NameRule, series: str) -> Iterable[Message]:
    """Return what the rule of a series says about a name."""
    # Nearly all names are like this, and none of the expressions has to run for them.
    if rule.shortest <= len(name) <= rule.longest and name.isascii() and name.isalnum():
        return ()
    return _unusual(name, rule, series)


def _unusual(name: str, rule: NameRule, series: str) -> Iterator[Message]:
    if not rule.shortest <= len(name) <= rule.longest:
        yield messages.NAME_LENGTH_UNUSUAL.given(
            length=len(name), series=said(series), shortest=rule.shortest, longest=rule.longest
        )
    if name[:1] in _QUOTES and name[-1:] in _QUOTES and len(name) > 1:
        yield messages.NAME_QUOTES.given(name=quoted(name))
        return
    bracket, space = re.search(_BRACKETS, name), re.search(_UNSEEN, name)
    if bracket:
        found = messages.NAME_BRACKETS.given(bracket=quoted(bracket[0]))
        yield found._replace(severity=Severity(rule.brackets))
    if space:
        yield messages.NAME_WIDE_SPACE.given(character=f"U+{ord(space[0]):04X}")
    if not (bracket or space) and rule.characters != "any" and not re.fullmatch(_USUAL, name):
        yield messages.NAME_CHARACTERS.given(series=said(series), name=quoted(name))
