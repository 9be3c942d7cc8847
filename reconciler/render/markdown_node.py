"""A value of a JSON document that nobody vouches for, taken as what it must be or refused with its place."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from reconciler.errors import Refusal
from reconciler.model.signature import FieldValue, Image

Word = TypeVar("Word", bound=StrEnum)

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_LARGEST: Final = 2**63


class Node(NamedTuple):
    """A value and the place where it stands. Every method raises Refusal where the value is something else."""

    data: object
    path: str = "document"

    def refused(self, why: str) -> Refusal:
        """Return the refusal to raise. It says the place and never the value."""
        return Refusal(f"{self.path} {why}", hint="hand over what --format json of this version printed")

    def at(self, name: str) -> Node:
        """Return the value below a name that must be there."""
        found = self._table().get(name, self)
        if found is self:
            raise self.refused(f"lacks {name}")
        return Node(found, f"{self.path}.{name}")

    def maybe(self, name: str) -> Node | None:
        """Return the value below a name, ``None`` where there is none or it is null."""
        found = self._table().get(name)
        return Node(found, f"{self.path}.{name}") if found is not None else None

    def items(self, name: str) -> list[Node]:
        """Return the values of a list, none where the list is not there."""
        node = self.maybe(name)
        if node is None:
            return []
        if not isinstance(node.data, list):
            raise node.refused("is not a list")
        return [Node(item, f"{node.path}[{number}]") for number, item in enumerate(node.data)]

    def text(self) -> str:
        """Return the value as text."""
        if not isinstance(self.data, str):
            raise self.refused("is not text")
        return self.data

    def text_or_empty(self, name: str) -> str:
        """Return the text below a name, an empty one where there is none."""
        node = self.maybe(name)
        return node.text() if node is not None else ""

    def text_or_number(self) -> str:
        """Return the value as text, also where it is a number."""
        return self.data if isinstance(self.data, str) else str(self.number())

    def key(self) -> str:
        """Return the value as the key of a definition."""
        if not _KEY.fullmatch(self.text()):
            raise self.refused("is not a key of a signature")
        return self.text()

    def number(self) -> int:
        """Return the value as a whole number of at most 63 bits."""
        if not isinstance(self.data, int) or isinstance(self.data, bool) or abs(self.data) >= _LARGEST:
            raise self.refused("is not a whole number")
        return self.data

    def flag(self) -> bool:
        """Return the value as true or false."""
        if not isinstance(self.data, bool):
            raise self.refused("is not true or false")
        return self.data

    def word(self, words: type[Word]) -> Word:
        """Return the value as one of an enumeration's words."""
        try:
            return words(self.text())
        except ValueError:
            raise self.refused(f"is none of {', '.join(words)}") from None

    def value(self) -> FieldValue:
        """Return the value of a definition's field."""
        match self.data:
            case None:
                return None
            case bool() | str():
                return self.data
            case int():
                return self.number()
            case dict():
                return self._image()
            case _:
                raise self.refused("is no value that a field can have")

    def _image(self) -> Image:
        sha256, file, form = (self.at(name).text() for name in ("sha256", "file", "format"))
        size, width, height = (self.at(name).number() for name in ("bytes", "width", "height"))
        return Image(sha256, file, size, width, height, form)

    def _table(self) -> dict[object, object]:
        if not isinstance(self.data, dict):
            raise self.refused("is not an object")
        return self.data
