from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import UsageError
from reconciler.github.client import GitHubClient
from reconciler.github.workflow import api_of, current_run, pull_request_of
from tests.fixtures.github_server import GitHub

COMMIT = "c" * 40
FOLLOWING: dict[str, Any] = {
    "workflow_run": {
        "id": 41,
        "event": "pull_request",
        "head_branch": "topic",
        "head_sha": COMMIT,
        "head_repository": {"full_name": "stranger/signatures", "owner": {"login": "stranger"}},
        "pull_requests": [{"number": 666}],
    }
}


def environment(hub: GitHub, folder: Path, event: object) -> dict[str, str]:
    file = folder / "event.json"
    file.write_text(json.dumps(event), encoding="utf-8")
    return {**hub.environment(), "GITHUB_EVENT_PATH": str(file)}


def number(hub: GitHub, rest: GitHubClient, folder: Path, event: object) -> int | None:
    return pull_request_of(current_run(environment(hub, folder, event)), rest)


def test_the_event_of_a_pull_request_names_it(hub: GitHub, rest: GitHubClient, tmp_path: Path) -> None:
    assert number(hub, rest, tmp_path, {"pull_request": {"number": 7}}) == 7
    assert not hub.requests


def test_for_a_fork_the_one_with_the_runs_branch_and_commit_is_asked_for(
    hub: GitHub, rest: GitHubClient, tmp_path: Path
) -> None:
    hub.pulls = [
        {"number": 5, "state": "open", "head": {"sha": "d" * 40}},
        {"number": 6, "state": "open", "head": None},
        {"number": 8, "state": "open", "head": {"sha": COMMIT}},
    ]
    assert number(hub, rest, tmp_path, FOLLOWING) == 8


def test_a_run_that_a_newer_push_has_overtaken_is_about_nothing(
    hub: GitHub, rest: GitHubClient, tmp_path: Path
) -> None:
    hub.pulls = [{"number": 8, "state": "open", "head": {"sha": "d" * 40}}]
    assert number(hub, rest, tmp_path, FOLLOWING) is None


@pytest.mark.parametrize("missing", ["event", "head_branch", "head_sha", "head_repository"])
def test_an_event_of_another_kind_is_about_nothing(
    hub: GitHub, rest: GitHubClient, tmp_path: Path, missing: str
) -> None:
    hub.pulls = [{"number": 8, "state": "open", "head": {"sha": COMMIT}}]
    event = {"workflow_run": {name: value for name, value in FOLLOWING["workflow_run"].items() if name != missing}}
    assert number(hub, rest, tmp_path, event) is None


def test_a_run_knows_its_pages(hub: GitHub, tmp_path: Path) -> None:
    run = current_run(environment(hub, tmp_path, {}))
    assert run.url == "https://github.example/acme/signatures/actions/runs/77"
    assert run.files_url == f"https://github.example/acme/signatures/blob/{'a' * 40}/"
    assert current_run({**environment(hub, tmp_path, {}), "GITHUB_SHA": "main"}).files_url == ""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"GITHUB_REPOSITORY": "a/b/../c"}, "not a GitHub workflow run"),
        ({"GITHUB_REPOSITORY": ""}, "not a GitHub workflow run"),
        ({"GITHUB_RUN_ID": "x"}, "not a GitHub workflow run"),
        ({"GITHUB_EVENT_PATH": ""}, "event of the workflow run"),
        ({"GITHUB_EVENT_PATH": "/does/not/exist"}, "event of the workflow run"),
    ],
)
def test_outside_of_a_workflow_nothing_is_done(
    hub: GitHub, tmp_path: Path, change: Mapping[str, str], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        current_run({**environment(hub, tmp_path, {}), **change})


def test_an_event_that_is_no_object_is_told(hub: GitHub, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="event of the workflow run"):
        current_run(environment(hub, tmp_path, [1]))


@pytest.mark.parametrize("token", ["", "a\nb", "é"])
def test_without_a_usable_token_nothing_is_called(hub: GitHub, tmp_path: Path, token: str) -> None:
    environ = {**environment(hub, tmp_path, {}), "GITHUB_TOKEN": token}
    with pytest.raises(UsageError, match="GITHUB_TOKEN"):
        api_of(current_run(environ), environ)
