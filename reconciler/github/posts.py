"""What is kept up to date on GitHub: one comment on a pull request, one issue for each signature that needs somebody.

Each is found again by a hidden marker, and only what ``login`` wrote counts as ours: anybody can copy a marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from reconciler.contract.api import APPROVED, Status
from reconciler.errors import Refusal, UsageError
from reconciler.github.client import GitHubClient, Json, number_at
from reconciler.model.plan import STOPPED, Verdict

# Who a workflow's own token writes as.
WORKFLOW_LOGIN: Final = "github-actions[bot]"

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,60}")

# It also narrows the search: without it every issue of the repository would be read.
LABEL: Final = "sms-signature"

# Issues opened by one run at most; GitHub slows down who writes more.
MOST_NEW: Final = 20

_ACCOUNT: Final = re.compile(r"[A-Za-z0-9-]+")
_MARKER: Final = re.compile(r"<!-- sms-signature-reconciler issue (?P<account>[A-Za-z0-9-]+) (?P<sign_id>\d+) -->")


def put_comment(
    rest: GitHubClient, number: int, name: str, text: str, login: str = WORKFLOW_LOGIN, *, replaces_only: bool = False
) -> str:
    """Write the comment called ``name`` and say what was done: ``created``, ``updated`` or ``unchanged``.

    With ``replaces_only`` none is made where there is none yet, and the answer is empty.
    """
    marker = marker_of(name)
    body = f"{marker}\n{text}"
    for comment in rest.pages(f"issues/{number}/comments"):
        written = comment.get("body")
        if isinstance(written, str) and written.startswith(marker) and _is_by(comment, login):
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


def _is_by(written: dict[str, object], login: str) -> bool:
    """Return whether ``login`` wrote a comment or an issue."""
    user = written.get("user")
    return isinstance(user, dict) and user.get("login") == login


class Need(StrEnum):
    """Whether a signature needs an issue, has to keep one that is open, or is settled."""

    ISSUE = "issue"
    WAIT = "wait"
    NONE = "none"


def need_of(verdict: Verdict, status: Status, *, drifted: bool) -> Need:
    """Return whether somebody has to act on a signature; ``drifted`` where fields were changed outside of the tool."""
    if status is Status.REJECTED or verdict in STOPPED or drifted:
        return Need.ISSUE
    is_settled = verdict is Verdict.IN_SYNC or (verdict is Verdict.OBSERVED and status in APPROVED)
    return Need.NONE if is_settled else Need.WAIT


class Topic(NamedTuple):
    """One signature as an issue describes it."""

    sign_id: int
    need: Need
    title: str
    text: str


class KeptIssues(NamedTuple):
    """What a run did: issues opened, updated and closed, and those that were too many for one run."""

    opened: int = 0
    updated: int = 0
    closed: int = 0
    postponed: int = 0


def keep_issues(rest: GitHubClient, account: str, topics: Sequence[Topic], login: str = WORKFLOW_LOGIN) -> KeptIssues:
    """Bring the issues of an account in line with its signatures, all of which must be among the topics.

    An issue of a signature that is not among the topics is closed. Raises Refusal for an account whose name cannot be
    written into an issue, and GitHubError where a call fails.
    """
    if not _ACCOUNT.fullmatch(account):
        raise Refusal("the account's name cannot be used in an issue", hint="check account.uin and account.region")
    open_issues = dict(_open_issues(rest, account, login))
    wanted = {topic.sign_id: topic for topic in topics}
    updated = closed = 0
    for sign_id, issue in open_issues.items():
        change = _change(issue, wanted.get(sign_id), account)
        if change:
            rest.send("PATCH", f"issues/{number_at(issue, 'number')}", change)
            closed += "state" in change
            updated += "state" not in change
    new = [topic for topic in topics if topic.need is Need.ISSUE and topic.sign_id not in open_issues]
    for topic in new[:MOST_NEW]:
        rest.send("POST", "issues", {"title": topic.title, "body": _body(account, topic), "labels": [LABEL]})
    return KeptIssues(min(len(new), MOST_NEW), updated, closed, max(len(new) - MOST_NEW, 0))


def _open_issues(rest: GitHubClient, account: str, login: str) -> Iterator[tuple[int, Json]]:
    for issue in rest.pages("issues", state="open", labels=LABEL):
        found = _MARKER.match(str(issue.get("body")))
        if found and found["account"] == account and _is_by(issue, login) and "pull_request" not in issue:
            yield int(found["sign_id"]), issue


def _change(issue: Json, topic: Topic | None, account: str) -> dict[str, object]:
    if topic is None:
        return {"state": "closed", "state_reason": "not_planned"}
    written = {"title": topic.title, "body": _body(account, topic)}
    if topic.need is Need.NONE:
        return {**written, "state": "closed", "state_reason": "completed"}
    return {} if all(issue.get(name) == text for name, text in written.items()) else dict(written)


def _body(account: str, topic: Topic) -> str:
    return f"<!-- sms-signature-reconciler issue {account} {topic.sign_id} -->\n{topic.text}"
