"""How messages quote what somebody wrote: short, on one line, and without anything that a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_LONGEST = 60


def shown(value: Any) -> str:
    """Return a value as messages quote it, cut at 60 characters, with unprintable characters escaped."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f"`{printable(_yaml_text(value))}`"


def _yaml_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def printable(text: str) -> str:
    """Return a text cut at 60 characters, with unprintable characters escaped."""
    cut = text[:_LONGEST] + ("..." if len(text) > _LONGEST else "")
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in cut)


def listed(words: Iterable[str], *, last: str = "or") -> str:
    """Return the words in backquotes as an English list, with ``last`` before the last one."""
    quoted = [f"`{word}`" for word in words]
    if len(quoted) < 2:  # noqa: PLR2004  # a list of one needs no conjunction
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


@lru_cache(maxsize=1024)
def nearest(word: str, words: tuple[str, ...]) -> str | None:
    """Return the word that somebody probably meant, or ``None``. Case, spaces and underscores do not count."""
    from difflib import get_close_matches  # noqa: PLC0415  # only where something is wrong

    by_form = {_form(candidate): candidate for candidate in words}
    matches = get_close_matches(_form(word[:_LONGEST]), by_form, n=1, cutoff=0.6)
    return by_form[matches[0]] if matches else None


def _form(word: str) -> str:
    return word.strip().lower().replace(" ", "-").replace("_", "-")
