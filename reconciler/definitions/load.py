"""All rules that one file can be held against by itself, once the run's site is known."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.definitions.discover import Discovery, SourceFile, discover, find_root
from reconciler.definitions.run_checks import as_account, check_duplicates, require_account, settle, site_of
from reconciler.definitions.schema_check import broken_rules, is_valid
from reconciler.definitions.signatures import NamedImage, declared_in, images_of_faulty
from reconciler.definitions.site_rules import advise, advise_on_name, site_rules_of
from reconciler.definitions.source import ParsedFile, parse_file, refused_file
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.model.signature import Account, Declared
from reconciler.yaml12.problems import MAX_PROBLEMS, MAX_RUN_CHARS

_ANY_REGION = "ap-singapore"


def check_file(file: ParsedFile, site: str | None) -> None:
    """Report every broken rule of a file. ``site`` is the run's, which may stand in another file."""
    if not file.readable or file.tree is None:
        return
    if not is_valid(_with_site(file.tree.data, site)):
        _check_rules(file, site)
    if site is not None:
        _advise(file, site)


def _check_rules(file: ParsedFile, site: str | None) -> None:
    assert file.tree is not None  # noqa: S101  # the caller looked
    from reconciler.definitions.schema_check import RuleProblems  # noqa: PLC0415  # only where something is wrong

    writer = RuleProblems(file.tree, file.text.splitlines(), site)
    outside = list(islice(broken_rules(_without_signatures(file.tree.data)), MAX_PROBLEMS))
    file.problems += writer.write(outside)
    file.faulty_sections.update(broken.path[0] for broken in outside if broken.path)
    for key, signature in file.signatures().items():
        # One at a time: the validator that tells is a hundred times as slow, so it is to see the faulty ones only.
        document = _with_site({"version": 1, "signatures": {key: signature}}, site)
        if not is_valid(document):
            file.faulty_keys.add(key)
            if not file.overflows(key):
                file.problems += writer.write(islice(broken_rules(document), MAX_PROBLEMS))


def _with_site(document: dict[str, Any], site: str | None) -> dict[str, Any]:
    """Return the document with an account of the run's site where it has none itself."""
    if site is None or "account" in document:
        return document
    return {**document, "account": {"site": site, "region": _ANY_REGION}}


def _without_signatures(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "signatures": {}} if isinstance(document.get("signatures"), dict) else document


def _advise(file: ParsedFile, site: str) -> None:
    assert file.tree is not None  # noqa: S101  # the caller looked
    edition = site_rules_of(site)
    told = file.told()
    for key, signature in file.signatures().items():
        if key not in file.faulty_keys:
            for problem in advise(signature, edition, file.tree.marks):
                file.refuse(key, problem)
        elif not file.full and isinstance(signature, dict) and _names_are_sound(file, signature, told):
            file.problems += advise_on_name(signature, edition, file.tree.marks)


def _names_are_sound(file: ParsedFile, signature: dict[str, Any], told: set[tuple[int, int]]) -> bool:
    """Whether name and series of a faulty signature can be looked at, nothing having been said of them yet."""
    kinds = {"sign_name": str, "international": bool}
    return all(
        isinstance(signature.get(field), kind) and not told & file.places(signature, field)
        for field, kind in kinds.items()
    )


# From paths to checked definitions, in the order in which the rest of the package is to be read.


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
