"""Whether a checkout is still at the commit that a run began with.

The commit is what a record names; an account whose files are of another one must not be recorded with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.errors import Refusal, StateError, said
from reconciler.state.checkout import head_commit

_SHORT: Final = 12


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


class Checkouts:
    """The checkouts of a run, each at the commit that it was at when this was made. ``ask`` asks git for one's."""

    def __init__(self, roots: Iterable[Path], ask: Callable[[Path], str | None] = head_commit) -> None:
        self._ask = ask
        self._commits: dict[Path, str | None] = {}
        for root in roots:
            with suppress(StateError):  # each account says by itself why its checkout cannot be read
                self._commits[root] = ask(root)

    def head(self, root: Path) -> str | None:
        """Return the commit that a checkout was at. Raises StateError where it cannot be read."""
        return self._commits[root] if root in self._commits else self._ask(root)

    def moved(self) -> Iterator[Moved]:
        """Yield how the checkouts moved since, as far as git can still read them."""
        for root in self._commits:
            with suppress(StateError):
                if (moved := self._moved(root)) is not None:
                    yield moved

    def check(self, root: Path) -> None:
        """Raise Refusal where a checkout moved: nobody can tell which commit the definitions were read from.

        Raises StateError where it cannot be read any more.
        """
        if (moved := self._moved(root)) is not None:
            raise Refusal(
                "the checkout at {root} moved from {before} to {now} after this run began, so the record would name a"
                " commit that the definitions are not from",
                hint="run it again, and leave the checkout as it is meanwhile; a clone or worktree for the run stays as"
                " it is",
                **moved.params,
            )

    def _moved(self, root: Path) -> Moved | None:
        before = self._commits.get(root)
        if before is None:  # at no commit to begin with
            return None
        now = self._ask(root)
        return Moved(root, before, now) if now != before else None
