"""One issue for each signature on which somebody has to act: opened, kept up to date, closed when it is settled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from reconciler.contract.api import APPROVED, Status
from reconciler.errors import Refusal
from reconciler.github.client import GitHubClient, Json, number_at
from reconciler.github.comment import WORKFLOW_LOGIN, is_by
from reconciler.model.plan import STOPPED, Verdict

LABEL: Final = "sms-signature"

# Issues opened by one run at most; GitHub slows down who writes more.
MOST_NEW: Final = 20

_ACCOUNT: Final = re.compile(r"[A-Za-z0-9-]+")
_MARKER: Final = re.compile(r"<!-- sms-signature-reconciler issue (?P<account>[A-Za-z0-9-]+) (?P<sign_id>\d+) -->")


class Need(StrEnum):
    """Return whether a signature needs an issue, has to keep one that is open, or is settled."""

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

    An issue of a signature that is not among the topics is closed. Only issues that ``login`` wrote count as ours.
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
        if found and found["account"] == account and is_by(issue, login) and "pull_request" not in issue:
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
