"""One run, one account: ``account`` and ``state`` stand in one file of the run, or are equal in all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from reconciler.definitions.messages import SITES
from reconciler.definitions.source import ParsedFile
from reconciler.diagnostics import Location, Severity
from reconciler.model.signature import Account
from reconciler.text import quoted
from reconciler.yaml12.problems import Problem

_MENDS = {
    "account": "run each account by itself, or keep `account` in one file",
    "state": "keep `state` in one file of the run",
}


def settle(name: str, files: Sequence[ParsedFile]) -> dict[str, Any] | None:
    """Return the section of the run, the first one found; files that say otherwise get an error naming both places."""
    first: dict[str, Any] | None = None
    place: Location | None = None
    for file in files:
        section = file.section(name)
        if not isinstance(section, dict) or file.tree is None:
            continue
        here = file.key_place(file.tree.data, name)
        if first is None or place is None:
            first, place = section, here
        elif section != first:
            file.faulty_sections.add(name)
            message = f"`{name}` differs from the one at {place}"
            file.problems.append(Problem(here.line, here.column, f"{name}-conflict", message, _MENDS[name]))
    return first


def site_of(account: dict[str, Any] | None) -> str | None:
    """Return the account's site where it is one that there is."""
    site = account.get("site") if account else None
    return site if isinstance(site, str) and site in SITES else None


def require_account(files: Sequence[ParsedFile]) -> None:
    """Report that no file has an account, unless the account may stand in a part that could not be read."""
    if files and all(file.readable for file in files) and not any(_has_account(file) for file in files):
        message = "no file of the run has an `account`"
        hint = "add `account:` with `site` and `region` below `version: 1`"
        files[0].problems.append(Problem(1, 1, "account-missing", message, hint))


def _has_account(file: ParsedFile) -> bool:
    return file.tree is not None and "account" in file.tree.data


def as_account(section: dict[str, Any]) -> Account:
    """Return a checked section as a value."""
    return Account(section["site"], section["region"], section.get("uin"), section.get("endpoint"))


# What may stand only once in a run: a key and an id are errors the second time, a name is worth a warning.


Entry = tuple[ParsedFile, str, dict[str, Any]]
"""A signature with its file and its key."""


_COMPARABLE: Final = frozenset({str, int, float})
"""Not `true`, which equals 1 for Python and is no id, nor a list, which cannot be looked up."""


def check_duplicates(files: Sequence[ParsedFile]) -> None:
    """Report keys, ids and names that stand twice among all files, each at the later place and naming the earlier."""
    entries = list(_entries(files))
    _check_keys(entries)
    _check_field(
        entries, "sign_id", "duplicate-sign-id", Severity.ERROR, "each signature is defined once; take one away"
    )
    _check_field(entries, "sign_name", "duplicate-name", Severity.WARNING, "the vendor refuses a second pending one")


def _entries(files: Sequence[ParsedFile]) -> Iterator[Entry]:
    for file in files:
        if file.full:
            continue
        for key, signature in file.signatures().items():
            if isinstance(signature, dict):
                yield file, key, signature


def _check_keys(entries: Sequence[Entry]) -> None:
    seen: dict[str, ParsedFile] = {}
    for file, key, _signature in entries:
        first = seen.setdefault(key, file)
        if first is not file:
            before = first.key_place(first.signatures(), key)
            here = file.key_place(file.signatures(), key)
            message = f"the key {quoted(key)} is taken by the signature in {before}"
            file.refuse(key, Problem(here.line, here.column, "duplicate-signature", message, "choose another key"))


def _check_field(entries: Sequence[Entry], field: str, code: str, severity: Severity, hint: str) -> None:
    seen: dict[Any, tuple[ParsedFile, dict[str, Any]]] = {}
    for file, key, signature in entries:
        value = signature.get(field)
        if type(value) not in _COMPARABLE:
            continue
        first_file, first = seen.setdefault((_series(signature, field), value), (file, signature))
        if first is not signature:
            before = _field_place(first_file, first, field)
            here = _field_place(file, signature, field)
            message = f"`{field}` {quoted(value)} stands in {before} already"
            file.refuse(key, Problem(here.line, here.column, code, message, hint, severity))


def _series(signature: dict[str, Any], field: str) -> Any:
    """Return what keeps equal values apart: nothing does for ids, the series does for names."""
    return str(signature.get("international")) if field == "sign_name" else None


def _field_place(file: ParsedFile, signature: dict[str, Any], field: str) -> Location:
    assert file.tree is not None  # noqa: S101  # its signatures were read
    return Location(file.source.shown, *file.tree.marks.value(signature, field))
