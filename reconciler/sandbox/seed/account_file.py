"""An account file: YAML with the scalars of the 1.2 core schema, so that a brand called NO stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from reconciler.sandbox.data import AccountData
from reconciler.sandbox.seed.problems import AccountFileError
from reconciler.sandbox.seed.reading import Steps, read_account

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
    node = _compose(path)
    if node is None:
        return AccountData()
    marks: dict[Steps, yaml.Mark] = {}
    problems: list[str] = []
    plain = _Builder(path, marks, problems).build(node, ())
    if problems:
        raise AccountFileError(problems)
    return read_account(plain, lambda steps: _place(path, marks[steps]))


def _compose(path: Path) -> yaml.Node | None:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as problem:
        raise AccountFileError([f"{path}: cannot be read ({problem.strerror})"]) from None
    if len(content) > _MAX_BYTES:
        raise AccountFileError([f"{path}: is larger than {_MAX_BYTES} bytes"])
    try:
        node: yaml.Node | None = yaml.compose(content, Loader=_Loader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = _place(path, mark) if mark else str(path)
        raise AccountFileError([f"{where}: is not YAML: {problem.problem}"]) from None
    except (yaml.YAMLError, RecursionError, UnicodeError):
        raise AccountFileError([f"{path}: is not YAML in UTF-8"]) from None
    return node


class _Loader(yaml.CBaseLoader):
    """libyaml's composer without any resolver: every scalar arrives as written."""


def _place(path: Path, mark: yaml.Mark) -> str:
    return f"{path}:{mark.line + 1}:{mark.column + 1}"


class _Builder:
    def __init__(self, path: Path, marks: dict[Steps, yaml.Mark], problems: list[str]) -> None:
        self._path = path
        self._marks = marks
        self._problems = problems
        self._built: set[int] = set()

    def build(self, node: yaml.Node, steps: Steps) -> Any:  # a YAML value is of any type
        self._marks[steps] = node.start_mark
        if id(node) in self._built:
            # an alias composes to the very node it names, which may even hold it
            self._say(node, "an alias of this stands elsewhere in the file - write it out there")
            return None
        self._built.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*steps, position)) for position, item in enumerate(node.value)]
        return dict(self._pairs(node, steps))

    def _pairs(self, node: yaml.Node, steps: Steps) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._say(key, "a key is to be plain text")
            elif key.value in seen:
                self._say(key, f"`{key.value}` stands here a second time - remove one")
            else:
                seen.add(key.value)
                yield key.value, self.build(value, (*steps, key.value))
                self._marks[(*steps, key.value)] = key.start_mark

    def _say(self, node: yaml.Node, problem: str) -> None:
        self._problems.append(f"{_place(self._path, node.start_mark)}: {problem}")


def _scalar(node: yaml.ScalarNode) -> str | int | bool | None:
    text: str = node.value
    if node.style:
        return text
    for pattern, convert in _CORE:
        if pattern.fullmatch(text):
            return convert(text)
    return text
