"""A site's edition of the rules, read from its data file: what differs between sites is data, not branches in code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from reconciler.schema_files import read_edition


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


class Edition(NamedTuple):
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
def edition_of(site: str) -> Edition:
    """Return the edition of a site, ``international`` or ``china``."""
    data = json.loads(read_edition(site))
    return Edition(
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
