"""Text of others made harmless, and words for lists, near misses and times."""

# What the vendor, a reviewer or a pull request wrote cannot steer a terminal, nor the log of a GitHub job: its runner
# obeys ``::name`` at the beginning of a line of output and ``##[name`` anywhere in it (actions/runner,
# ``src/Runner.Common/ActionCommand.cs``), so that neither may come out of a text of others.

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

_LONGEST: Final = 60

_UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})

# Joiners that ordinary emoji are made of.
_KEPT: Final = frozenset("\u200d\ufe0f")

# Up to the character without which it is no command.
_RUNNER_COMMAND: Final = re.compile(r"^\s*:(?=:)|##\[")

# Controls, direction and invisible characters, halves of characters, which no output can encode, and `##[`.
_UNSAFE_IN_JSON: Final = re.compile(
    "(?<=##)\\[|[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def quoted(value: Any) -> str:
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


def printable(text: str, *, longest: int = _LONGEST) -> str:
    """Return a text cut at ``longest`` characters, with unprintable characters escaped."""
    cut = text[:longest] + ("..." if len(text) > longest else "")
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
    by_form = {_form(candidate): candidate for candidate in words}
    matches = get_close_matches(_form(word[:_LONGEST]), by_form, n=1, cutoff=0.6)
    return by_form[matches[0]] if matches else None


def _form(word: str) -> str:
    return word.strip().lower().replace(" ", "-").replace("_", "-")


def utc_time(seconds: float) -> str:
    """Return a unix time as people read it, to the minute."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        # A number of the vendor's may be no time at all.
        return f"at {seconds}"


def escape_line(text: str) -> str:
    """Return text for a terminal: one line, every control, format or direction character written out."""
    # No character of an unsafe category is printable.
    shown = text if text.isprintable() else "".join(_escape_character(character) for character in text)
    if "::" not in shown and "##[" not in shown:  # hardly any has one, and the expression is slow to say so
        return shown
    return _RUNNER_COMMAND.sub(lambda found: found[0][:-1] + _escaped(found[0][-1]), shown)


def _escape_character(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _UNSAFE_CATEGORIES:
        return character
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character) or f"\\u{ord(character):04x}"


def to_json(document: object) -> str:
    """Return a JSON document in which text stays readable and nothing can steer a terminal."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda found: _escaped(found[0]), text)


def to_json_line(document: object) -> str:
    """Return a JSON document as ``to_json`` does, on one line."""
    text = json.dumps(document, ensure_ascii=False)
    return _UNSAFE_IN_JSON.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
