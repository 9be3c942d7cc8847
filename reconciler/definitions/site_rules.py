"""A site's edition of the rules, read from its data file: what differs between sites is data, not branches in code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from reconciler.diagnostics import Severity
from reconciler.schemas import read_edition
from reconciler.text import quoted
from reconciler.yaml12.nodes import Positions
from reconciler.yaml12.problems import Problem


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
    """Return the edition of a site, ``international`` or ``china``."""
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


# What the vendor's pages say of a signature's name, beyond what the schema refuses outright.
#
# The pages differ (the reference page's own example, 13 characters with a space, breaks the mainland page), so only
# what
# is beyond every page is an error.


_BRACKETS: Final = re.compile(r"[\[\](){}<>\uff08\uff09\uff3b\uff3d\uff5b\uff5d\u3008-\u3011\u3014-\u301b]")


# Other spaces than the plain one, characters of no width, and those that turn the direction of writing.
_UNSEEN: Final = re.compile("[\u00a0\u00ad\u115f\u1160\u2000-\u200f\u202a-\u202f\u205f-\u2069\u3000\u3164]")


# Han ideographs with their extensions, letters and digits of ASCII, and the space of the reference page's example.
_USUAL: Final = re.compile("[A-Za-z0-9 \u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]*")


class NameProblem(NamedTuple):
    """What is to be said of a name."""

    severity: Severity
    code: str
    message: str
    hint: str


def name_problems(name: str, rule: NameRule, series: str) -> Iterable[NameProblem]:
    """Return what is to be said of a name under a series' rule."""
    if rule.shortest <= len(name) <= rule.longest and name.isascii() and name.isalnum():
        return ()
    return _unusual(name, rule, series)


def _unusual(name: str, rule: NameRule, series: str) -> Iterator[NameProblem]:
    if not rule.shortest <= len(name) <= rule.longest:
        message = f"the name has {len(name)} characters, and the {series} page says {rule.shortest} to {rule.longest}"
        yield NameProblem(Severity.WARNING, "name-length-unusual", message, "shorten it if the reviewers refuse it")
    bracket, space = _BRACKETS.search(name), _UNSEEN.search(name)
    if bracket:
        message = f"the name holds the bracket {quoted(bracket[0])}, and the vendor puts brackets round it by itself"
        yield NameProblem(Severity(rule.brackets), "name-brackets", message, "write the name without brackets")
    if space:
        message = f"the name holds U+{ord(space[0]):04X}, which is seen as a space or not at all"
        yield NameProblem(Severity.WARNING, "name-wide-space", message, "use a plain space, or none")
    if not (bracket or space) and rule.characters != "any" and not _USUAL.fullmatch(name):
        others = quoted(name)
        message = (
            f"the {series} page allows Chinese characters, letters and digits in a name, and {others} holds others"
        )
        yield NameProblem(Severity.WARNING, "name-characters", message, "the reviewers may refuse it")


# Warnings about a signature that obeys the schema: its name, its qualification, words that are on their way out.


def advise(signature: Mapping[str, Any], edition: SiteRules, marks: Positions) -> list[Problem]:
    """Return what the edition has to say of a signature beyond the schema."""
    problems = advise_on_name(signature, edition, marks)
    series = series_of(signature["international"])
    if edition.qualification == series and "qualification_id" not in signature:
        problems.append(_without_qualification(*marks.value(signature, "international")))
    for entry in edition.deprecated:
        if signature[entry.field] in entry.words and series in entry.series:
            problems.append(_deprecated(signature[entry.field], entry, *marks.value(signature, entry.field)))
    return problems


def advise_on_name(signature: Mapping[str, Any], edition: SiteRules, marks: Positions) -> list[Problem]:
    """Return what the edition has to say of a signature's name, which needs no other field than ``international``."""
    series = series_of(signature["international"])
    return [
        Problem(*marks.value(signature, "sign_name"), found.code, found.message, found.hint, found.severity)
        for found in name_problems(signature["sign_name"], edition.names[series], series)
    ]


def _without_qualification(line: int, column: int) -> Problem:
    message = "a mainland signature has no `qualification_id`"
    hint = "add the id of the approved qualification; the vendor asks for it since SDK 3.0.1300 (2025-01)"
    return Problem(line, column, "qualification-missing", message, hint, Severity.WARNING)


def _deprecated(word: str, entry: Withdrawal, line: int, column: int) -> Problem:
    message = f"for mainland SMS `{word}` is withdrawn elsewhere since {entry.since} ({entry.source})"
    hint = "this site's page still allows it; expect the reviewers to ask for another"
    return Problem(line, column, "deprecated-combination", message, hint, Severity.WARNING)
