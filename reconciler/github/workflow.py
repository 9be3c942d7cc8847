"""A run of a GitHub workflow: the variables and the event that describe it, and the files that it writes."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from reconciler.errors import Refusal, UsageError
from reconciler.github.client import GitHubClient, Json, number_at

_REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")
_OUTPUT_NAME: Final = re.compile(r"[a-z][a-z-]*")
_MAX_EVENT: Final = 32 * 2**20

OUTPUTS: Final = "GITHUB_OUTPUT"
SUMMARY: Final = "GITHUB_STEP_SUMMARY"


class WorkflowRun(NamedTuple):
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


def current_run(environ: Mapping[str, str]) -> WorkflowRun:
    """Return the run that this process is part of. Raises UsageError outside of one."""
    repository, run_id = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_RUN_ID", "")
    if not _REPOSITORY.fullmatch(repository) or not (run_id.isascii() and run_id.isdecimal()):
        raise UsageError("this is not a GitHub workflow run", hint="`github` commands are for workflows")
    commit = environ.get("GITHUB_SHA", "")
    return WorkflowRun(
        repository=repository,
        api_url=environ.get("GITHUB_API_URL", "https://api.github.com"),
        server_url=environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
        run_id=run_id,
        commit=commit if _COMMIT.fullmatch(commit) else "",
        event=_event(environ.get("GITHUB_EVENT_PATH", "")),
    )


def api_of(run: WorkflowRun, environ: Mapping[str, str]) -> GitHubClient:
    """Return the API of the run's repository. Raises UsageError without a token."""
    token = environ.get("GITHUB_TOKEN", "")
    if not token or not token.isascii() or not token.isprintable():
        raise UsageError("GITHUB_TOKEN is not set", hint="hand over github.token in `env` of the step")
    return GitHubClient(run.api_url, run.repository, token)


def _event(path: str) -> Mapping[str, Any]:
    try:
        with Path(path).open("rb") as file:
            event = json.loads(file.read(_MAX_EVENT))
    except (OSError, ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise UsageError("the event of the workflow run cannot be read", hint="check GITHUB_EVENT_PATH")
    return event


# A run for a fork's pull request is followed by one of the repository itself (``workflow_run``), whose event names the
# fork, branch and commit but no pull request (GitHub documentation, "Events that trigger workflows"). Which one that is
# the API says; nothing that the pull request's own run made is asked.


def pull_request_of(run: WorkflowRun, rest: GitHubClient) -> int | None:
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


def _open_at(rest: GitHubClient, head: str, commit: str) -> int | None:
    for pull in rest.pages("pulls", state="open", head=head):
        number = pull.get("number")
        if _at(pull, "head", "sha") == commit and isinstance(number, int):
            return number
    return None


def _at(data: object, *names: str) -> Any:
    # An event may lack any part of what its documentation names.
    for name in names:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def add_outputs(environ: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Set outputs of the step, where there is a file for them. Raises UsageError for a value of several lines."""
    for name, value in outputs.items():
        if not _OUTPUT_NAME.fullmatch(name) or not value.isprintable():
            raise UsageError("the output {name!a} cannot be set: it is not plain text on one line", name=name)
    _append(environ.get(OUTPUTS), "".join(f"{name}={value}\n" for name, value in outputs.items()))


def add_summary(environ: Mapping[str, str], text: str) -> None:
    """Add Markdown to the summary of the step, where there is a file for it."""
    _append(environ.get(SUMMARY), text + "\n")


def _append(path: str | None, text: str) -> None:
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)


# Largest archive, in bytes, that is downloaded.
MAX_ARCHIVE: Final = 8 * 2**20

_HINT: Final = "nothing was posted; check that run"


def fetch(rest: GitHubClient, event: Mapping[str, object], artifact: str, member: str, limit: int) -> bytes | None:
    """Return the file ``member`` of the artefact of the run that the event names, ``None`` where there is none.

    Raises Refusal for an archive or a file that is too large (``limit`` in bytes) or is not what it should be.
    """
    run = event.get("workflow_run")
    run_id = run.get("id") if isinstance(run, dict) else None
    if not isinstance(run_id, int):
        return None
    found = _newest(rest, run_id, artifact)
    if found is None:
        return None
    archive = rest.download(f"actions/artifacts/{number_at(found, 'id')}/zip", MAX_ARCHIVE)
    if len(archive) > MAX_ARCHIVE:
        raise Refusal(
            "the artefact of the other run is larger than {limit} MiB", hint=_HINT, limit=MAX_ARCHIVE // 2**20
        )
    return _member(archive, member, limit)


def _newest(rest: GitHubClient, run_id: int, artifact: str) -> Json | None:
    listed = rest.get(f"actions/runs/{run_id}/artifacts", name=artifact, per_page="100").get("artifacts")
    usable = [
        item
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and item.get("name") == artifact and not item.get("expired")
    ]
    return max(usable, key=lambda item: number_at(item, "id"), default=None)


def _member(archive: bytes, member: str, limit: int) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened, opened.open(_plain(opened.getinfo(member))) as file:
            content = file.read(limit + 1)
    except KeyError:
        raise Refusal("the artefact of the other run has no {file}", hint=_HINT, file=member) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise Refusal("the artefact of the other run is not a readable zip archive", hint=_HINT) from None
    if len(content) > limit:
        raise Refusal(
            "the {file} in the artefact of the other run is larger than {limit} MiB",
            hint=_HINT,
            file=member,
            limit=limit // 2**20,
        )
    return content


def _plain(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    # The other methods of packing may take any amount of memory.
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise NotImplementedError
    return info
