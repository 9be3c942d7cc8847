"""An account file: YAML with the scalars of the 1.2 core schema, so that a brand called NO stays text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from reconciler.sandbox.data import AccountData
from reconciler.sandbox.seed.events import Events
from reconciler.sandbox.seed.problems import AccountFileError
from reconciler.sandbox.seed.reading import Steps, read_account

Position = tuple[int, int]

_MAX_BYTES: Final = 64 * 1024 * 1024
_MAX_DEPTH: Final = 16
_CORE: Final = (
    (re.compile(r"(?:~|null|Null|NULL|)"), lambda _: None),
    (re.compile(r"(?:true|True|TRUE)"), lambda _: True),
    (re.compile(r"(?:false|False|FALSE)"), lambda _: False),
    # A leading zero is a number in the core schema; a reader would take it for text, so it is left as text.
    (re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})"), int),
)


def load_account_file(path: Path) -> AccountData:
    """Read an account file. Raise ``AccountFileError`` with ``file:line:column`` for each of its mistakes."""
    document = _Document(path)
    try:
        with Events(_content(path)) as events:
            plain = document.read(events)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = document.place(_position(mark)) if mark else str(path)
        raise AccountFileError([f"{where}: is not YAML: {problem.problem}"]) from None
    except (yaml.YAMLError, UnicodeError):
        raise AccountFileError([f"{path}: is not YAML in UTF-8"]) from None
    if document.problems:
        raise AccountFileError(document.problems)
    if plain is None:
        return AccountData()
    return read_account(plain, lambda steps: document.place(document.positions[steps]))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as problem:
        raise AccountFileError([f"{path}: cannot be read ({problem.strerror})"]) from None
    if len(content) > _MAX_BYTES:
        raise AccountFileError([f"{path}: is larger than {_MAX_BYTES} bytes"])
    return content


class _Document:
    """Plain values out of events, with the place of each; ``problems`` are those of the YAML itself."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.positions: dict[Steps, Position] = {}
        self.problems: list[str] = []

    def place(self, position: Position) -> str:
        line, column = position
        return f"{self._path}:{line}:{column}"

    def read(self, events: Events) -> Any:  # a YAML value is of any type
        event = events.next()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        plain = self._value(events, events.next(), ())
        events.next()
        event = events.next()
        if not isinstance(event, yaml.StreamEndEvent):
            self._say(event, "a second document begins here - keep one")
        return plain

    def _value(self, events: Events, event: yaml.Event, steps: Steps) -> Any:  # as above
        self.positions[steps] = _position(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.AliasEvent):
            self._say(event, "an alias stands here - write out what it stands for")
        elif len(steps) >= _MAX_DEPTH:
            self._say(event, "this is nested too deep for an account")
            events.skip()
        elif isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, steps)
        else:
            return self._mapping(events, steps)
        return None

    def _sequence(self, events: Events, steps: Steps) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := events.next(), yaml.SequenceEndEvent):
            items.append(self._value(events, event, (*steps, len(items))))
        return items

    def _mapping(self, events: Events, steps: Steps) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        while not isinstance(key := events.next(), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                self._say(key, "a key is to be plain text")
                events.skip(key)
                events.skip(events.next())
                continue
            if key.value in pairs:
                self._say(key, f"`{key.value}` stands here a second time - remove one")
            below = (*steps, key.value)
            pairs[key.value] = self._value(events, events.next(), below)
            self.positions[below] = _position(key.start_mark)
        return pairs

    def _say(self, event: yaml.Event, problem: str) -> None:
        self.problems.append(f"{self.place(_position(event.start_mark))}: {problem}")


def _position(mark: Any) -> Position:  # libyaml's marks and PyYAML's own share no type
    return mark.line + 1, mark.column + 1


def _scalar(event: yaml.ScalarEvent) -> str | int | bool | None:
    text: str = event.value
    if event.style:
        return text
    for pattern, convert in _CORE:
        if pattern.fullmatch(text):
            return convert(text)
    return text
