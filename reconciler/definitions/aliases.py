"""Anchors and aliases. An alias may stand for a single value only, so that nothing can be multiplied by naming it."""

from __future__ import annotations

from typing import Final

from reconciler.definitions.bounds import MAX_ALIASED_CHARS
from reconciler.definitions.scalars import Scalar

Trouble = tuple[str, str]
"""What is wrong with an alias, and the mend."""

_UNKNOWN: Final = ("the alias names an anchor that does not stand before it", "write the value out")
_CONTAINER: Final = ("the alias stands for a mapping or a list", "an alias may stand for a single value; write it out")
_TOO_MUCH: Final = ("the aliases of this file stand for more text than is read", "write the values out, shorter")


class Anchors:
    """The anchors of one file so far, and how much text their aliases have stood for."""

    def __init__(self) -> None:
        self._values: dict[str, Scalar] = {}
        self._containers: set[str] = set()
        self._used_chars = 0

    def define(self, name: str, value: Scalar) -> None:
        """Remember a single value; a later anchor of the same name replaces an earlier one."""
        self._values[name] = value
        self._containers.discard(name)

    def define_container(self, name: str) -> None:
        """Remember that a name stands for a mapping or a list."""
        self._containers.add(name)

    def use(self, name: str) -> tuple[Scalar, Trouble | None]:
        """Return the value that an alias stands for, or what is wrong with it."""
        if name in self._containers:
            return None, _CONTAINER
        if name not in self._values:
            return None, _UNKNOWN
        value = self._values[name]
        self._used_chars += len(value) if isinstance(value, str) else 1
        if self._used_chars > MAX_ALIASED_CHARS:
            return None, _TOO_MUCH
        return value, None
