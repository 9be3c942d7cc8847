"""Folders that are about the same account, also those that a run leaves out, found by what their definitions say.

Two folders of one account would be two writers of it, each with a record of its own.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.definitions.discover import discover
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.definitions.messages import ACCOUNT_DUPLICATE
from reconciler.definitions.run_checks import NamedAccount
from reconciler.diagnostics import Diagnostic
from reconciler.fleet.accounts import FleetAccount
from reconciler.text import joined

# As ``account.uin`` and the ARN of a role have it. Only a guess at whose definitions are worth reading.
_UIN: Final = re.compile(rb"""\buin["']?[ \t]*[:/][ \t]*["']?([0-9]{5,20})""")
_MOST_BYTES: Final = 1 << 16


class AccountFolder(NamedTuple):
    """A folder, and the account that its definitions name, right or wrong in anything else."""

    name: str
    account: NamedAccount


def folder_of(name: str, definitions: Definitions) -> AccountFolder | None:
    """Return which account a folder's definitions name, ``None`` where nothing tells."""
    named = definitions.named
    return AccountFolder(name, named) if named is not None else None


def duplicates(folders: Iterable[AccountFolder]) -> dict[str, Diagnostic]:
    """Return, by its name, what is wrong with each folder whose account another one of them names too."""
    groups: defaultdict[tuple[str, str], list[AccountFolder]] = defaultdict(list)
    for folder in sorted(folders):
        groups[folder.account.uin, folder.account.region].append(folder)
    shared = [group for group in groups.values() if len(group) > 1]
    return {each.name: _duplicate(each, group) for group in shared for each in group}


def _duplicate(folder: AccountFolder, group: Sequence[AccountFolder]) -> Diagnostic:
    uin, region, place = folder.account
    places = joined([str(other.account.place) for other in group if other is not folder])
    return Diagnostic(place, ACCOUNT_DUPLICATE.given(uin=uin, region=region, places=places))


def possible_twins(
    chosen: Sequence[FleetAccount], others: Iterable[FleetAccount], *, cwd: Path
) -> Iterator[AccountFolder]:
    """Yield those of the ``others`` that may be about an account of the ``chosen``, by what their text says."""
    wanted = {uin for account in chosen for uin in _uins(account, cwd)}
    for other in others:
        if wanted.isdisjoint(_uins(other, cwd)):
            continue
        found = folder_of(other.name, load_definitions((other.path,), cwd=cwd, evidence=False))
        if found is not None:
            yield found


class LeftOut:
    """The folders that a run leaves out, asked about the accounts that the run turns out to reach."""

    def __init__(self, others: Iterable[FleetAccount], *, cwd: Path) -> None:
        self._cwd = cwd
        self._uins = {other: frozenset(_uins(other, cwd)) for other in others}

    def about(self, uin: str, region: str, *, own_keys: bool) -> frozenset[str]:
        """Return which of them are about an account, by what their definitions name.

        Those that name none, nor a role, are about the account of the run's own keys, where the one asked for was
        reached with these.
        """
        near = (other for other, uins in self._uins.items() if uin.encode() in uins or (own_keys and not uins))
        return frozenset(other.name for other in near if self._is_about(other, uin, region, own_keys=own_keys))

    def _is_about(self, other: FleetAccount, uin: str, region: str, *, own_keys: bool) -> bool:
        definitions = load_definitions((other.path,), cwd=self._cwd, evidence=False)
        if definitions.account is None:  # it cannot be planned or applied as it is
            return False
        named = definitions.named
        return definitions.account.region == region and (own_keys if named is None else named.uin == uin)


def _uins(account: FleetAccount, cwd: Path) -> Iterator[bytes]:
    for file in discover((account.path,), cwd=cwd).files:
        yield from _UIN.findall(first_bytes(file.path))


def first_bytes(file: Path) -> bytes:
    """Return how a file begins, nothing where it cannot be read; a pipe is not waited for."""
    with suppress(OSError), os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
        return opened.read(_MOST_BYTES) or b""
    return b""
