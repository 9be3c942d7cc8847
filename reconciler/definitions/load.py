"""From paths to signatures: the order of the checks. In this order the rest of the package is best read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.definitions import run_checks
from reconciler.definitions.discover import discover, find_root
from reconciler.definitions.schema_check import check_schema, obeys_schema
from reconciler.definitions.signatures import candidates, check_images, errors_of, inspect_images, signatures_of
from reconciler.definitions.site_rules import check_site_rules
from reconciler.definitions.source import DefinitionFile, leading_zeros, read_all, whole_floats
from reconciler.diagnostics import Diagnostic, Location, Severity
from reconciler.model.signature import Account, Signature
from reconciler.yaml12.problems import TOO_MANY_PROBLEMS


class Definitions(NamedTuple):
    """What the files of a run define. ``signatures`` holds those without errors, in the order of the files.

    ``root`` is absolute, ``files`` are the files found, ``branch`` is the state branch. ``account`` and ``branch`` are
    ``None`` where missing, and where anything outside the signatures is wrong. ``diagnostics`` are ordered by file,
    line and column. ``named`` is the account that they name, also where something else is wrong. ``branch_place`` is
    where the branch is written, or else where a section for it could be.
    """

    root: Path
    files: tuple[Path, ...]
    account: Account | None
    branch: str | None
    signatures: tuple[Signature, ...]
    diagnostics: tuple[Diagnostic, ...]
    named: run_checks.NamedAccount | None = None
    branch_place: Location | None = None

    @property
    def valid(self) -> bool:
        """Return whether there is no error; warnings do not count."""
        return not any(_is_error(problem) for problem in self.diagnostics)


def load_definitions(paths: Sequence[str], *, cwd: Path, evidence: bool = True, alone: bool = True) -> Definitions:
    """Read and check the definitions below ``paths``, which are relative to ``cwd``, and their images.

    Nothing that a file holds, and no path, makes it raise: every problem is among the diagnostics. Without
    ``evidence`` no image is looked at, and there are no signatures. A fleet, whose accounts are read side by side, is
    not ``alone``.
    """
    found, root = discover(paths, cwd=cwd), find_root(_first(paths, cwd))
    files, problems = read_all(found.files, root)
    account, state = (run_checks.section_of(name, files) for name in ("account", "state"))
    problems += [*found.problems, *run_checks.check_sections(files), *run_checks.check_roles(files)]
    # The account may be in a file that could not be read.
    if len(files) == len(found.files) and not found.problems:
        problems += run_checks.check_account(files)
    for file in files:
        problems += check_file(file, run_checks.site_of(account))
    whole = _without_cut_off(files, problems)
    problems += run_checks.check_duplicates(whole)
    wanted = list(candidates(whole, errors_of(problems), _places(problems))) if evidence else []
    images = inspect_images(wanted, root, alone=alone)
    problems += check_images(wanted, images)
    # Where the account or the record is in doubt nothing is read or written, however sound the signatures are.
    sound = not any(_is_error(problem) and problem.about is None for problem in problems)
    return Definitions(
        root,
        tuple(source.path for source in found.files),
        run_checks.as_account(account) if account and sound else None,
        state["branch"] if state and sound else None,
        tuple(signatures_of(wanted, images, errors_of(problems))),
        tuple(_in_order(problems, found.order)),
        run_checks.named_account(files),
        run_checks.branch_place(files),
    )


def check_file(file: DefinitionFile, site: str | None) -> list[Diagnostic]:
    """Return what is wrong with one file by itself. ``site`` is the run's, which another file may name."""
    problems = [*check_schema(file, site), *leading_zeros(file), *whole_floats(file)]
    if site is None or not _without_cut_off([file], problems):
        return problems
    faulty = {key for _file, key in errors_of(problems)}
    if file.problems:
        # What was refused while reading breaks the schema too, and is not reported a second time.
        faulty = {key for key, fields in file.signatures.items() if not obeys_schema(key, fields, site)}
    reported = _places([*file.problems, *problems])
    return [*problems, *check_site_rules(file, site, faulty, reported)]


def _without_cut_off(files: Iterable[DefinitionFile], problems: Iterable[Diagnostic]) -> list[DefinitionFile]:
    """Return the files of which every problem is listed. Of the others nothing more is looked for."""
    cut_off = {problem.location.file for problem in problems if problem.code == TOO_MANY_PROBLEMS.code}
    return [file for file in files if file.name not in cut_off]


def _is_error(problem: Diagnostic) -> bool:
    return problem.severity is Severity.ERROR


def _places(problems: Iterable[Diagnostic]) -> frozenset[Location]:
    return frozenset(problem.location for problem in problems)


def _first(paths: Sequence[str], cwd: Path) -> Path:
    return cwd / paths[0] if paths and os.path.lexists(cwd / paths[0]) else cwd


def _in_order(problems: Iterable[Diagnostic], names: Sequence[str]) -> list[Diagnostic]:
    # As the files were named, as a compiler does, and not by name.
    order = {name: position for position, name in enumerate(names)}
    return sorted(problems, key=lambda problem: (order[problem.location.file], problem.location, _in_words(problem)))


def _in_words(problem: Diagnostic) -> tuple[bool, str, str]:
    # That the list ends here is said last.
    return problem.code == TOO_MANY_PROBLEMS.code, problem.code, problem.message
