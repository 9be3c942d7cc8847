"""What is wrong with an account file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import yaml

from reconciler.contract.api import STATUS_CODES
from reconciler.errors import Exit, ReconcilerError, fill
from reconciler.sandbox.model import AccountData, ImageDigest, RowData, Submission
from reconciler.yaml12.problems import place_after, syntax_problem
from reconciler.yaml12.reader import end_of_depth, parser_for


class AccountFileError(ReconcilerError):
    """An account file is no account; ``problems`` has one line each, ``file:line:column`` first where known."""

    exit_code = Exit.INVALID

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems), hint="mend the sandbox account file")
        self.problems = tuple(problems)


# Plain values to an account, every mistake told at once with the place it stands at.


Steps = tuple[str | int, ...]


Locate = Callable[[Steps], str]


_CODE_OF: Final = {str(status): code for code, status in STATUS_CODES.items()}


_ACCOUNT: Final[Mapping[str, type]] = {"uin": str, "individual": bool, "arrears": bool, "signatures": list}


_ROW: Final[Mapping[str, type]] = {
    "sign_id": int,
    "sign_name": str,
    "international": bool,
    "status": str,
    "status_code": int,
    "review_reply": str,
    "create_time": int,
    "region": str,
    "qualification_id": int,
    "qualification_name": str,
    "qualification_status_code": int,
    "filing_incomplete": bool,
    "submitted": dict,
}


_SUBMITTED: Final[Mapping[str, type]] = {
    "sign_type": int,
    "document_type": int,
    "sign_purpose": int,
    "proof_image": dict,
    "commission_image": dict,
    "remark": str,
}


_IMAGE: Final[Mapping[str, type]] = {"sha256": str, "size": int}


_WORDS: Final = {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "a mapping"}


class _Reader:
    def __init__(self, locate: Locate) -> None:
        self._locate = locate
        self.problems: list[str] = []

    def say(self, steps: Steps, problem: str) -> None:
        self.problems.append(f"{self._locate(steps)}: {problem}")

    def mapping(
        self, value: object, steps: Steps, types: Mapping[str, type], needed: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.say(steps, "this is not a mapping - write the fields as `name: value`")
            return {}
        for name in needed:
            if name not in value:
                self.say(steps, f"`{name}` is missing - add it")
        return {name: item for name, item in value.items() if self._fits(name, item, (*steps, name), types)}

    def _fits(self, name: str, item: object, steps: Steps, types: Mapping[str, type]) -> bool:
        if name not in types:
            self.say(steps, f"`{name}` is no field here - known are {', '.join(types)}")
            return False
        wanted = types[name]
        if isinstance(item, wanted) and (wanted is bool or not isinstance(item, bool)):
            return True
        self.say(steps, f"`{name}` is to be {_WORDS[wanted]}{' - put it in quotes' * (wanted is str)}")
        return False


def read_account(plain: object, locate: Locate) -> AccountData:
    """Turn a document's plain values into an account. Raise ``AccountFileError`` with every problem found.

    ``locate`` names the place of a value, given the keys and list positions that lead to it.
    """
    reader = _Reader(locate)
    fields = reader.mapping(plain, (), _ACCOUNT)
    rows = [
        _read_row(reader, row, ("signatures", position)) for position, row in enumerate(fields.pop("signatures", []))
    ]
    _check_unique(reader, rows)
    if reader.problems:
        raise AccountFileError(reader.problems)
    return AccountData(signatures=tuple(RowData(**row) for row in rows), **fields)


def _read_row(reader: _Reader, value: object, steps: Steps) -> dict[str, Any]:
    row = reader.mapping(value, steps, _ROW, needed=("sign_id", "sign_name"))
    if row.get("sign_id", 1) < 1:
        reader.say((*steps, "sign_id"), "`sign_id` is to be a positive number")
    if "status" in row:
        _read_status(reader, row, steps)
    if "submitted" in row:
        row["submitted"] = _read_submitted(reader, row["submitted"], (*steps, "submitted"))
    return row


def _read_status(reader: _Reader, row: dict[str, Any], steps: Steps) -> None:
    word = row.pop("status")
    if "status_code" in row:
        reader.say((*steps, "status"), "both `status` and `status_code` are given - keep one")
    elif word not in _CODE_OF:
        reader.say((*steps, "status"), f"`{word}` is no status - write one of {', '.join(_CODE_OF)}")
    else:
        row["status_code"] = _CODE_OF[word]


def _read_submitted(reader: _Reader, value: object, steps: Steps) -> Submission:
    fields = reader.mapping(value, steps, _SUBMITTED)
    for name in ("proof_image", "commission_image"):
        if name in fields:
            image = reader.mapping(fields[name], (*steps, name), _IMAGE, needed=tuple(_IMAGE))
            fields[name] = ImageDigest(image["sha256"], image["size"]) if len(image) == len(_IMAGE) else None
    return Submission(**fields)


def _check_unique(reader: _Reader, rows: list[dict[str, Any]]) -> None:
    seen: set[int] = set()
    for position, row in enumerate(rows):
        sign_id = row.get("sign_id")
        if sign_id in seen:
            reader.say(("signatures", position, "sign_id"), f"sign_id {sign_id} stands here a second time - remove one")
        elif sign_id is not None:
            seen.add(sign_id)


# A parser's events one by one: unlike its composer they need no stack, however deep the file is nested.


_MAX_DEPTH: Final = 16


_OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)


_CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class _TooDeep(Exception):
    """The file must not be read any further; ``mark`` is where the first level too many begins."""

    def __init__(self, mark: Any) -> None:
        super().__init__()
        self.mark = mark


class Events:
    """The events of one file, from behind the start of the stream. Raise ``yaml.YAMLError`` where there is none."""

    def __init__(self, content: bytes) -> None:
        self._parser = parser_for(content)
        self._depth = 0
        self._parser.get_event()

    def next(self) -> yaml.Event:
        """Return the next event; there is one until the end of the stream was returned. Raise ``_TooDeep``."""
        event = cast("yaml.Event", self._parser.get_event())
        if isinstance(event, _OPENING) and self._depth >= _MAX_DEPTH:
            raise _TooDeep(event.start_mark)
        self._depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        return event

    def skip(self, event: yaml.Event | None = None) -> None:
        """Go past the value that ``event`` begins, or past the list or mapping that was just begun."""
        depth = 1 if event is None else int(isinstance(event, _OPENING))
        while depth:
            inner = self.next()
            depth += isinstance(inner, _OPENING) - isinstance(inner, _CLOSING)


# An account file: YAML with the scalars of the 1.2 core schema, so that a brand called NO stays text.


Position = tuple[int, int]


_MAX_BYTES: Final = 64 * 1024 * 1024


_CORE: Final = (
    (re.compile(r"(?:~|null|Null|NULL|)"), lambda _: None),
    (re.compile(r"(?:true|True|TRUE)"), lambda _: True),
    (re.compile(r"(?:false|False|FALSE)"), lambda _: False),
    # A leading zero is a number in the core schema; a reader would take it for text, so it is left as text.
    (re.compile(r"[-+]?(?:0|[1-9][0-9]{0,18})"), int),
)


def load_account_file(path: Path) -> AccountData:
    """Read an account file. Raise ``AccountFileError`` with ``file:line:column`` for each of its mistakes."""
    return _load(_Document(path), _content(path))


def _load(document: _Document, content: bytes) -> AccountData:
    plain = None
    try:
        plain = document.read(Events(content))
    except _TooDeep as problem:
        document.say_too_deep(_position(problem.mark))
    except yaml.MarkedYAMLError as problem:
        return _load_unreadable(document, problem, content.decode("utf-8-sig", errors="replace"))
    except (yaml.YAMLError, UnicodeError):
        raise AccountFileError([f"{document.path}: is not YAML in UTF-8"]) from None
    if document.problems:
        raise AccountFileError(document.problems)
    if plain is None:
        return AccountData()
    return read_account(plain, lambda steps: document.place(document.positions[steps]))


def _load_unreadable(document: _Document, problem: yaml.MarkedYAMLError, text: str) -> AccountData:
    """Raise what is wrong, in words that are the same for every release of the parser."""
    end = end_of_depth(text, problem, _MAX_DEPTH)
    if end is not None and end < len(text):
        return _load(_Document(document.path), text[:end].encode())
    if end is not None:
        document.say_too_deep(place_after(text[:-1]))
        raise AccountFileError(document.problems)
    told = syntax_problem(problem, text)
    where = document.place((told.line, told.column))
    message, hint = (fill(template, told.rule.params) for template in (told.rule.text, told.rule.hint))
    raise AccountFileError([f"{where}: is not YAML: {message} - {hint}"])


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
        self.path = path
        self.positions: dict[Steps, Position] = {}
        self.problems: list[str] = []

    def place(self, position: Position) -> str:
        line, column = position
        return f"{self.path}:{line}:{column}"

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

    def say_too_deep(self, position: Position) -> None:
        """Say that the file is nested too deep, last of all, since nothing behind it is read."""
        self.problems.append(f"{self.place(position)}: this is nested too deep for an account")

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
