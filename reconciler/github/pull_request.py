"""Which pull request a run is about, from the event alone: nothing that a pull request's own run made is asked.

A run for a fork's pull request is followed by one of the repository itself (``workflow_run``), whose event names the
fork, branch and commit but no pull request (GitHub documentation, "Events that trigger workflows", ``workflow_run``);
which one that is, the API tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.github.rest import Rest
from reconciler.github.workflow_run import Run


def pull_request_of(run: Run, rest: Rest) -> int | None:
    """Return the number of the pull request, ``None`` where there is none, or a newer push has made the run stale."""
    of_event = _at(run.event, "pull_request", "number")
    if isinstance(of_event, int):
        return of_event
    if _at(run.event, "workflow_run", "event") != "pull_request":
        return None
    owner = _at(run.event, "workflow_run", "head_repository", "owner", "login")
    branch = _at(run.event, "workflow_run", "head_branch")
    commit = _at(run.event, "workflow_run", "head_sha")
    if not (isinstance(owner, str) and isinstance(branch, str) and isinstance(commit, str)):
        return None
    return _open_at(rest, f"{owner}:{branch}", commit)


def _open_at(rest: Rest, head: str, commit: str) -> int | None:
    for pull in rest.pages("pulls", state="open", head=head):
        number = pull.get("number")
        if _at(pull, "head", "sha") == commit and isinstance(number, int):
            return number
    return None


def _at(data: object, *names: str) -> Any:
    for name in names:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data
