"""Files that are swapped while they are looked at."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from reconciler.evidence.inspect import Inspected, inspect
from tests.fixtures import images
from tests.fixtures.environment import open_descriptors


@pytest.fixture
def secret(project: Path) -> Path:
    """A folder outside of the root with images of the same names."""
    folder = project.parent / "secret"
    folder.mkdir()
    (folder / "license.png").write_bytes(images.png(9))
    return folder


def look(root: Path) -> Inspected:
    (found,) = inspect(root, [(str(root), "evidence/license.png")]).values()
    return found


def swap_file(project: Path, secret: Path) -> None:
    (project / "evidence" / "license.png").unlink()
    (project / "evidence" / "license.png").symlink_to(secret / "license.png")


def swap_folder(project: Path, secret: Path) -> None:
    (project / "evidence").rename(project / "evidence-before")
    (project / "evidence").symlink_to(secret)


def swap_for_a_pipe(project: Path, _: Path) -> None:
    (project / "evidence" / "license.png").unlink()
    os.mkfifo(project / "evidence" / "license.png")


@pytest.mark.parametrize(
    ("swap", "part"),
    [(swap_file, "license.png"), (swap_folder, "evidence"), (swap_for_a_pipe, "license.png")],
)
def test_what_is_swapped_between_check_and_use_is_not_opened(
    project: Path, secret: Path, swap: Callable[[Path, Path], None], part: str
) -> None:
    real = os.stat

    def then_swap(path: str, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> os.stat_result:
        found = real(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
        if path == part:
            swap(project, secret)
        return found

    before = open_descriptors()
    with patch("reconciler.evidence.containment.os.stat", then_swap):
        found = look(project)
    assert open_descriptors() == before
    assert found.problem is not None
    assert found.problem.code in {"image-unreadable", "image-missing", "image-not-a-file"}


def test_a_folder_moved_out_after_it_was_opened_is_still_the_one_that_was_checked(project: Path, secret: Path) -> None:
    expected = look(project)
    real = os.open

    def then_swap(path: str, flags: int, *, dir_fd: int | None = None) -> int:
        descriptor = real(path, flags, dir_fd=dir_fd)
        if path == "evidence":
            swap_folder(project, secret)
        return descriptor

    with patch("reconciler.evidence.containment.os.open", then_swap):
        assert look(project) == expected


def test_a_link_that_flips_all_the_time_never_leads_out(project: Path, secret: Path) -> None:
    expected = look(project)
    assert expected not in inspect(secret, [(str(secret), "license.png")]).values()
    (project / "real").symlink_to("evidence")
    stop = threading.Event()

    def flip() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            fresh = project / f"fresh{number}"
            fresh.symlink_to(secret if number % 2 else "real")
            fresh.replace(project / "flipping")

    (project / "flipping").symlink_to("real")
    flipper = threading.Thread(target=flip)
    flipper.start()
    try:
        looks = [inspect(project, [(str(project), "flipping/license.png")]) for _ in range(300)]
    finally:
        stop.set()
        flipper.join()
    found = {inspected for result in looks for inspected in result.values() if inspected.image is not None}
    assert found <= {expected}
