"""Directives, the lines that begin with ``%``: only the one that says what holds anyway is let through.

They are looked for before parsing, since the time that libyaml takes grows with the square of their number.
"""

from __future__ import annotations

import re
from typing import Final

from reconciler.definitions.problem import Problem, place_after

# It begins with a character that is rare, so that the search skips from one to the next.
_REFUSED: Final = re.compile(r"%(?<![^\r\n]%)(?!YAML[ \t]+1\.2[ \t]*(?:#[^\r\n]*)?(?:[\r\n]|\Z))")


def refused_directive(text: str) -> Problem | None:
    """Return the first directive other than ``%YAML 1.2``, if there is one."""
    match = _REFUSED.search(text)
    if match is None:
        return None
    message = "a directive stands here, and files are read as YAML 1.2 without any"
    return Problem(*place_after(text[: match.start()]), "yaml-directive", message, "take the line away")
