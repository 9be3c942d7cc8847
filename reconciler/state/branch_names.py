"""Names of branches that may stand in a refspec. Source: git-check-ref-format(1)."""

from __future__ import annotations

import re
from typing import Final

from reconciler.errors import StateError

_MAX_LENGTH: Final = 200
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(/|$)|^[-./]|[./]$|^@$|^HEAD$")


def check_branch(name: str) -> None:
    """Raise StateError for what git would not take as a branch, or could take for an option or another ref."""
    printable = name.isprintable() and name.encode("utf-8", "replace").decode() == name
    if not name or len(name) > _MAX_LENGTH or not printable or _FORBIDDEN.search(name):
        raise StateError(
            f"{name!a} cannot be the name of a branch",
            hint="Use letters, digits, dashes and single slashes, like reconciler-state.",
        )
