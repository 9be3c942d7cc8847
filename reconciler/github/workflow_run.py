"""What a workflow run tells about itself: the variables that GitHub sets, and the event that started it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from reconciler.errors import UsageProblem
from reconciler.github.rest import Rest

_REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")
_MAX_EVENT: Final = 32 * 2**20


class Run(NamedTuple):
    """A run of a workflow. ``commit`` is the one it runs on, empty where GitHub does not say."""

    repository: str
    api_url: str
    server_url: str
    run_id: str
    commit: str
    event: Mapping[str, Any]

    @property
    def url(self) -> str:
        """The page of the run, with its summary and its artefacts."""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}"

    @property
    def files_url(self) -> str:
        """The page of the repository's files at the commit of the run, empty where that is not known."""
        return f"{self.server_url}/{self.repository}/blob/{self.commit}/" if self.commit else ""


def current_run(environ: Mapping[str, str]) -> Run:
    """Return the run that this process is part of. Raises UsageProblem outside of one."""
    repository, run_id = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_RUN_ID", "")
    if not _REPOSITORY.fullmatch(repository) or not (run_id.isascii() and run_id.isdecimal()):
        raise UsageProblem("this is no workflow run of GitHub", hint="`github` commands are for workflows")
    commit = environ.get("GITHUB_SHA", "")
    return Run(
        repository=repository,
        api_url=environ.get("GITHUB_API_URL", "https://api.github.com"),
        server_url=environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
        run_id=run_id,
        commit=commit if _COMMIT.fullmatch(commit) else "",
        event=_event(environ.get("GITHUB_EVENT_PATH", "")),
    )


def api_of(run: Run, environ: Mapping[str, str]) -> Rest:
    """Return the API of the run's repository. Raises UsageProblem without a token."""
    token = environ.get("GITHUB_TOKEN", "")
    if not token or not token.isascii() or not token.isprintable():
        raise UsageProblem("GITHUB_TOKEN is not set", hint="hand over github.token in `env` of the step")
    return Rest(run.api_url, run.repository, token)


def _event(path: str) -> Mapping[str, Any]:
    try:
        with Path(path).open("rb") as file:
            event = json.loads(file.read(_MAX_EVENT))
    except (OSError, ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise UsageProblem("the event of the workflow run cannot be read", hint="check GITHUB_EVENT_PATH")
    return event
