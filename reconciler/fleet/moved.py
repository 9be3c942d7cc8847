"""Whether a checkout is still at the commit that a run began with, told without a process of git for each account.

The commit is what a record names; an account whose files are of another one must not be recorded with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.errors import Refusal, StateError, said
from reconciler.fleet.twins import first_bytes
from reconciler.state.checkout import head_commit
from reconciler.state.git_command import is_commit

_REF: Final = re.compile(r"ref: (refs/[^\0]+)")
_SHORT: Final = 12

# Branches that are only other names of branches, as many as git follows.
_MOST_LINKS: Final = 5


class Moved(NamedTuple):
    """A checkout that is at another commit ``now``, or at none, than ``before``, when the run began."""

    root: Path
    before: str
    now: str | None

    @property
    def params(self) -> dict[str, object]:
        """What a message about it is filled with."""
        now = self.now[:_SHORT] if self.now is not None else said("no commit")
        return {"root": self.root, "before": self.before[:_SHORT], "now": now}


class _Glimpse(NamedTuple):
    """What git's own files say of HEAD: the commit where they name it, and what changes with it where they do not."""

    commit: str | None
    traces: tuple[object, ...] = ()


class Checkouts:
    """The checkouts of a run, as they were when it was made. ``ask`` asks git for the commit of one of them."""

    def __init__(self, roots: Iterable[Path], ask: Callable[[Path], str | None] = head_commit) -> None:
        self._ask = ask
        self._seen = {root: _glimpse(root) for root in roots}
        self._commits = {root: self._commit_at_first(root, seen) for root, seen in self._seen.items()}

    def moved(self, root: Path) -> Moved | None:
        """Return how a checkout moved; ``None`` where it did not, or was at no commit to begin with.

        Raises StateError where that cannot be read any more.
        """
        before = self._commits.get(root)
        if before is None:
            return None
        seen = _glimpse(root)
        if seen == self._seen[root]:
            return None
        # What git's files look like may change without another commit, when it packs them.
        now = self._commit(root, seen)
        return Moved(root, before, now) if now != before else None

    def check(self, root: Path) -> None:
        """Raise Refusal where a checkout moved: nobody can tell which commit the definitions were read from."""
        if (moved := self.moved(root)) is not None:
            raise Refusal(
                "the checkout at {root} moved from {before} to {now} after this run began, so the record would name a"
                " commit that the definitions are not from",
                hint="run it again, and leave the checkout as it is meanwhile; a clone or worktree for the run stays as"
                " it is",
                **moved.params,
            )

    def _commit_at_first(self, root: Path, seen: _Glimpse) -> str | None:
        with suppress(StateError):  # each account says by itself why its checkout cannot be read
            return self._commit(root, seen)
        return None

    def _commit(self, root: Path, seen: _Glimpse) -> str | None:
        return seen.commit if seen.commit is not None else self._ask(root)


def _glimpse(root: Path) -> _Glimpse:
    inside = _own_folder(root / ".git")
    shared = inside / (_text(inside / "commondir") or ".")
    text, read = _text(inside / "HEAD"), list[object]()
    while (ref := _REF.fullmatch(text)) is not None and len(read) < _MOST_LINKS:
        read.append(text)
        text = _text(shared / ref[1])
    if is_commit(text):
        return _Glimpse(text)
    tables = [_text(folder / "reftable" / "tables.list") for folder in (inside, shared)]
    return _Glimpse(None, (*read, text, *tables, _version(shared / "packed-refs")))


def _own_folder(link: Path) -> Path:
    """Return the folder of a checkout's own that git keeps, which a worktree's or submodule's ``.git`` only names."""
    named = _text(link).removeprefix("gitdir: ")
    return link.parent / named if named else link


def _text(file: Path) -> str:
    return first_bytes(file).decode("utf-8", "surrogateescape").strip()


def _version(file: Path) -> object:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
