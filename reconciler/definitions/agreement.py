"""One run, one account: ``account`` and ``state`` stand in one file of the run, or are equal in all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.definitions.parsed import ParsedFile
from reconciler.definitions.problem import Problem
from reconciler.definitions.wrong_values import SITES
from reconciler.model.signature import Account
from reconciler.model.source import Location

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
