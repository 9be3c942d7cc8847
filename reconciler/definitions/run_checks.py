"""Checks across the files of a run: one account, one place for the state, and nothing defined twice."""

# ``account`` and ``state`` are in one file of the run, or equal in all. A key and an id are errors the second time, a
# name is worth a warning.

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple
from unicodedata import normalize

from reconciler.definitions import messages
from reconciler.definitions.site_rules import SITES
from reconciler.definitions.source import DefinitionFile
from reconciler.diagnostics import Diagnostic, Location, Message
from reconciler.model.signature import Account
from reconciler.text import quoted

_CONFLICTS: Final = {"account": messages.ACCOUNT_CONFLICT, "state": messages.STATE_CONFLICT}

_ROLE: Final = "role"
_PLAN_ROLE: Final = "plan_role"
_ROLES: Final = (_ROLE, _PLAN_ROLE)
_ROLE_OWNER: Final = re.compile(r"qcs::cam::uin/(?P<uin>[0-9]+):")

# Not `true`, which equals 1 for Python and is no id, nor a list, which cannot be looked up.
_COMPARABLE: Final = frozenset({str, int, float})


def section_of(name: str, files: Sequence[DefinitionFile]) -> dict[str, Any] | None:
    """Return the section of the run, the first one found."""
    return next((section for _file, section in _sections(name, files)), None)


def check_sections(files: Sequence[DefinitionFile]) -> Iterator[Diagnostic]:
    """Report each section that differs from the first one of its name, naming both places."""
    for name, rule in _CONFLICTS.items():
        sections = list(_sections(name, files))
        for file, section in sections[1:]:
            first_file, first = sections[0]
            if section != first:
                place = str(first_file.key_at(first_file.data, name))
                yield Diagnostic(file.key_at(file.data, name), rule.given(place=place))


def _sections(name: str, files: Sequence[DefinitionFile]) -> Iterator[tuple[DefinitionFile, dict[str, Any]]]:
    for file in files:
        section = file.data.get(name)
        if isinstance(section, dict):
            yield file, section


def check_account(files: Sequence[DefinitionFile]) -> Iterator[Diagnostic]:
    """Report that no file has an account. ``files`` are all files of the run."""
    if files and not any("account" in file.data for file in files):
        yield Diagnostic(Location(files[0].name, 1, 1), messages.ACCOUNT_MISSING)


def check_roles(files: Sequence[DefinitionFile]) -> Iterator[Diagnostic]:
    """Report a role of another account than the one that ``uin`` names, or than the other role's."""
    for file, section in _sections("account", files):
        owners = {field: owner for field in _ROLES if (owner := role_owner(section.get(field))) is not None}
        uin = section.get("uin")
        if isinstance(uin, str):
            strange = {field: owner for field, owner in owners.items() if owner != uin}
            for field, owner in strange.items():
                yield Diagnostic(
                    file.value_at(section, field), messages.ROLE_ACCOUNT.given(owner=owner, uin=quoted(uin))
                )
        elif len(set(owners.values())) > 1:
            message = messages.ROLE_ACCOUNTS.given(owner=owners[_PLAN_ROLE], other=owners[_ROLE])
            yield Diagnostic(file.value_at(section, _PLAN_ROLE), message)


def role_owner(arn: object) -> str | None:
    """Return the account number in the ARN of a role, ``None`` where it is none."""
    found = _ROLE_OWNER.match(arn) if isinstance(arn, str) else None
    return found["uin"] if found else None


def site_of(account: dict[str, Any] | None) -> str | None:
    """Return the account's site where it is one that there is."""
    site = account.get("site") if account else None
    return site if isinstance(site, str) and site in SITES else None


def as_account(section: dict[str, Any]) -> Account:
    """Return a checked section as a value."""
    role, plan_role = (section.get(field) for field in _ROLES)
    uin = section.get("uin") or role_owner(role) or role_owner(plan_role)
    return Account(section["site"], section["region"], uin, section.get("endpoint"), role, plan_role)


class NamedAccount(NamedTuple):
    """The account that definitions name, right or wrong in anything else, and where they say its number."""

    uin: str
    region: str
    place: Location


def named_account(files: Sequence[DefinitionFile]) -> NamedAccount | None:
    """Return the account of the run as its section names it, ``None`` where nothing tells which it is."""
    file, section = next(_sections("account", files), (None, {}))
    region = section.get("region")
    uins = {"uin": section.get("uin")} | {field: role_owner(section.get(field)) for field in _ROLES}
    for field, uin in uins.items():
        if file is not None and isinstance(uin, str) and isinstance(region, str):
            return NamedAccount(uin, region, file.value_at(section, field))
    return None


def branch_place(files: Sequence[DefinitionFile]) -> Location | None:
    """Return where the state branch is written; without one, the file of the account, where it belongs."""
    file, section = next(_sections("state", files), (None, {}))
    if file is not None and "branch" in section:
        return file.value_at(section, "branch")
    return next((named.key_at(named.data, "account") for named, _section in _sections("account", files)), None)


class _Entry(NamedTuple):
    file: DefinitionFile
    key: str
    fields: dict[str, Any]


def check_duplicates(files: Sequence[DefinitionFile]) -> Iterator[Diagnostic]:
    """Report duplicate keys, ids and names among all files, each at the later place and naming the earlier."""
    entries = list(_entries(files))
    yield from _check_keys(entries)
    yield from _check_field(entries, "sign_id", messages.DUPLICATE_SIGN_ID)
    yield from _check_field(entries, "sign_name", messages.DUPLICATE_NAME)


def _entries(files: Sequence[DefinitionFile]) -> Iterator[_Entry]:
    for file in files:
        for key, fields in file.signatures.items():
            if isinstance(fields, dict):
                yield _Entry(file, key, fields)


def _check_keys(entries: Sequence[_Entry]) -> Iterator[Diagnostic]:
    seen: dict[str, DefinitionFile] = {}
    for file, key, _fields in entries:
        first = seen.setdefault(key, file)
        if first is not file:
            place = str(first.key_at(first.signatures, key))
            rule = messages.DUPLICATE_SIGNATURE.given(key=quoted(key), place=place)
            yield Diagnostic(file.key_at(file.signatures, key), rule, key)


def _check_field(entries: Sequence[_Entry], field: str, rule: Message) -> Iterator[Diagnostic]:
    seen: dict[Any, _Entry] = {}
    for entry in entries:
        value = entry.fields.get(field)
        if type(value) not in _COMPARABLE or (field == "sign_id" and isinstance(value, str)):  # a word is no id
            continue
        composed = normalize("NFC", value) if isinstance(value, str) and not value.isascii() else value
        series = (_series(entry.fields, field), composed)
        first = seen.setdefault(series, entry)
        if first is not entry:
            is_equal, is_watched = first.fields[field] == value, _is_watched(first) or _is_watched(entry)
            if is_equal and is_watched and field == "sign_name":
                seen[series] = entry if _is_watched(first) else first
                continue
            place = str(first.file.value_at(first.fields, field))
            alike = messages.SAME_LOOK_WATCHED if is_watched else messages.SAME_LOOK
            said = rule if is_equal else alike
            found = said.given(value=quoted(value), place=place)
            yield Diagnostic(entry.file.value_at(entry.fields, field), found, entry.key)


def _is_watched(entry: _Entry) -> bool:
    """Return whether an entry is only observed: an account may show one name twice, and nobody here chose it."""
    return entry.fields.get("observe") is True


def _series(fields: dict[str, Any], field: str) -> Any:
    """Return what keeps equal values apart: nothing does for ids, the series does for names."""
    return str(fields.get("international")) if field == "sign_name" else None
