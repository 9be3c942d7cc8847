"""Which accounts a change touches: those whose definitions differ, or an image that they name, between two commits.

An account whose definitions are the same on both sides names the same images on both, so only the newer side is read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Final, NoReturn

from reconciler.definitions.discover import discover, find_root, is_definition
from reconciler.definitions.source import DefinitionFile, read_all
from reconciler.errors import UsageError
from reconciler.fleet.accounts import FleetAccount, is_folder, topmost
from reconciler.state.git_command import GitResult, git, plain_environment, uncommitted_in

_IMAGES: Final = ("proof_image", "commission_image")

# What GitHub gives for the commit before the first one of a branch.
_NOTHING: Final = "0" * 40

# Links on the way to one file, as many as Linux follows.
_MOST_LINKS: Final = 40


def changed_since(accounts: Sequence[FleetAccount], ref: str, *, folder: str, cwd: Path) -> tuple[FleetAccount, ...]:
    """Return the accounts of a fleet that ``ref...HEAD`` touches; all of them where ``ref`` is forty zeros.

    Raises UsageError where git knows no such commit, or none that both come from.
    """
    if ref == _NOTHING:
        return tuple(accounts)
    repository = cache(partial(_repository, top=_root_of(cwd / folder)))
    changed = cache(partial(_changed_paths, ref=ref))
    roots = ((account, repository(_root_of(cwd / account.path))) for account in accounts)
    return tuple(account for account, root in roots if _is_touched(cwd / account.path, changed(root), root))


def deleted_since(accounts: Sequence[FleetAccount], ref: str, *, folder: str, cwd: Path) -> tuple[str, ...]:
    """Return the names of the accounts that were there where HEAD left ``ref``, and of which nothing is left.

    ``accounts`` are all of the fleet. Raises UsageError as ``changed_since`` does.
    """
    if ref == _NOTHING:
        return ()
    top, below = _place_of(cwd / folder)
    if not is_folder(top):  # a folder that never was, outside of git
        return ()
    listed = _git(top, "ls-tree", "-r", "-z", "--name-only", f"{_base(top, ref)}:{'' if below == '.' else below}")
    if listed.code:  # the fleet itself is new
        return ()
    there = {account.name for account in accounts}
    names = topmost(_paths(listed))
    return tuple(name for name in names if not any(each in there for each in _with_parents(name)))


def has_uncommitted(folder: str, *, cwd: Path) -> bool:
    """Return whether a fleet's folder holds something that is in no commit: no comparison of commits sees it."""
    if is_folder(cwd / folder):
        return bool(uncommitted_in(cwd / folder, plain_environment()))
    top, below = _place_of(cwd / folder)
    return bool(uncommitted_in(top, plain_environment(), f":(top,literal){below}"))


def names_uncommitted(accounts: Sequence[FleetAccount], folder: str, *, cwd: Path) -> bool:
    """Return whether accounts name an image, or are linked to a file, that is in no commit as it is now."""
    top = _root_of(cwd / folder)
    changed = uncommitted_in(top, plain_environment(), ":/") or frozenset[str]()
    return bool(changed) and any(_uses(cwd / account.path, changed, top) for account in accounts)


def _place_of(folder: Path) -> tuple[Path, str]:
    """Return the root of the repository that holds a folder, be it there or not, and the folder's path from there."""
    top = _root_of(folder)
    return top, os.path.relpath(os.path.realpath(folder), top)


def _root_of(folder: Path) -> Path:
    """Return the root of the repository that holds a folder, by whichever link it was named: git counts from there."""
    return find_root(Path(os.path.realpath(folder)))


def _repository(root: Path, top: Path) -> Path:
    """Return where an account is compared: in the repository of the fleet, also where a submodule of it holds it."""
    found = root
    while found != top:
        holder = _git(found, "rev-parse", "--show-superproject-working-tree").text
        if not holder:
            return root
        found = Path(holder)
    return top


def _changed_paths(root: Path, ref: str) -> frozenset[str]:
    """Return the paths from the root that differ between HEAD and where it left ``ref``."""
    options = ("-r", "-z", "--name-only", "--no-renames", "--ignore-submodules=none")
    listed = _git(root, "diff-tree", *options, _base(root, ref), "HEAD")
    if listed.code:
        _refuse(ref, listed, "git cannot compare HEAD with {ref}")
    return frozenset(_paths(listed))


def _base(root: Path, ref: str) -> str:
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if commit.code:
        _refuse(ref, commit, "no commit is called {ref} here")
    # As GitHub compares: what was merged to the other branch since is no change of this one.
    base = _git(root, "merge-base", commit.text, "HEAD")
    if base.code:
        _refuse(ref, base, "HEAD and {ref} have no commit in common here")
    return base.text


def _paths(listed: GitResult) -> Iterator[str]:
    return (os.fsdecode(path) for path in listed.out.split(b"\0") if path)


def _git(root: Path, *arguments: str) -> GitResult:
    return git(root, plain_environment(), *arguments)


def _refuse(ref: str, result: GitResult, text: str) -> NoReturn:
    raise UsageError(
        text + "{git}",
        hint="fetch the whole history first (actions/checkout: `fetch-depth: 0`), and check the name",
        ref=ascii(ref),
        git=f": {result.words}" if result.words else "",
    )


def _is_touched(folder: Path, changed: frozenset[str], root: Path) -> bool:
    real = os.path.relpath(os.path.realpath(folder), root)
    return any(_is_own(path, real) for path in changed) or _uses(folder, changed, root, unread=True)


def _uses(folder: Path, changed: frozenset[str], root: Path, *, unread: bool = False) -> bool:
    """Return whether a definition file of an account, or an image that it names, differs.

    ``unread`` is what to return where a file cannot be read, so that nobody knows what it names.
    """
    found = discover((str(folder),), cwd=folder)
    if any(_is_changed(file.path, changed, root) for file in found.files):
        return True
    # Reading a definition costs more than anything else here, and mostly nothing but definitions differs.
    if all(is_definition(Path(path).name) for path in changed):
        return False  # no image is called as definitions are
    files, problems = read_all(found.files, find_root(folder))
    return (unread and bool(problems or found.problems)) or any(
        _is_changed(image, changed, root) for file in files for image in _images(file)
    )


def _is_own(path: str, folder: str) -> bool:
    """Return whether a path is a definition file of the account's folder, removed ones too."""
    below = path.removeprefix(f"{folder}/") if folder != "." else path
    if below == path and folder != ".":
        return False
    return is_definition(Path(below).name) and not any(part.startswith(".") for part in Path(below).parts)


def _images(file: DefinitionFile) -> Iterator[Path]:
    for fields in file.signatures.values():
        named = (fields.get(field) for field in _IMAGES) if isinstance(fields, dict) else ()
        yield from (file.path.parent / name for name in named if isinstance(name, str) and "\0" not in name)


def _is_changed(path: Path, changed: frozenset[str], root: Path) -> bool:
    """Return whether a file or folder differs, or what it is reached by: a link, or a submodule that it is in."""
    names = (os.path.relpath(way, root) for way in _ways(path))
    return any(each in changed for name in names for each in _with_parents(name))


def _with_parents(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition("/")[0]


def _ways(path: Path) -> Iterator[str]:
    """Yield a path as it is written, then with one link after the other followed, up to what it leads to."""
    written, real = os.path.normpath(path), os.path.realpath(path)
    yield written
    if real == written:
        return
    for _ in range(_MOST_LINKS):
        ways = (*reversed(Path(written).parents), Path(written))
        link = next((way for way in ways if os.path.islink(way)), None)  # noqa: PTH114  # Path.is_symlink may raise
        if link is None:
            break
        written = os.path.normpath(link.parent / link.readlink() / Path(written).relative_to(link))
        yield written
    yield real
