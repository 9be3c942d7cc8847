"""The accounts of a fleet: the topmost folders below one folder that hold definitions, each called by its path."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.definitions.discover import is_definition
from reconciler.errors import OptionKey, UsageError
from reconciler.text import nearest

# GitHub starts at most this many jobs of one matrix.
MOST_SHARDS: Final = 256

_SHARD: Final = re.compile(r"(?P<number>[1-9][0-9]{0,3})/(?P<count>[1-9][0-9]{0,3})")


class FleetAccount(NamedTuple):
    """One account. ``name`` is its path below the fleet's folder, ``path`` what the single commands would be given."""

    name: str
    path: str


class Shard(NamedTuple):
    """One of ``of`` parts of a fleet, numbered from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


class Narrowing(NamedTuple):
    """Which accounts of a fleet were asked for: names or patterns, and one shard; empty for all."""

    only: tuple[str, ...] = ()
    shard: Shard | None = None


def parse_shard(text: str) -> Shard:
    """Return the shard ``I/N``. Raises UsageError where it is none."""
    found = _SHARD.fullmatch(text)
    if found is None or int(found["number"]) > int(found["count"]):
        raise UsageError("{given} is no shard", hint="write I/N, such as 1/8 for the first of eight", given=ascii(text))
    return Shard(int(found["number"]), int(found["count"]))


def shard_of(name: str, count: int) -> Shard:
    """Return the shard of an account, which hangs on its name alone: others come and go without moving it."""
    digest = sha256(name.encode("utf-8", "surrogateescape")).digest()
    return Shard(int.from_bytes(digest[:8]) % count + 1, count)


def accounts_below(folder: str, *, cwd: Path) -> tuple[FleetAccount, ...]:
    """Return the accounts of a fleet in the order of their names. Raises UsageError where there are none."""
    top = cwd / folder if "\0" not in folder else cwd
    if "\0" in folder or not os.path.isdir(top):  # noqa: PTH112  # Path.is_dir raises where it may not be entered
        raise UsageError("there is no folder {folder}", hint="name the folder of the fleet", folder=ascii(folder))
    names = sorted(Path(parent).relative_to(top).as_posix() for parent in _topmost(top))
    if not names:
        raise UsageError(
            "no folder below {folder} holds definitions",
            hint="a fleet has a folder for each account; for a single one, use the command without `fleet`",
            folder=folder,
        )
    return tuple(FleetAccount(name, str(Path(folder, name))) for name in names)


def _topmost(top: Path) -> Iterator[str]:
    """Yield the topmost folders with definitions, and those that cannot be read: they may hold some."""
    unreadable: list[OSError] = []
    for parent, folders, files in os.walk(top, onerror=unreadable.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if Path(parent) != top and any(map(is_definition, files)):
            folders.clear()
            yield parent
    yield from (str(error.filename) for error in unreadable if Path(error.filename) != top)


def left_beside(folder: str, *, cwd: Path) -> list[str]:
    """Return the definition files in the fleet's own folder, which belong to no account."""
    # Not scandir, whose entries' is_file raises for some links that lead nowhere.
    return sorted(path.name for path in (cwd / folder).iterdir() if is_definition(path.name) and path.is_file())


def narrowed(accounts: Sequence[FleetAccount], asked: Narrowing) -> tuple[FleetAccount, ...]:
    """Return the accounts that were asked for. Raises UsageError for a name or pattern that fits none."""
    names = tuple(account.name for account in accounts)
    patterns = [pattern.removesuffix("/") for pattern in asked.only]
    unknown = [pattern for pattern in patterns if not any(_fits(name, pattern) for name in names)]
    if unknown:
        near = ", ".join(filter(None, (nearest(pattern, names) for pattern in unknown)))
        raise UsageError(
            "{option} fits no account: {unknown}",
            hint="did you mean {near}?" if near else "`reconciler fleet list` names the accounts",
            option=OptionKey("only"),
            unknown=", ".join(unknown),
            near=near,
        )
    chosen = (account for account in accounts if not patterns or any(_fits(account.name, one) for one in patterns))
    shard = asked.shard
    return tuple(one for one in chosen if shard is None or shard_of(one.name, shard.of) == shard)


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)


def shards_in_use(accounts: Sequence[FleetAccount], count: int) -> list[Shard]:
    """Return the shards that hold at least one of the accounts, in order."""
    return sorted({shard_of(account.name, count) for account in accounts})
