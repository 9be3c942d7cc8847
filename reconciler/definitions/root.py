"""The root of a run: nothing outside it is ever read as evidence, and no link inside it leads a definition out."""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.definitions.problem import Problem


def find_root(first: Path) -> Path:
    """Return the git top level of a path, or outside git the path's own folder (a directory is its own folder).

    The answer is absolute with links resolved. A worktree or submodule has a file named ``.git``; that counts too. A
    link inside a repository that leads out of it does not lead to another root: whoever can put the link there must not
    choose what is read.
    """
    # os.path instead of Path: its questions answer no, where Path raises, for folders that may not be entered.
    folder = first if os.path.isdir(first) else first.parent  # noqa: PTH112
    folder = Path(os.path.normpath(folder))
    root = None
    for candidate in (*reversed(folder.parents), folder):
        real = Path(os.path.realpath(candidate))
        if root is not None and not real.is_relative_to(root):
            break
        if os.path.lexists(candidate / ".git"):
            root = real
    return root if root is not None else Path(os.path.realpath(folder))


def leads_outside() -> Problem:
    """Return the problem of a path that a link leads out of the root."""
    message = "a link leads outside the root of the run"
    return Problem(1, 1, "file-outside-root", message, "put the file itself here")
