"""The text of one definition file, or why there is none. A pipe or device is told, never waited for."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reconciler.definitions.discover import SourceFile, find_root, leads_outside
from reconciler.diagnostics import Diagnostic, Location, Severity
from reconciler.yaml12.problems import (
    MAX_FILE_BYTES,
    MAX_PROBLEMS,
    MAX_RUN_CHARS,
    Problem,
    place_after,
    refused_directive,
    too_many_problems,
)
from reconciler.yaml12.reader import Tree, build_tree

# O_NONBLOCK: opening a pipe without a writer would wait for one. O_NOCTTY: a terminal must not become ours.
_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NOCTTY


# What YAML 1.2 does not print, and the line ends of YAML 1.1 that editors do not count as such.
_REFUSED: Final = "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"


_PLAIN: Final = bytes((*b"\t\n\r", *range(0x20, 0x7F)))


_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


_UTF8_MARK: Final = "\ufeff"


def read_text(path: Path, root: Path) -> str | Problem:
    """Return the text of a file without its byte order mark. ``root``: a link that leads out of it is refused."""
    real = Path(os.path.realpath(path))
    # A file that was named elsewhere than in the root has a repository or folder of its own to stay in.
    if not real.is_relative_to(root if path.is_relative_to(root) else find_root(path)):
        return leads_outside()
    try:
        data = _read_bytes(real)
    except OSError as error:
        return _unreadable(error)
    return data if isinstance(data, Problem) else _decode(data)


def _unreadable(error: OSError) -> Problem:
    if isinstance(error, FileNotFoundError):
        return Problem(
            1, 1, "file-missing", "there is no such file", "check where the link leads, or name another file"
        )
    if error.errno == errno.ELOOP:
        return Problem(1, 1, "file-unreadable", "its links lead in a circle", "put the file itself here")
    return Problem(1, 1, "file-unreadable", f"the file cannot be read: {error.strerror}", "give the right to read it")


def _read_bytes(real: Path) -> bytes | Problem:
    descriptor = os.open(real, _FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return Problem(1, 1, "file-not-regular", "this is no regular file", "name a YAML file or a folder")
        # The size may grow while it is read, so what was read decides.
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // (1024 * 1024)
        return Problem(1, 1, "file-too-large", f"the file is larger than {limit} MiB", "split it into several files")
    return data


def _decode(data: bytes) -> str | Problem:
    if data.startswith(_UTF16_MARKS) or data[:2].count(0) == 1:
        return Problem(1, 1, "file-encoding", "the file is UTF-16 or UTF-32, not UTF-8", "save it as UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix(_UTF8_MARK)
        line, column = place_after(before)
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8"
        return Problem(line, column, "file-encoding", message, "save the file as UTF-8")
    text = text.removeprefix(_UTF8_MARK)
    # Most of a file is plain characters, which are passed over ten times as fast this way.
    unusual = data.translate(None, delete=_PLAIN)
    return (_refused_character(text) if unusual else None) or text


def _refused_character(text: str) -> Problem | None:
    match = re.search(_REFUSED, text)
    if match is None:
        return None
    line, column = place_after(text[: match.start()])
    message = f"the character U+{ord(match[0]):04X} does not belong into a definition file"
    return Problem(line, column, "yaml-character", message, "delete it; an editor may not show it")


# A definition file after reading: its data, its marks, and what was wrong with it so far.


@dataclass(slots=True)
class ParsedFile:
    """One file of a run. ``text`` and ``tree`` are missing where the file cannot be read at all.

    ``faulty_keys`` are the signatures with errors, ``faulty_sections`` the top-level sections with errors.
    ``full``: no more problems are looked for.
    """

    source: SourceFile
    text: str = ""
    tree: Tree | None = None
    problems: list[Problem] = field(default_factory=list)
    faulty_keys: set[str] = field(default_factory=set)
    faulty_sections: set[str] = field(default_factory=set)
    full: bool = False

    @property
    def readable(self) -> bool:
        """Whether the whole file was read and is a mapping, so that what it lacks is known to be missing."""
        return self.tree is not None and self.tree.complete and isinstance(self.tree.data, dict)

    def section(self, name: str) -> Any:
        """Return a top-level section, ``None`` where the file has none or cannot be read."""
        return self.tree.data.get(name) if self.tree is not None and self.readable else None

    @property
    def ambiguous(self) -> bool:
        """Whether the YAML itself is at fault somewhere, so that what the file means is not certain."""
        return self.tree is not None and bool(self.tree.problems)

    def signatures(self) -> dict[str, Any]:
        """Return the signatures by key, right or wrong."""
        section = self.section("signatures")
        return section if isinstance(section, dict) else {}

    def told(self) -> set[tuple[int, int]]:
        """Return the places of which something was said already."""
        return {(problem.line, problem.column) for problem in self.problems}

    def places(self, mapping: dict[str, Any], key: str) -> set[tuple[int, int]]:
        """Return the places of a key of this file and of its value."""
        assert self.tree is not None  # noqa: S101  # a file with a mapping was read
        return {self.tree.marks.key(mapping, key), self.tree.marks.value(mapping, key)}

    def key_place(self, mapping: dict[str, Any], key: str) -> Location:
        """Return the place of a key of this file."""
        assert self.tree is not None  # noqa: S101  # a file with a mapping was read
        return Location(self.source.shown, *self.tree.marks.key(mapping, key))

    def overflows(self, key: str) -> bool:
        """Whether the file has its fill of problems, so that no more are to be looked for from this signature on."""
        if not self.full and len(self.problems) >= MAX_PROBLEMS:
            self.full = True
            place = self.key_place(self.signatures(), key)
            self.problems.append(too_many_problems(place.line, place.column))
        return self.full

    def diagnostics(self) -> list[Diagnostic]:
        """Return the problems with the file's name, by place."""
        problems = self.problems
        if problems and self.text:
            end = place_after(self.text)
            problems = [_not_behind(end, problem) for problem in problems]
        ordered = sorted(problems, key=lambda problem: (problem.line, problem.column))
        return [problem.within(self.source.shown) for problem in ordered]

    def refuse(self, key: str, problem: Problem) -> None:
        """Add a problem of one signature; an error means that the signature is not handed on."""
        self.problems.append(problem)
        if problem.severity is Severity.ERROR:
            self.faulty_keys.add(key)


def _not_behind(end: tuple[int, int], problem: Problem) -> Problem:
    # At the end libyaml counts a line more where the last one has no line break.
    line, column = min((problem.line, problem.column), end)
    return problem._replace(line=line, column=column)


def parse_file(source: SourceFile, root: Path) -> ParsedFile:
    """Read one file into data. Whatever is wrong is among its problems."""
    text = read_text(source.path, root)
    if isinstance(text, Problem):
        return ParsedFile(source, problems=[text])
    directive = refused_directive(text)
    if directive is not None:
        return ParsedFile(source, problems=[directive])
    tree = build_tree(text)
    parsed = ParsedFile(source, text, tree, list(tree.problems))
    if tree.complete and not isinstance(tree.data, dict):
        parsed.problems.append(_no_mapping(tree))
    return parsed


def refused_file(source: SourceFile) -> ParsedFile:
    """Return a file that is not read because the files before it hold all that one run reads."""
    message = f"the files before this one hold more than {MAX_RUN_CHARS // (1024 * 1024)} Mi characters"
    problem = Problem(1, 1, "run-too-large", message, "name fewer files in one run")
    return ParsedFile(source, problems=[problem])


def _no_mapping(tree: Tree) -> Problem:
    if tree.empty or tree.data is None:
        return Problem(*tree.place, "file-empty", "the file defines nothing", "begin with `version: 1`")
    message = "the file is not a mapping"
    return Problem(*tree.place, "top-level", message, "begin with `version: 1`, `account:` and `signatures:`")
