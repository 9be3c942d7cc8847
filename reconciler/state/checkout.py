"""The checkout that a run is from: its commit and history, who runs it, and what it saw last of the record's branch."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.errors import StateError, said
from reconciler.files import opened, read_note, storage_errors
from reconciler.model.state import Lineage
from reconciler.state.git_command import git, is_commit, plain_environment, uncommitted_in
from reconciler.state.local import ensure_folder
from reconciler.state.store import WentBack

# A name of GitHub's; those of apps end in `[bot]`.
_ACTOR: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?")
_IDENT: Final = re.compile(r"(?P<name>.+) <(?P<email>[^<>]*)> \d+ [+-]\d{4}")
_MOST_NAMED: Final = 200
_PLAIN_BRANCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")
_FATAL: Final = 128
# What tells a repository, even a damaged one, from a folder that only has its name.
_PARTS: Final = frozenset({"HEAD", "config", "objects", "refs"})
_SUBMODULE: Final = b"160000 "
_VERSION: Final = 1


class Author(NamedTuple):
    """Who runs this, by the workflow's actor or by git's own settings."""

    name: str
    email: str


class Origin(NamedTuple):
    """What a submission is from. ``uncommitted`` is whether the tree has changes that ``commit`` does not hold."""

    commit: str | None = None
    uncommitted: bool = False
    by: str = ""


def author_of(root: Path, environment: Mapping[str, str] = os.environ) -> Author | None:
    """Return who runs this, ``None`` where nobody says so. Git's guess from the machine's name counts as nobody.

    In GitHub Actions it is the actor, since git there is whatever an earlier step was set up as.
    """
    actor = environment.get("GITHUB_ACTOR", "")
    if environment.get("GITHUB_ACTIONS") == "true" and _ACTOR.fullmatch(actor):
        number = environment.get("GITHUB_ACTOR_ID", "")
        prefix = f"{number}+" if number.isdecimal() and number.isascii() else ""
        return Author(actor, f"{prefix}{actor}@users.noreply.github.com")
    own = {name: value for name, value in environment.items() if name.startswith("GIT_AUTHOR_")}
    try:
        result = git(root, {**plain_environment(), **own}, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    except StateError:
        return None
    found = _IDENT.fullmatch(result.text) if not result.code else None
    if found is None or not found["name"].isprintable() or not found["email"].isprintable():
        return None
    return Author(found["name"][:_MOST_NAMED], found["email"][:_MOST_NAMED])


def origin_of(root: Path) -> Origin:
    """Return what a run at ``root`` is from. Files that git does not know count as changes, ignored ones do not.

    Raises StateError where there is a checkout that git refuses to read.
    """
    commit = head_commit(root)
    if commit is None:
        return Origin()
    author = author_of(root)
    return Origin(commit, _has_changes(root, plain_environment()), author.name if author is not None else "")


def _has_changes(root: Path, environment: Mapping[str, str]) -> bool:
    """Return whether the tree differs from its commit, or that of a submodule from its own; so where nobody can tell.

    Git would look into submodules itself, with the programs that their settings name.
    """
    changed = uncommitted_in(root, environment)
    if changed is None or changed:
        return True
    listed = git(root, environment, "ls-files", "--stage", "-z", "--", ".")
    links = (entry.partition(b"\t")[2] for entry in listed.out.split(b"\0") if entry.startswith(_SUBMODULE))
    modules = (root / os.fsdecode(path) for path in links)
    return listed.code != 0 or any(
        os.path.lexists(module / ".git") and _has_changes(module, _no_further_up(module / ".git")) for module in modules
    )


def head_commit(root: Path) -> str | None:
    """Return the id of the commit checked out at ``root``; ``None`` outside git and before a first commit.

    Raises StateError where there is a checkout that cannot be read, so that no record silently lacks its commit.
    """
    inside = next((folder / ".git" for folder in (root, *root.parents) if _is_repository(folder / ".git")), None)
    if inside is None:
        return None
    if inside.is_symlink() and not os.path.exists(inside):  # noqa: PTH110  # Path raises where a folder is closed
        raise _gone(root, str(inside.readlink()))
    result = git(root, _no_further_up(inside), "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if result.code or not is_commit(result.text):
        _check_readable(inside)
    is_folder = os.path.isdir(inside)  # noqa: PTH112  # as above
    if result.code == _FATAL and not is_folder and "not a git repository" in result.words:
        raise _gone(root, result.words.rpartition(": ")[2])
    if result.code == _FATAL:
        raise StateError(
            "git does not read the checkout at {root}: {git}",
            hint="Correct what git names; `git status` there shows the same.",
            root=root,
            git=result.words,
        )
    return result.text if not result.code and is_commit(result.text) else None


def _is_repository(inside: Path) -> bool:
    """Return whether there is something of a repository, damaged or not. An empty folder is none."""
    if not os.path.isdir(inside):  # noqa: PTH112  # as above
        return os.path.lexists(inside)
    try:
        return any(entry.name in _PARTS for entry in inside.iterdir())
    except OSError:
        return True


def _no_further_up(inside: Path) -> dict[str, str]:
    """Return the environment for a git that does not go on to a checkout around one that is damaged."""
    above = inside.parent.parent
    return {**plain_environment(), **({"GIT_CEILING_DIRECTORIES": str(above)} if above != inside.parent else {})}


def _gone(root: Path, target: str) -> StateError:
    """Return the error for a `.git` that only names a repository, which is not there."""
    parts = Path(target).parts
    hint = "Put back what it names, mount it too where this is a container, or remove `.git` if this is no checkout."
    if "modules" in parts:
        hint = "Run `git submodule update --init` in the checkout around it."
    elif "worktrees" in parts:
        hint = "Put back or mount the repository that it is a worktree of, or run `git worktree repair` there."
    return StateError(
        "the checkout at {root} has no repository: its `.git` names {target}, which is missing or none",
        hint=hint,
        root=root,
        target=ascii(target),
    )


def _check_readable(inside: Path) -> None:
    """Raise StateError where git's own folder cannot be read: git takes it for no repository, or for an empty one."""
    with storage_errors(said("cannot read {path}", path=inside), folder=inside):
        if not os.path.isdir(inside):  # noqa: PTH112  # a worktree's; Path raises where a folder may not be entered
            os.close(os.open(inside, os.O_RDONLY | os.O_CLOEXEC))
            return
        for folder, _, files in os.walk(inside, onerror=_raise_denied):
            refs = Path(folder).is_relative_to(inside / "refs")
            for name in files if refs else {"HEAD"}.intersection(files):
                os.close(os.open(Path(folder, name), os.O_RDONLY | os.O_CLOEXEC))


def _raise_denied(problem: OSError) -> None:
    if isinstance(problem, PermissionError):
        raise problem


def lineage(root: Path, applied: str, head: str) -> Lineage:
    """Return how ``head`` relates to ``applied``, both whole commit ids. Raises StateError where git cannot be run."""
    if applied == head:
        return Lineage.DESCENDANT
    if not (_known(root, applied) and _known(root, head)):
        is_absent = is_commit(applied) and _known(root, head) and _is_whole(root)
        return Lineage.ABSENT if is_absent else Lineage.UNKNOWN
    if _is_ancestor(root, applied, head):
        return Lineage.DESCENDANT
    if _is_ancestor(root, head, applied):
        return Lineage.OLDER
    # Where the history is cut off, what joins the two may lie beyond the cut.
    return Lineage.DIVERGED if _is_whole(root) else Lineage.UNKNOWN


def _is_whole(root: Path) -> bool:
    return git(root, plain_environment(), "rev-parse", "--is-shallow-repository").text == "false"


def _known(root: Path, commit: str) -> bool:
    return is_commit(commit) and not git(root, plain_environment(), "cat-file", "-e", f"{commit}^{{commit}}").code


def _is_ancestor(root: Path, older: str, newer: str) -> bool:
    # A failure, of a damaged clone for one, is no proof either.
    return not git(root, plain_environment(), "merge-base", "--is-ancestor", older, newer).code


class Seen(NamedTuple):
    """The record as a checkout saw it last: the branch's commit, how often it had been written, and which branch."""

    commit: str
    serial: int
    branch: str


class SeenBranch:
    """Remembers in a small file beside the local records what the branch of a record was when it was seen last.

    A fresh checkout remembers nothing. Failing to read or write it is no reason to end a run. ``learns`` is false for
    a command that only looks.
    """

    def __init__(self, folder: Path, name: str, branch: str, *, learns: bool = True) -> None:
        self._learns = learns
        self._folder = folder
        self._file = f"{name}.seen.json"
        self._branch = branch

    def last(self) -> Seen | None:
        """Return what was seen last, ``None`` where nothing was, or another branch held no record of this account."""
        note: dict[str, object] = {}
        with suppress(OSError, StateError):
            note = read_note(self._folder, self._file) or {}
        commit, serial, branch = str(note.get("commit")), note.get("serial"), str(note.get("branch"))
        # A pull request may have committed the note, and the name would stand in a command to copy.
        known = branch == self._branch or (serial and _PLAIN_BRANCH.fullmatch(branch))
        return Seen(commit, serial, branch) if is_commit(commit) and isinstance(serial, int) and known else None

    def note(self, commit: str, serial: int) -> None:
        """Remember what the branch is now."""
        if not self._learns or self.last() == (commit, serial, self._branch):
            return
        value = {"version": _VERSION, "branch": self._branch, "commit": commit, "serial": serial}
        with suppress(OSError, StateError):
            ensure_folder(self._folder)
            with opened(self._folder) as folder:
                if folder is not None:
                    folder.replace(self._file, json.dumps(value).encode(), durable=False)

    def moved(self, seen: Seen, tip: str) -> WentBack:
        """Return what to say of a branch that does not go on from what was seen; ``tip`` is empty where it is gone."""
        if seen.branch != self._branch:
            return self._elsewhere(seen)
        text = (
            "the record on branch {branch} went back behind {commit}, which this checkout saw last"
            if tip
            else "branch {branch} is gone; this checkout saw it at {commit} last"
        )
        return WentBack(
            text,
            hint="restore the branch at {commit} where the repository is hosted, or push that commit from a clone that"
            " fetched it; {option} goes on without what it recorded, and `reconciler adopt` records it anew",
            branch=self._branch,
            commit=seen.commit[:12],
            option="--allow-older",
        )

    def _elsewhere(self, seen: Seen) -> WentBack:
        return WentBack(
            "the record was on branch {before}, at {commit} when this checkout saw it last, and branch {branch} does"
            " not go on from that",
            hint="name {before} under `state`, or carry it over: `git fetch origin`, then"
            " `git push origin origin/{before}:refs/heads/{branch}`; {option} goes on without what it recorded",
            before=seen.branch,
            branch=self._branch,
            commit=seen.commit[:12],
            option="--allow-older",
        )
