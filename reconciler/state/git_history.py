"""Whether the commit to apply comes after the one applied last, so that an older checkout cannot undo a newer apply."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from reconciler.errors import StateError
from reconciler.state.git_command import git, is_commit, plain_environment


class Lineage(StrEnum):
    """How a checkout's commit relates to the commit applied last.

    Only ``descendant`` (the same commit counts) is safe to apply. ``unknown``: one of the two commits, or the history
    between them, is not in the checkout.
    """

    DESCENDANT = "descendant"
    OLDER = "older"
    DIVERGED = "diverged"
    UNKNOWN = "unknown"


def head_commit(root: Path) -> str | None:
    """Return the id of the commit checked out at ``root``; ``None`` outside git, without git, before a first commit."""
    try:
        result = git(root, plain_environment(), "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except StateError:
        return None
    return result.text if not result.code and is_commit(result.text) else None


def lineage(root: Path, applied: str, head: str) -> Lineage:
    """Return how ``head`` relates to ``applied``, both whole commit ids. Raises StateError where git cannot be run."""
    if applied == head:
        return Lineage.DESCENDANT
    if not (_known(root, applied) and _known(root, head)):
        return Lineage.UNKNOWN
    if _is_ancestor(root, applied, head):
        return Lineage.DESCENDANT
    if _is_ancestor(root, head, applied):
        return Lineage.OLDER
    # Where the history is cut off, what joins the two may lie beyond the cut.
    shallow = git(root, plain_environment(), "rev-parse", "--is-shallow-repository").text
    return Lineage.DIVERGED if shallow == "false" else Lineage.UNKNOWN


def _known(root: Path, commit: str) -> bool:
    return is_commit(commit) and not git(root, plain_environment(), "cat-file", "-e", f"{commit}^{{commit}}").code


def _is_ancestor(root: Path, older: str, newer: str) -> bool:
    # A failure, of a damaged clone for one, is no proof either.
    return not git(root, plain_environment(), "merge-base", "--is-ancestor", older, newer).code
