"""libyaml's events one by one: unlike its composer they need no stack, however deep the file is nested."""

from __future__ import annotations

from types import TracebackType
from typing import Self, cast

import yaml

_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class Events:
    """The events of one file, from behind the start of the stream. Raise ``yaml.YAMLError`` where there is none."""

    def __init__(self, content: bytes) -> None:
        self._parser = yaml.CBaseLoader(content)

    def __enter__(self) -> Self:
        self._parser.get_event()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parser.dispose()

    def next(self) -> yaml.Event:
        """Return the next event; there is one until the end of the stream was returned."""
        return cast("yaml.Event", self._parser.get_event())

    def skip(self, event: yaml.Event | None = None) -> None:
        """Go past the value that ``event`` begins, or past the list or mapping that was just begun."""
        depth = 1 if event is None else int(isinstance(event, _OPENING))
        while depth:
            inner = self.next()
            depth += isinstance(inner, _OPENING) - isinstance(inner, _CLOSING)
