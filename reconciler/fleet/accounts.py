"""The accounts of a fleet: the topmost folders below one folder that hold definitions, each called by its path."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from reconciler.definitions.discover import is_definition, walk
from reconciler.errors import UsageError
from reconciler.text import joined, nearest

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


class FleetFolder(NamedTuple):
    """What is below a fleet's folder, by name and in order: its accounts, and what belongs to none.

    ``beside`` are definition files in the folder itself, ``links`` lead to folders. None of them is looked into.
    ``exists`` is false where there is no such folder.
    """

    accounts: tuple[FleetAccount, ...] = ()
    beside: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    exists: bool = True


def checked(folder: str, found: FleetFolder) -> tuple[FleetAccount, ...]:
    """Return the accounts that were found. Raises UsageError where there are none."""
    if not found.exists:
        raise UsageError("there is no folder {folder}", hint="name the folder of the fleet", folder=ascii(folder))
    if not found.accounts:
        raise UsageError(
            "no folder below {folder} holds definitions",
            hint="a fleet has a folder for each account; for a single one, use the command without `fleet`",
            folder=folder,
        )
    return found.accounts


def look_below(folder: str, *, cwd: Path) -> FleetFolder:
    """Return what is below a fleet's folder; nothing where there is no such folder."""
    top = cwd / folder
    if not is_folder(top):
        return FleetFolder(exists=False)
    links: list[str] = []
    names = sorted(Path(parent).relative_to(top).as_posix() for parent in _account_folders(top, links))
    return FleetFolder(
        tuple(FleetAccount(name, str(Path(folder, name))) for name in names),
        tuple(_left_beside(top)),
        tuple(sorted(Path(link).relative_to(top).as_posix() for link in links)),
    )


def is_folder(path: Path) -> bool:
    """Return whether there is a folder; Path.is_dir raises where it may not be entered."""
    return "\0" not in str(path) and os.path.isdir(path)  # noqa: PTH112


def _account_folders(top: Path, links: list[str]) -> Iterator[str]:
    """Yield the topmost folders with definitions, and those that cannot be read: they may hold some.

    Links to folders on the way go to ``links``: one may lead back up, or to what a pull request must not reach.
    """
    unreadable: list[OSError] = []
    for parent, folders, files in walk(top, unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if Path(parent) != top and any(map(is_definition, files)):
            folders.clear()
            yield parent
        links += filter(os.path.islink, (str(Path(parent, name)) for name in folders))
    yield from (str(error.filename) for error in unreadable if Path(error.filename) != top)


def _left_beside(top: Path) -> list[str]:
    # Not scandir, whose entries' is_file raises for some links that lead nowhere.
    return sorted(path.name for path in top.iterdir() if is_definition(path.name) and path.is_file())


def topmost(files: Iterable[str]) -> list[str]:
    """Return the names of the accounts among files of a fleet that is not on disk, given by their paths below it."""
    paths = (PurePosixPath(file) for file in files)
    folders = {path.parent for path in paths if is_definition(path.name) and not _is_hidden(path.parent)}
    folders.discard(PurePosixPath())
    return sorted(str(folder) for folder in folders if folders.isdisjoint(folder.parents))


def _is_hidden(folder: PurePosixPath) -> bool:
    return any(part.startswith(".") for part in folder.parts)


def narrowed(accounts: Sequence[FleetAccount], asked: Narrowing, gone: Sequence[str] = ()) -> tuple[FleetAccount, ...]:
    """Return the accounts that were asked for.

    Raises UsageError for a name or pattern that fits none of them, nor any that is ``gone``.
    """
    names = (*(account.name for account in accounts), *gone)
    patterns = [pattern.removesuffix("/") for pattern in asked.only]
    unknown = [pattern for pattern in patterns if not any(_fits(name, pattern) for name in names)]
    if unknown:
        near = joined([near for pattern in unknown if (near := nearest(pattern, names)) is not None])
        raise UsageError(
            "{option} fits no account: {unknown}",
            hint="did you mean {near}?" if near else "`reconciler fleet list` names the accounts",
            option="--only",
            unknown=joined(unknown),
            near=near,
        )
    return tuple(account for account in accounts if is_asked(account.name, asked))


def is_asked(name: str, asked: Narrowing) -> bool:
    """Return whether an account of this name, there or not, is among those that were asked for."""
    if asked.only and not any(_fits(name, pattern.removesuffix("/")) for pattern in asked.only):
        return False
    return asked.shard is None or shard_of(name, asked.shard.of) == asked.shard


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)


def shards_in_use(accounts: Sequence[FleetAccount], count: int) -> list[Shard]:
    """Return the shards that hold at least one of the accounts, in order."""
    return sorted({shard_of(account.name, count) for account in accounts})
