"""Which accounts a change touches: those whose definitions differ, or an image that they name, between two commits.

An account whose definitions are the same on both sides names the same images on both, so only the newer side is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NoReturn

from reconciler.definitions.discover import discover, find_root, is_definition
from reconciler.definitions.source import DefinitionFile, read_all
from reconciler.errors import UsageError
from reconciler.fleet.accounts import FleetAccount
from reconciler.state.git_command import GitResult, git, plain_environment

_IMAGES: Final = ("proof_image", "commission_image")

# What GitHub gives for the commit before the first one of a branch.
_NOTHING: Final = "0" * 40


def changed_since(accounts: Sequence[FleetAccount], ref: str, *, cwd: Path) -> tuple[FleetAccount, ...]:
    """Return the accounts that ``ref...HEAD`` touches; all of them where ``ref`` is forty zeros.

    Raises UsageError where git knows no such commit, or none that both come from.
    """
    if ref == _NOTHING:
        return tuple(accounts)
    by_root: dict[Path, frozenset[str]] = {}
    touched = []
    for account in accounts:
        root = find_root(cwd / account.path)
        if root not in by_root:
            by_root[root] = _changed_paths(root, ref)
        if _is_touched(account, by_root[root], root, cwd):
            touched.append(account)
    return tuple(touched)


def _changed_paths(root: Path, ref: str) -> frozenset[str]:
    """Return the paths from the root that differ between HEAD and where it left ``ref``."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if commit.code:
        _refuse(ref, commit, "no commit is called {ref} here")
    # As GitHub compares: what was merged to the other branch since is no change of this one.
    base = _git(root, "merge-base", commit.text, "HEAD")
    if base.code:
        _refuse(ref, base, "HEAD and {ref} have no commit in common here")
    listed = _git(root, "diff-tree", "-r", "-z", "--name-only", "--no-renames", base.text, "HEAD")
    if listed.code:
        _refuse(ref, listed, "git cannot compare HEAD with {ref}")
    return frozenset(os.fsdecode(path) for path in listed.out.split(b"\0") if path)


def _git(root: Path, *arguments: str) -> GitResult:
    return git(root, plain_environment(), *arguments)


def _refuse(ref: str, result: GitResult, text: str) -> NoReturn:
    raise UsageError(
        text + "{git}",
        hint="fetch the whole history first (actions/checkout: `fetch-depth: 0`), and check the name",
        ref=ascii(ref),
        git=f": {result.words}" if result.words else "",
    )


def _is_touched(account: FleetAccount, changed: frozenset[str], root: Path, cwd: Path) -> bool:
    folder = os.path.relpath(os.path.normpath(cwd / account.path), root)
    if any(_is_own(path, folder) for path in changed):
        return True
    found = discover((account.path,), cwd=cwd)
    if any(name in changed for file in found.files for name in _names(file.path, root)):
        return True
    # Reading a definition costs more than anything else here, and mostly nothing but definitions differs.
    if all(is_definition(Path(path).name) for path in changed):
        return False  # no image is called as definitions are
    files, problems = read_all(found.files, root)
    # What cannot be read may name any image.
    return bool(problems or found.problems) or any(name in changed for file in files for name in _images(file, root))


def _is_own(path: str, folder: str) -> bool:
    """Return whether a path is a definition file of the account's folder, removed ones too, or a submodule above it."""
    below = path.removeprefix(f"{folder}/") if folder != "." else path
    if below == path and folder != ".":
        return f"{folder}/".startswith(f"{path}/")
    return is_definition(Path(below).name) and not any(part.startswith(".") for part in Path(below).parts)


def _images(file: DefinitionFile, root: Path) -> Iterator[str]:
    for fields in file.signatures.values():
        named = (fields.get(field) for field in _IMAGES) if isinstance(fields, dict) else ()
        for name in named:
            if isinstance(name, str) and "\0" not in name:
                yield from _names(file.path.parent / name, root)


def _names(path: Path, root: Path) -> Iterator[str]:
    """Yield a file's path from the root as it is written, and with its links followed."""
    yield os.path.relpath(os.path.normpath(path), root)
    yield os.path.relpath(os.path.realpath(path), root)
