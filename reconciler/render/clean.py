"""Text of others made harmless: what the vendor, a reviewer or a pull request wrote cannot steer a terminal.

Nor the log of a GitHub job: its runner obeys ``::name`` at the beginning of a line of output and ``##[name`` anywhere
in it (actions/runner, ``src/Runner.Common/ActionCommand.cs``), so that neither may come out of a text of others.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final

_UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})
_KEPT: Final = frozenset("\u200d\ufe0f")
"""Joiners that ordinary emoji are made of."""

_RUNNER_COMMAND: Final = re.compile(r"^\s*:(?=:)|##\[")
"""Up to the character without which it is none."""

_UNSAFE_IN_JSON: Final = re.compile(
    "(?<=##)\\[|[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Controls, direction and invisible characters, halves of characters, which no output can encode, and ``##[``."""


def one_line(text: str) -> str:
    """Return text for a terminal: one line, every control, format or direction character written out."""
    # No character of an unsafe category is printable.
    shown = text if text.isprintable() else "".join(_shown(character) for character in text)
    if "::" not in shown and "##[" not in shown:  # hardly any has one, and the expression is slow to say so
        return shown
    return _RUNNER_COMMAND.sub(lambda found: found[0][:-1] + _escaped(found[0][-1]), shown)


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _UNSAFE_CATEGORIES:
        return character
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character) or f"\\u{ord(character):04x}"


def to_json(document: object) -> str:
    """Return a JSON document in which text stays readable and nothing can steer a terminal."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
