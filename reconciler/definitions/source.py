"""Reads one definition file: its text within bounds, then its YAML. It never waits for a pipe or a device."""

import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from reconciler.definitions import messages
from reconciler.definitions.discover import SourceFile, find_root
from reconciler.diagnostics import Diagnostic, Location, Message
from reconciler.errors import check_open_files, system_words
from reconciler.files import open_plain
from reconciler.text import quoted
from reconciler.yaml12.mistakes import CONFLICT_SIGNS, TextLines, conflict_markers, lookalikes, mistakes
from reconciler.yaml12.nodes import Positions
from reconciler.yaml12.problems import Place, Problem, place_after, too_many_blank_lines, unsupported_directive
from reconciler.yaml12.reader import Tree, build_tree

# Largest definition file.
MAX_FILE_BYTES: Final = 40 * 1024 * 1024

# Most characters in all files of one run together.
MAX_RUN_CHARS: Final = 64 * 1024 * 1024

# The same for a run on a pull request, whose files anybody may have written: about 27,000 signatures, 10 s of work.
MAX_PULL_REQUEST_CHARS: Final = 8 * 1024 * 1024

# Codes of problems that characters which look like others may explain.
_SYNTAX: Final = frozenset({"yaml-syntax", "yaml-unsupported"})

_SECTIONS: Final = ("account", "state", "signatures")

# Most places of a file that are looked at for what was typed by mistake.
_MOST_ODD: Final = 100

_MEBI: Final = 1024 * 1024

# Fields that a number may be written into without quotes.
_TEXTS: Final = ("sign_name", "remark")
_IDS: Final = ("sign_id", "qualification_id")
_BEYOND_IDS: Final = 2.0**63
_NUMBER: Final = re.compile(r"[-+.0-9eE]+")
_LEADING_ZEROS: Final = re.compile("[-+]?0[0-9]+")

# What YAML 1.2 does not print, and the line ends of YAML 1.1 that editors do not count as such.
_UNSUPPORTED: Final = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"

_PLAIN: Final = bytes((*b"\t\n\r", *range(0x20, 0x7F)))

_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")

_UTF8_MARK: Final = "\ufeff"


class DefinitionFile(NamedTuple):
    """One file that could be read to its end and is a mapping.

    ``name`` is the file as locations name it, ``problems`` are those of its YAML that did not end the reading, ``end``
    is the place behind its last character.
    """

    path: Path
    name: str
    text: str
    data: dict[str, Any]
    positions: Positions
    place: Place
    problems: tuple[Diagnostic, ...]
    end: Place

    @property
    def signatures(self) -> dict[str, Any]:
        """The signatures by key, right or wrong."""
        section = self.data.get("signatures")
        return section if isinstance(section, dict) else {}

    def key_at(self, mapping: Mapping[str, Any], key: str) -> Location:
        """Return the place of a key."""
        return self.at(self.positions.key(mapping, key))

    def value_at(self, mapping: Mapping[str, Any], key: str) -> Location:
        """Return the place of the value of a key."""
        return self.at(self.positions.value(mapping, key))

    def at(self, place: Place) -> Location:
        """Return a place of this file."""
        return Location(self.name, *min(place, self.end))


class FieldPlaces(Mapping[str, Location]):
    """The place of each field that a signature writes out, looked up only where a message needs it."""

    __slots__ = ("_fields", "_file")

    def __init__(self, file: DefinitionFile, fields: Mapping[str, Any]) -> None:
        self._file, self._fields = file, fields

    def __getitem__(self, field: str) -> Location:
        if field not in self._fields:
            raise KeyError(field)
        return self._file.value_at(self._fields, field)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def read_all(sources: Sequence[SourceFile], root: Path) -> tuple[list[DefinitionFile], list[Diagnostic]]:
    """Read the files of a run, up to its bound: those that could be read, and every problem of reading any."""
    files: list[DefinitionFile] = []
    problems: list[Diagnostic] = []
    characters, most = 0, most_characters()
    for source in sources:
        if characters > most:
            rule = messages.RUN_TOO_LARGE.given(limit=most // _MEBI)
            problems.append(Problem(1, 1, rule).within(source.name))
            continue
        text = read_text(source.path, root)
        if isinstance(text, Problem):
            problems.append(text.within(source.name))
            continue
        characters += len(text)
        # On a pull request the file that goes over the bound is left out as well; elsewhere its owner is
        # the one who waits.
        if characters > most and most < MAX_RUN_CHARS:
            problems.append(Problem(1, 1, messages.RUN_TOO_LARGE.given(limit=most // _MEBI)).within(source.name))
            continue
        found = read(source, text)
        if isinstance(found, DefinitionFile):
            files.append(found)
            problems += found.problems
        else:
            problems += found
    return files, problems


def most_characters() -> int:
    """Return how many characters the files of this run may hold together; fewer on a pull request."""
    on_pull_request = os.environ.get("GITHUB_EVENT_NAME", "").startswith("pull_request")
    return MAX_PULL_REQUEST_CHARS if on_pull_request else MAX_RUN_CHARS


def read(source: SourceFile, text: str) -> DefinitionFile | list[Diagnostic]:
    """Return a text as a definition file, or everything that is wrong with it where it is none."""
    refused = unsupported_directive(text) or too_many_blank_lines(text)
    if refused is not None:
        return [refused.within(source.name)]
    # Whatever else is wrong follows from both sides being there.
    if any(sign in text for sign in CONFLICT_SIGNS) and (marks := conflict_markers(text)):
        return [mark.within(source.name) for mark in marks]
    tree = build_tree(text)
    end = _end(text)
    found = _before(end, _named(tree, text))
    problems = [problem.within(source.name) for problem in found]
    if not tree.complete:
        return problems
    if not isinstance(tree.data, dict):
        return [*problems, Problem(*min(tree.place, end), _not_a_mapping(tree)).within(source.name)]
    return DefinitionFile(source.path, source.name, text, tree.data, tree.positions, tree.place, tuple(problems), end)


def _named(tree: Tree, text: str) -> Sequence[Problem]:
    """Return the problems of a tree; where what was typed by mistake explains them, that in their place."""
    odd = list(islice(_odd_places(tree), _MOST_ODD)) if tree.complete else []
    if tree.complete and not odd:
        return tree.problems
    syntax = [problem for problem in tree.problems if problem.code in _SYNTAX]
    last = syntax[-1] if syntax and not tree.complete else None
    wide, typed = lookalikes(text), mistakes(TextLines(text), last, [line for line, _ in odd])
    # A syntax error is what such a mistake leads to, so it would only hide the cause.
    hidden = {id(problem) for problem in (syntax if wide else (last,) if typed else ())}
    return [*wide, *typed, *(problem for problem in tree.problems if id(problem) not in hidden)]


def _odd_places(tree: Tree) -> Iterator[Place]:
    """Yield where something went wrong with keys: a text where a mapping belongs, or a key that no key is like."""
    data, positions = tree.data, tree.positions
    if isinstance(data, str):
        yield tree.place
    if not isinstance(data, dict):
        return
    signatures = data.get("signatures")
    fields = signatures.values() if isinstance(signatures, dict) else ()
    yield from (positions.value(data, name) for name in _SECTIONS if isinstance(data.get(name), str))
    if isinstance(signatures, dict):
        yield from (positions.value(signatures, key) for key, value in signatures.items() if isinstance(value, str))
    mappings = [each for each in (data, *(data.get(name) for name in _SECTIONS), *fields) if isinstance(each, dict)]
    # Of many signatures' keys there are hardly more than the fields' names, and none of those is odd.
    if any(map(_is_odd, set().union(*mappings))):
        yield from (positions.key(mapping, key) for mapping in mappings for key in mapping if _is_odd(key))


def _is_odd(key: str) -> bool:
    return not key.isascii() or ":" in key or "=" in key


def _not_a_mapping(tree: Tree) -> Message:
    return messages.FILE_EMPTY if tree.empty or tree.data is None else messages.NOT_A_MAPPING


def _before(end: Place, problems: Sequence[Problem]) -> Iterator[Problem]:
    # At the end libyaml counts a line more where the last one has no line break.
    for problem in problems:
        line, column = min((problem.line, problem.column), end)
        yield Problem(line, column, problem.rule)


def _end(text: str) -> Place:
    """Return the place behind a text, without cutting a large one into its lines."""
    line_ends = text.count("\n") + text.count("\r") - text.count("\r\n")
    return line_ends + 1, len(text) - max(text.rfind("\n"), text.rfind("\r"))


def leading_zeros(file: DefinitionFile) -> Iterator[Diagnostic]:
    """Yield a warning for each text without quotes that the YAML 1.2 core schema and editors read as a number.

    ``0123`` is text here, so that a brand of that name needs no quotes.
    """
    lines: list[str] = []
    for key, fields in file.signatures.items():
        for name in _TEXTS if isinstance(fields, dict) else ():
            value = fields.get(name)
            if not isinstance(value, str) or not _LEADING_ZEROS.fullmatch(value):
                continue
            lines = lines or file.text.splitlines()
            line, column = file.positions.value(fields, name)
            if lines[line - 1].startswith(value, column - 1):
                rule = messages.TEXT_WITH_ZEROS.given(field=name, written=quoted(value), raw=value)
                yield Diagnostic(file.at((line, column)), rule, key)


def whole_floats(file: DefinitionFile) -> Iterator[Diagnostic]:
    """Yield a warning for each id that is spelt as no integer is, such as ``1e3``: JSON Schema takes 1000.0 for one."""
    lines: list[str] = []
    for key, fields in file.signatures.items():
        for name in _IDS if isinstance(fields, dict) else ():
            value = fields.get(name)
            if not isinstance(value, float) or not (0 < value < _BEYOND_IDS and value.is_integer()):
                continue
            lines = lines or file.text.splitlines()
            line, column = file.positions.value(fields, name)
            found = _NUMBER.match(lines[line - 1], column - 1)
            written = found[0] if found is not None else str(value)
            rule = messages.WHOLE_FLOAT.given(field=name, value=written, number=int(value))
            yield Diagnostic(file.at((line, column)), rule, key)


def read_text(path: Path, root: Path) -> str | Problem:
    """Return the text of a file without its byte order mark. ``root``: a link that leads out of it is refused."""
    real = Path(os.path.realpath(path))
    # A file that was named elsewhere than in the root has a repository or folder of its own to stay in.
    if not real.is_relative_to(root if path.is_relative_to(root) else find_root(path)):
        return Problem(1, 1, messages.OUTSIDE_ROOT)
    try:
        data = _read_bytes(real)
    except OSError as error:
        return Problem(1, 1, _unreadable(error))
    return Problem(1, 1, data) if isinstance(data, Message) else _decode(data)


def _unreadable(error: OSError) -> Message:
    check_open_files(error)
    if isinstance(error, FileNotFoundError):
        return messages.LINK_DANGLING
    if error.errno == errno.ELOOP:
        return messages.LINK_LOOP
    if error.errno == errno.EINVAL:
        return messages.NOT_REGULAR
    return messages.FILE_UNREADABLE.given(reason=system_words(error))


def _read_bytes(real: Path) -> bytes | Message:
    with os.fdopen(open_plain(real), "rb") as file:
        # The size may grow while it is read, so what was read decides.
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        return messages.FILE_TOO_LARGE.given(limit=MAX_FILE_BYTES // _MEBI)
    return data


def _decode(data: bytes) -> str | Problem:
    if data.startswith(_UTF16_MARKS) or data[:2].count(0) == 1:
        return Problem(1, 1, messages.WIDE_ENCODING)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix(_UTF8_MARK)
        return Problem(*place_after(before), messages.NOT_UTF8.given(byte=f"{data[error.start]:02x}"))
    text = text.removeprefix(_UTF8_MARK)
    # Most of a file is plain characters, which are passed over ten times as fast this way.
    unusual = data.translate(None, delete=_PLAIN)
    return (_unsupported_character(text) if unusual else None) or text


def _unsupported_character(text: str) -> Problem | None:
    match = re.search(_UNSUPPORTED, text)
    if match is None:
        return None
    rule = messages.CHARACTER.given(character=f"U+{ord(match[0]):04X}")
    return Problem(*place_after(text[: match.start()]), rule)
