"""One comment on a pull request, found again by a hidden marker and changed in place."""

from __future__ import annotations

import re
from typing import Final

from reconciler.errors import UsageError
from reconciler.github.client import GitHubClient, number_at

# Who a workflow's own token writes as.
WORKFLOW_LOGIN: Final = "github-actions[bot]"

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,60}")


def put_comment(
    rest: GitHubClient, number: int, name: str, text: str, login: str = WORKFLOW_LOGIN, *, replaces_only: bool = False
) -> str:
    """Write the comment called ``name`` and say what was done: ``created``, ``updated`` or ``unchanged``.

    With ``replaces_only`` none is made where there is none yet, and the answer is empty. Only a comment that ``login``
    wrote counts as ours: anybody can copy a marker.
    """
    marker = marker_of(name)
    body = f"{marker}\n{text}"
    for comment in rest.pages(f"issues/{number}/comments"):
        written = comment.get("body")
        if isinstance(written, str) and written.startswith(marker) and is_by(comment, login):
            if written == body:
                return "unchanged"
            rest.send("PATCH", f"issues/comments/{number_at(comment, 'id')}", {"body": body})
            return "updated"
    if replaces_only:
        return ""
    rest.send("POST", f"issues/{number}/comments", {"body": body})
    return "created"


def marker_of(name: str) -> str:
    """Return the hidden first line of a comment. Raises UsageError for a name that could end it early."""
    if not _NAME.fullmatch(name) or "--" in name:
        raise UsageError(
            "{name!a} cannot be the name of a comment", hint="use letters, digits, dots and dashes", name=name
        )
    return f"<!-- sms-signature-reconciler comment {name} -->"


def is_by(written: dict[str, object], login: str) -> bool:
    """Return whether ``login`` wrote a comment or an issue."""
    user = written.get("user")
    return isinstance(user, dict) and user.get("login") == login
