"""The root of a run: nothing outside it is ever read as evidence."""

from __future__ import annotations

import os
from pathlib import Path


def find_root(first: Path) -> Path:
    """Return the git top level of a path, or outside git the path's own folder (a directory is its own folder).

    The answer is absolute with links resolved. A worktree or submodule has a file named ``.git``; that counts too.
    """
    # os.path instead of Path: its questions answer no, where Path raises, for folders that may not be entered.
    folder = first if os.path.isdir(first) else first.parent  # noqa: PTH112
    folder = Path(os.path.realpath(folder))
    for candidate in (folder, *folder.parents):
        if os.path.lexists(candidate / ".git"):
            return candidate
    return folder
