"""Where a record is kept in a schedule: a branch or a folder, in memory, or in real git and real files."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from reconciler.errors import StateError
from reconciler.state.branch import BranchStore
from reconciler.state.git_command import GitResult, GitTimeout
from reconciler.state.git_repository import GitRepository, Leaf
from reconciler.state.local import FileStore
from reconciler.state.store import Store
from tests.sim.memory_git import MemoryGit, MemoryRemote, Repository
from tests.sim.memory_store import MemoryFolder, MemoryStore, SimFileStore
from tests.sim.record import Record
from tests.sim.world import Run

BRANCH: Final = "reconciler-state"


class Place(Protocol):
    """One place that keeps a record."""

    record: Record

    def store(self, run: Run) -> Store:
        """Return the store that a run has of it."""


class Remote(NamedTuple):
    """The remote side of a branch: ``repository`` opens it for a run, ``point_at`` moves it by force."""

    repository: Callable[[Run], Repository]
    point_at: Callable[[str | None], None]


class Branch:
    """One record on a branch of a remote."""

    def __init__(
        self, record: Record, repository: Callable[[Run], Repository], point_at: Callable[[str | None], None]
    ) -> None:
        self.record = record
        self._repository = repository
        self._point_at = point_at
        self.tips: list[str] = []

    def store(self, run: Run) -> Store:
        """Return the real branch store over git's simulated journeys."""
        store = BranchStore(Path("/simulated"), BRANCH, self.record.name, pause=run.pass_time)
        store._made = SimGit(run, self._repository(run), self)  # type: ignore[assignment]
        return store

    def force(self, by: str, back: int | None) -> str:
        """Move the branch back by that many commits, or away; return where it is then."""
        tip = self.tips[max(0, len(self.tips) - 1 - back)] if back is not None and self.tips else None
        self._point_at(tip)
        state = self.record.of_tip(tip)
        self.record.put(by, state)
        if tip is not None:
            self.tips.append(tip)
        return (tip or "deleted")[:8]


class SimGit:
    """A repository whose every way to the remote and back takes time, and may lose its answer."""

    def __init__(self, run: Run, repository: Repository, branch: Branch) -> None:
        self._run = run
        self._git = repository
        self._branch = branch
        self._records: dict[str, bytes] = {}

    def fetch(self) -> str | None:
        """Fetch the tip as it is while the fetch is under way."""
        run = self._run
        fault = run.point("fetch")
        run.travel(0.1, 0.5)
        if fault is not None and fault.kind == "lost":
            raise StateError("simulated: the remote cannot be reached")
        tip = self._git.fetch()
        run.travel(0.1, 0.5)
        run.point("fetch.done", self._branch.record.label(tip))
        return tip

    def leaves(self, commit: str) -> dict[str, Leaf]:
        """Return the files of a commit."""
        return self._git.leaves(commit)

    def content(self, leaf: Leaf) -> bytes:
        """Return a file's bytes."""
        return self._git.content(leaf)

    def commit(self, parent: str | None, files: Mapping[str, bytes], message: str) -> str:
        """Make a commit, on this side only."""
        oid = self._git.commit(parent, files, message)
        self._records[oid] = files[f"{self._branch.record.name}.json"]
        self._run.world.note(self._run.name, "commit", "; ".join(message.splitlines()))
        return oid

    def push(self, commit: str, expected: str | None) -> GitResult:
        """Push. The answer may be late or lost whether the push was taken or not."""
        run, record = self._run, self._branch.record
        fault = run.point("push", f"on {record.label(expected)}")
        kind, seconds, text = (fault.kind, fault.seconds, fault.text) if fault is not None else ("", 0.0, "")
        run.travel(0.2, 1.2)
        result = self._git.push(commit, expected) if kind != "lost" else GitResult(1, b"", "")
        if not result.code:
            record.pushed(run.name, commit, self._records[commit])
            self._branch.tips.append(commit)
        if kind in ("lost", "answer-lost"):
            run.pass_time(seconds)
            run.point("push.done", "no answer")
            if text == "timeout":
                raise GitTimeout("simulated: no answer to the push")
            return GitResult(1, b"", "the remote end hung up unexpectedly")
        run.travel(0.2, 1.2)
        run.point("push.done", "the tip has moved" if result.code else f"taken as {record.label(commit)}")
        return result


class Folder:
    """A checkout's own folder, in memory."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._folder = MemoryFolder(record)

    def store(self, run: Run) -> Store:
        """Return the store in memory."""
        return MemoryStore(run, self._folder)


class FileFolder:
    """A checkout's own folder on the disk."""

    def __init__(self, record: Record, path: Path) -> None:
        self.record = record
        self._path = path
        path.mkdir()

    def store(self, run: Run) -> Store:
        """Return the real file store."""
        return SimFileStore(run, FileStore(self._path / ".reconciler", self.record.name), self.record)


def memory_remote() -> Remote:
    """Return a branch without git."""
    remote = MemoryRemote()

    def point_at(tip: str | None) -> None:
        remote.tip = tip

    return Remote(lambda run: MemoryGit(remote, f"{run.world.scenario.uin}/{run.name}"), point_at)


def git_remote(path: Path) -> Remote:
    """Return a branch of a real bare repository below ``path``."""
    remote, checkout = path / "remote.git", path / "checkout"

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True)

    git("init", "-q", "--bare", str(remote))
    git("init", "-q", str(checkout))
    git("-C", str(checkout), "remote", "add", "origin", str(remote))

    def point_at(tip: str | None) -> None:
        name = f"refs/heads/{BRANCH}"
        git("-C", str(remote), "update-ref", *((name, tip) if tip else ("-d", name)))

    return Remote(lambda _run: GitRepository(checkout, "origin", BRANCH), point_at)
