"""Where a run keeps its record: a folder with a file store, or a clone with a branch of a bare repository."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from reconciler.model.state import State
from reconciler.state.branch import BranchStore
from reconciler.state.local import FileStore
from reconciler.state.store import Store, record_name
from tests.support.project import REGION, UIN, Sign, write

BRANCH: Final = "reconciler-state"
NAME: Final = record_name(UIN, REGION, sandbox=True)


class FilePlace:
    """A project with its record in a file."""

    kind = "file"
    branch = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.top = folder / "work"

    def make(self) -> None:
        """Make an empty project."""
        self.top.mkdir(parents=True)

    def define(self, signs: Iterable[Sign], top: Path | None = None) -> Path:
        """Write the definitions."""
        return write(top or self.top, signs, branch=self.branch)

    def copy(self, folder: Path) -> FilePlace:
        """Return a copy with its own record."""
        shutil.copytree(self.folder, folder)
        return type(self)(folder)

    def store(self) -> Store:
        """Return the store of the record."""
        return FileStore(self.top / ".reconciler", NAME)

    def state(self) -> State:
        """Read the record."""
        return self.store().load().state


class BranchPlace(FilePlace):
    """A clone of a bare repository that has the record on a branch."""

    kind = "branch"
    branch = BRANCH

    @property
    def hub(self) -> Path:
        """The bare repository."""
        return self.folder / "hub.git"

    def make(self) -> None:
        """Make the bare repository and a clone with one commit."""
        self.folder.mkdir(parents=True)
        _git(self.folder, "init", "-q", "--bare", "-b", "main", str(self.hub))
        self.clone(self.top)
        _git(self.top, "commit", "-q", "--allow-empty", "-m", "Begin")
        _git(self.top, "push", "-q", "origin", "HEAD:main")

    def clone(self, to: Path) -> Path:
        """Make a clone."""
        _git(self.folder, "clone", "-q", str(self.hub), str(to))
        return to

    def copy(self, folder: Path) -> BranchPlace:
        """Return a copy with its own bare repository."""
        shutil.copytree(self.folder, folder, symlinks=True)
        copied = BranchPlace(folder)
        _git(copied.top, "remote", "set-url", "origin", str(copied.hub))
        return copied

    def store(self) -> Store:
        """Return the store of the record."""
        return BranchStore(self.top, BRANCH, NAME)


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, stderr=subprocess.DEVNULL)
