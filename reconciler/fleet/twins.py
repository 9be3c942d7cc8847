"""Folders that are about an account of the run while the run leaves them out, found by what their definitions say.

Two folders of one account would be two writers of it, each with a record of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from reconciler.definitions.discover import discover
from reconciler.definitions.load import load_definitions
from reconciler.fleet.accounts import FleetAccount
from reconciler.model.signature import Account

# As ``account.uin`` and the ARN of a role have it. Only a guess at whose definitions are worth reading.
_UIN: Final = re.compile(rb"""\buin["']?[ \t]*[:/][ \t]*["']?([0-9]{5,20})""")
_MOST_BYTES: Final = 1 << 16


def possible_twins(
    chosen: Sequence[FleetAccount], others: Iterable[FleetAccount], *, cwd: Path
) -> Iterator[tuple[str, Account]]:
    """Yield those of the ``others`` that may be about an account of the ``chosen``, with the account that they name."""
    wanted = {uin for account in chosen for uin in _uins(account, cwd)}
    for other in others:
        if wanted.isdisjoint(_uins(other, cwd)):
            continue
        account = load_definitions((other.path,), cwd=cwd, evidence=False).account
        if account is not None:
            yield other.name, account


def _uins(account: FleetAccount, cwd: Path) -> Iterator[bytes]:
    for file in discover((account.path,), cwd=cwd).files:
        yield from _UIN.findall(first_bytes(file.path))


def first_bytes(file: Path) -> bytes:
    """Return how a file begins, nothing where it cannot be read; a pipe is not waited for."""
    with suppress(OSError), os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
        return opened.read(_MOST_BYTES) or b""
    return b""
