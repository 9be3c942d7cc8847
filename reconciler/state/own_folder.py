"""The tool's own folder in a checkout, which keeps itself out of git."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reconciler.errors import StateError
from reconciler.state.folder import made, opened

_IGNORE_FILE: Final = ".gitignore"
_IGNORE_ALL: Final = b"*\n"


def ensured(path: Path) -> None:
    """Make the folder where there is none yet. Raises StateError where it cannot be made or is not a real folder."""
    try:
        made(path)
        with opened(path) as folder:
            if folder is not None and folder.read(_IGNORE_FILE, 0) is None:
                folder.replace(_IGNORE_FILE, _IGNORE_ALL)
    except OSError as error:
        raise StateError(f"cannot write to {path}: {error.strerror or error}") from error
