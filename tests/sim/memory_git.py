"""A git repository without git: the branch of one remote, and what one run has of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.state.git_command import GitResult
from reconciler.state.git_repository import Leaf


class Repository(Protocol):
    """What the branch store asks of git."""

    def fetch(self) -> str | None:
        """Return the branch's tip."""

    def leaves(self, commit: str) -> dict[str, Leaf]:
        """Return the files of a commit."""

    def content(self, leaf: Leaf) -> bytes:
        """Return a file's bytes."""

    def commit(self, parent: str | None, files: Mapping[str, bytes], message: str) -> str:
        """Make a commit, on this side only."""

    def push(self, commit: str, expected: str | None) -> GitResult:
        """Move the branch if it is where it was expected."""


@dataclass
class MemoryRemote:
    """The remote side: where the branch is, and the files of every commit that was pushed."""

    tip: str | None = None
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)


class MemoryGit:
    """Stands where ``GitRepository`` stands."""

    def __init__(self, remote: MemoryRemote, salt: str) -> None:
        self._remote = remote
        self._salt = salt
        self._commits: dict[str, dict[str, bytes]] = {}
        self._blobs: dict[str, bytes] = {}

    def fetch(self) -> str | None:
        tip = self._remote.tip
        if tip is not None:
            self._commits[tip] = self._remote.commits[tip]
        return tip

    def leaves(self, commit: str) -> dict[str, Leaf]:
        return {name: self._leaf(data) for name, data in self._commits[commit].items()}

    def content(self, leaf: Leaf) -> bytes:
        return self._blobs[leaf.oid]

    def commit(self, parent: str | None, files: Mapping[str, bytes], message: str) -> str:
        tree = {**(self._commits[parent] if parent else {}), **files}
        # Two runs never make the same commit: git's would differ in their times.
        text = repr((parent, sorted(tree.items()), message, self._salt, len(self._commits)))
        oid = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self._commits[oid] = tree
        return oid

    def push(self, commit: str, expected: str | None) -> GitResult:
        if self._remote.tip != expected:
            return GitResult(1, b"", "stale info")
        self._remote.commits[commit] = self._commits[commit]
        self._remote.tip = commit
        return GitResult(0, b"", "")

    def _leaf(self, data: bytes) -> Leaf:
        oid = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        self._blobs[oid] = data
        return Leaf("100644", "blob", oid, len(data))
