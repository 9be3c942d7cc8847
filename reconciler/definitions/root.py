"""The root of a run: nothing outside it is ever read as evidence."""

from __future__ import annotations

from pathlib import Path


def find_root(first: Path) -> Path:
    """Return the git top level of a path, or outside git the path's own folder (a directory is its own folder).

    The answer is absolute with links resolved. A worktree or submodule has a file named ``.git``; that counts too.
    """
    folder = first if first.is_dir() else first.parent
    folder = folder.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return folder
