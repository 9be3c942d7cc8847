"""Which files a run reads: files as named, and the ``*.yaml`` and ``*.yml`` of folders."""

# The root of a run bounds it: nothing outside is ever read as evidence, and no link inside leads a definition out.

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reconciler.definitions import messages
from reconciler.diagnostics import Diagnostic, Location, Message
from reconciler.errors import check_open_files, system_words


def find_root(first: Path) -> Path:
    """Return the git top level of a path, or outside git the path's own folder (a directory is its own folder).

    The answer is absolute with links resolved. A worktree or submodule has a file named ``.git``; that counts too. A
    link inside a repository that leads out of it does not lead to another root: whoever can put the link there must not
    choose what is read.
    """
    # os.path instead of Path: its questions answer no, where Path raises, for folders that may not be entered.
    folder = first if os.path.isdir(first) else first.parent  # noqa: PTH112
    folder = Path(os.path.normpath(folder))
    if os.path.realpath(folder) == str(folder):
        # Without a link on the way there is nothing to follow; a fleet asks twice for each account.
        return next((above for above in (folder, *folder.parents) if os.path.lexists(above / ".git")), folder)
    root = None
    # From the top down, so that a link below a repository is met after its root is known.
    for candidate in (*reversed(folder.parents), folder):
        real = Path(os.path.realpath(candidate))
        if root is not None and not real.is_relative_to(root):
            break
        if os.path.lexists(candidate / ".git"):
            root = real
    return root if root is not None else Path(os.path.realpath(folder))


def name_from_root(name: str, cwd: Path) -> str:
    """Return the name of a file, which is relative to ``cwd``, from the repository's root; unchanged outside of it."""
    start = os.path.realpath(cwd)
    root = str(find_root(Path(start)))
    path = os.path.normpath(os.path.join(start, name))  # noqa: PTH118  # as text: nothing is looked up
    inside = path == root or path.startswith(root + os.sep)
    return os.path.relpath(path, root) if inside else name


_SUFFIXES = (".yaml", ".yml")

_SANDBOX_SUFFIXES = (".sandbox.yaml", ".sandbox.yml")


class SourceFile(NamedTuple):
    """A file to read: its absolute path, and its name as the user would type it."""

    path: Path
    name: str


class Discovery(NamedTuple):
    """The files of a run in the order in which they are read, and the arguments that lead nowhere.

    ``order`` holds the names of both, in the order of the arguments, each once.
    """

    files: tuple[SourceFile, ...]
    problems: tuple[Diagnostic, ...]
    order: tuple[str, ...]


def discover(paths: Sequence[str], *, cwd: Path) -> Discovery:
    """Find the definition files below ``paths``; each file once, though it be named twice."""
    files: dict[str, SourceFile] = {}
    problems: list[Diagnostic] = []
    order: dict[str, None] = {}
    for path in paths:
        for found in _below(path, cwd):
            if isinstance(found, Diagnostic):
                problems.append(found)
                order[found.location.file] = None
            else:
                files.setdefault(os.path.realpath(found.path), found)
                order[found.name] = None
    return Discovery(tuple(files.values()), tuple(problems), tuple(order))


def _below(path: str, cwd: Path) -> Iterator[SourceFile | Diagnostic]:
    absolute = Path(os.path.normpath(cwd / path)) if "\0" not in path else cwd
    name = _name_of(absolute, path, cwd)
    if "\0" not in path and _leads_out(absolute):
        # Nothing that is found there is reported, not even whether there is anything.
        yield _problem(name, messages.OUTSIDE_ROOT)
    elif "\0" in path or _is_missing(absolute):
        yield _problem(name, messages.FILE_MISSING)
    elif os.path.isdir(absolute):  # noqa: PTH112  # Path.is_dir raises where a folder may not be entered
        yield from _in_folder(absolute, path, name, cwd)
    else:
        yield SourceFile(absolute, name)


def _is_missing(absolute: Path) -> bool:
    try:
        absolute.lstat()
    except PermissionError:  # it is there for all that anybody knows; reading it says what is wrong
        return False
    except (OSError, ValueError):  # characters that no path can hold
        return True
    return False


def _leads_out(absolute: Path) -> bool:
    try:
        return not Path(os.path.realpath(absolute)).is_relative_to(find_root(absolute))
    except ValueError:  # characters that no path can hold
        return False


def _in_folder(folder: Path, path: str, folder_name: str, cwd: Path) -> Iterator[SourceFile | Diagnostic]:
    unreadable: list[OSError] = []
    empty = True
    for parent, folders, names in walk(folder, unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if is_definition(name):
                empty = False
                file = Path(parent, name)
                yield SourceFile(file, _name_of(file, str(Path(path, file.relative_to(folder))), cwd))
    for error in unreadable:
        rule = messages.FOLDER_UNREADABLE.given(reason=system_words(error))
        yield _problem(_name_of(Path(error.filename), error.filename, cwd), rule)
    if empty and not unreadable:
        yield _problem(folder_name, messages.NO_DEFINITIONS)


def walk(top: Path, unreadable: list[OSError]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each folder from the top down, with the names of its folders, which the caller may narrow, and files.

    Like ``os.walk``, which before Python 3.12 calls itself for each level, and so ends at about a thousand of them.
    """
    left = [str(top)]
    while left:
        parent = left.pop()
        folders: list[str] = []
        files: list[str] = []
        try:
            with os.scandir(parent) as entries:
                for entry in entries:
                    (folders if _is_folder(entry) else files).append(entry.name)
        except OSError as error:
            check_open_files(error)
            unreadable.append(error)
            continue
        yield parent, folders, files
        paths = (os.path.join(parent, name) for name in reversed(folders))  # noqa: PTH118  # as os.walk does
        left += (path for path in paths if not os.path.islink(path))  # noqa: PTH114


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads back to itself
        return False


def is_definition(name: str) -> bool:
    """Return whether a folder's file of this name holds definitions."""
    # As in a shell, `*` does not match a leading dot: `.pre-commit-config.yaml` is no definition.
    return name.endswith(_SUFFIXES) and not name.endswith(_SANDBOX_SUFFIXES) and not name.startswith(".")


def _name_of(absolute: Path, given: str, cwd: Path) -> str:
    """Return a file's name relative to ``cwd`` where it is below it, else as given; bytes that are no text escaped."""
    name = str(absolute.relative_to(cwd)) if absolute.is_relative_to(cwd) else given
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _problem(name: str, rule: Message) -> Diagnostic:
    return Diagnostic(Location(name, 1, 1), rule)
