"""A definition file after reading: its data, its marks, and what was wrong with it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.definitions.bounds import MAX_PROBLEMS, MAX_RUN_CHARS
from reconciler.definitions.directives import refused_directive
from reconciler.definitions.discover import SourceFile
from reconciler.definitions.problem import Problem, place_after, too_many_problems
from reconciler.definitions.read_file import read_text
from reconciler.definitions.tree import Tree, build_tree
from reconciler.model.source import Diagnostic, Location, Severity


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
