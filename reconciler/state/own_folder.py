"""The tool's own folder in a checkout, which keeps itself out of git."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reconciler.state.folder import Folder, made, opened
from reconciler.state.storage_problems import told

_IGNORE_FILE: Final = ".gitignore"
_IGNORE_ALL: Final = b"*\n"
_LOCK: Final = "folder.lock"


def ensured(path: Path) -> None:
    """Make the folder where there is none yet. Raises StateError where it cannot be made or is not a real folder."""
    with told(f"cannot write to {path}"):
        made(path)
        with opened(path) as folder:
            if folder is not None and not _ignored(folder):
                _ignore(folder)


def _ignored(folder: Folder) -> bool:
    return folder.read(_IGNORE_FILE, 0) is not None


def _ignore(folder: Folder) -> None:
    # Runs for two accounts may both be the first one here.
    with folder.locked(_LOCK):
        if not _ignored(folder):
            folder.replace(_IGNORE_FILE, _IGNORE_ALL)
