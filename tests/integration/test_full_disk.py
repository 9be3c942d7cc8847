"""A disk that is full at any step of an apply, and the run after it: nothing is sent twice, nothing is lost."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, Self

import pytest

from tests.fixtures.commands import Done, inside
from tests.fixtures.forks import Forks
from tests.fixtures.record_places import FilePlace
from tests.fixtures.scenes import RENAMED, RESUBMITTED, WRITES, Scene, made
from tests.fixtures.serving import accepted
from tests.fixtures.warped import warp

STEPS: Final = frozenset({"mkdir", "fsync", "replace", "pwrite", "ftruncate"})
"""What takes room on a disk, besides a file that is made and what is written into it."""


class Disk:
    """Stands for ``os`` in ``reconciler.files``: full at one step, and at all after it where it ``stays`` full."""

    def __init__(self, full_at: int, *, stays: bool) -> None:
        self.steps = 0
        self._full_at, self._stays = full_at, stays

    def __getattr__(self, name: str) -> Any:
        call = getattr(os, name)
        return self._stepping(call) if name in STEPS else call

    def open(self, path: str | os.PathLike[str], flags: int, *more: int, dir_fd: int | None = None) -> int:
        if flags & os.O_CREAT:
            self._step()
        return os.open(path, flags, *more, dir_fd=dir_fd)

    def fdopen(self, descriptor: int, mode: str) -> IO[Any] | Written:
        file = os.fdopen(descriptor, mode)
        return Written(file, self._stepping(file.write)) if mode == "wb" else file

    def _stepping(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*arguments: Any, **named: Any) -> Any:
            self._step()
            return call(*arguments, **named)

        return stepped

    def _step(self) -> None:
        self.steps += 1
        if self.steps == self._full_at or (self._stays and self.steps > self._full_at):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Written:
    """A file whose writes may find no room."""

    def __init__(self, file: IO[Any], write: Callable[..., Any]) -> None:
        self._file = file
        self.write = write
        self.flush, self.fileno = file.flush, file.fileno

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, started: Forks) -> Scene:
    return made(FilePlace(tmp_path_factory.mktemp("scene") / "place"), started, timeout=10.0)


def without_record(scene: Scene) -> None:
    shutil.rmtree(scene.place.top / ".reconciler")


def check_first(done: Done, taken: Counter[int]) -> None:
    """What the run says, and how it ends, is what became of it."""
    error = done.document["error"]
    outcomes = {each["sign_id"]: each["outcome"] for each in done.document.get("signatures", ())}
    planned = [each["sign_id"] for each in done.document.get("signatures", ()) if each["verdict"] == "modify"]
    assert [sign_id for sign_id, outcome in outcomes.items() if outcome == "accepted"] == sorted(taken)
    assert done.code == (7 if error else 0), done
    assert done.code or sorted(taken) == planned
    assert not error or ("No space left on device" in error["message"] and "make room" in error["hint"])
    assert "unexpected" not in done.err


def is_reached(scene: Scene, full_at: int, *, stays: bool, knows_all: bool) -> bool:
    """Apply on a disk that is full at that step, then on one with room. Return whether there was such a step."""
    disk = Disk(full_at, stays=stays)
    with scene.serving() as sandbox, pytest.MonkeyPatch.context() as patch:
        warp(patch)
        patch.chdir(scene.place.top)
        with pytest.MonkeyPatch.context() as full:
            full.setattr("reconciler.files.os", disk)
            first = inside(*scene.apply(sandbox))
        check_first(first, accepted(sandbox.requests))
        again = inside(*scene.apply(sandbox))
        taken = accepted(sandbox.requests)
        if knows_all:
            scene.check(sandbox, again)
        assert again.code == 0, again
        # Without a record nobody knows of the hidden edit. With one, only what could not be withdrawn is left open.
        shown = Counter((RENAMED, RESUBMITTED))
        assert taken == (Counter(WRITES) if knows_all else shown) or (stays and knows_all and taken == shown)
    return disk.steps >= full_at


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.soak), 10])
@pytest.mark.parametrize("stays", [False, True], ids=["once", "from-there-on"])
@pytest.mark.parametrize("knows_all", [True, False], ids=["record", "first-record"])
def test_a_disk_full_at_any_step_sends_nothing_twice_and_loses_nothing(
    tmp_path: Path, scene: Scene, every: int, stays: bool, knows_all: bool
) -> None:
    for full_at in itertools.count(1, every):
        copy = scene.copy(tmp_path / str(full_at))
        if not knows_all:
            without_record(copy)
        if not is_reached(copy, full_at, stays=stays, knows_all=knows_all):
            break
    assert full_at > 40
