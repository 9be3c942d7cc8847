"""From paths to checked definitions, in the order in which the rest of the package is to be read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.definitions.agreement import as_account, require_account, settle, site_of
from reconciler.definitions.bounds import MAX_RUN_CHARS
from reconciler.definitions.declared import NamedImage, declared_in, images_of_faulty
from reconciler.definitions.discover import Discovery, SourceFile, discover
from reconciler.definitions.duplicates import check_duplicates
from reconciler.definitions.file_check import check_file
from reconciler.definitions.parsed import ParsedFile, parse_file, refused_file
from reconciler.definitions.root import find_root
from reconciler.model.signature import Account, Declared
from reconciler.model.source import Diagnostic, Severity


class Definitions(NamedTuple):
    """What the files of a run define. ``signatures`` holds those without errors, in the order of the files.

    ``root`` is absolute, ``files`` are the files read, ``shown`` the names by which locations call
    the paths of the run, in order, ``branch`` is the state branch. ``account`` and ``branch`` are
    ``None`` where missing or wrong. ``diagnostics`` are ordered by file, line and column. ``faulty_images`` are those
    that signatures with errors name.
    """

    root: Path
    files: tuple[Path, ...]
    shown: tuple[str, ...]
    account: Account | None
    branch: str | None
    signatures: tuple[Declared, ...]
    diagnostics: tuple[Diagnostic, ...]
    faulty_images: tuple[NamedImage, ...]

    @property
    def valid(self) -> bool:
        """Whether there is no error; warnings do not count."""
        return all(diagnostic.severity is not Severity.ERROR for diagnostic in self.diagnostics)


def load_definitions(paths: Sequence[str], *, cwd: Path) -> Definitions:
    """Read and check the definitions below ``paths``, which are relative to ``cwd``.

    Nothing that a file holds, and no path, makes it raise: every problem is among the diagnostics.
    """
    found = discover(paths, cwd=cwd)
    root = find_root(_first(paths, cwd))
    return _check(root, found, list(_parse_all(found.files, root)))


def _first(paths: Sequence[str], cwd: Path) -> Path:
    return cwd / paths[0] if paths and os.path.lexists(cwd / paths[0]) else cwd


def _parse_all(sources: Sequence[SourceFile], root: Path) -> Iterator[ParsedFile]:
    read = 0
    for source in sources:
        file = parse_file(source, root) if read <= MAX_RUN_CHARS else refused_file(source)
        read += len(file.text)
        yield file


def _check(root: Path, found: Discovery, files: list[ParsedFile]) -> Definitions:
    account = settle("account", files)
    state = settle("state", files)
    if not found.problems:
        require_account(files)
    for file in files:
        check_file(file, site_of(account))
    check_duplicates(files)
    return Definitions(
        root=root,
        files=tuple(file.source.path for file in files),
        shown=tuple(found.order),
        account=as_account(account) if account and _holds("account", files) else None,
        branch=state["branch"] if state and _holds("state", files) else None,
        signatures=tuple(signature for file in files for signature in declared_in(file)),
        diagnostics=tuple(_in_order(found, files)),
        faulty_images=tuple(image for file in files for image in images_of_faulty(file)),
    )


def _holds(section: str, files: list[ParsedFile]) -> bool:
    return not any(section in file.faulty_sections for file in files)


def _in_order(found: Discovery, files: list[ParsedFile]) -> Iterator[Diagnostic]:
    problems = {problem.location.file: [problem] for problem in found.problems}
    problems |= {file.source.shown: file.diagnostics() for file in files}
    for shown in found.order:
        yield from problems.get(shown, ())
