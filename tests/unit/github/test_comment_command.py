from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.commands import inside
from tests.fixtures.documents import plan, signature
from tests.fixtures.github_server import GitHub
from tests.fixtures.steps import (
    FORK,
    PULL_REQUEST,
    stored,
    workflow,
)


def test_a_second_plan_changes_the_comment_of_the_first(hub: GitHub, tmp_path: Path) -> None:
    with workflow(hub, tmp_path, PULL_REQUEST):
        first = inside("github", "comment", stored(tmp_path, plan(signature())))
        second = inside("github", "comment", stored(tmp_path, plan(signature("refused"))))
    assert first.out == "comment on pull request 7: created\n"
    assert second.out == "comment on pull request 7: updated\n"
    [comment] = hub.comments[7]
    assert "1 refused" in comment["body"]


def test_a_large_plan_names_the_run_where_the_rest_is(hub: GitHub, tmp_path: Path) -> None:
    document = plan(*(signature("refused", key=f"a-{number}", sign_id=number) for number in range(1, 5001)))
    with workflow(hub, tmp_path, PULL_REQUEST):
        done = inside("github", "comment", stored(tmp_path, document))
    assert done.code == 0, done.err
    page = "https://github.example/acme/signatures/actions/runs/77"
    assert f"left out here: see the [summary and the artefact of the run]({page})" in hub.comments[7][0]["body"]


def test_a_forks_plan_comes_from_its_artefact_and_says_that_nobody_checked_it(hub: GitHub, tmp_path: Path) -> None:
    hub.pulls = [{"number": 8, "state": "open", "head": {"sha": "c" * 40}}]
    hub.add_artifact(41, "signatures", {"document.json": json.dumps(plan(signature())).encode()})
    with workflow(hub, tmp_path, FORK):
        done = inside("github", "comment", "--from-run", "signatures")
    assert done.out == "comment on pull request 8: created\n"
    [comment] = hub.comments[8]
    assert "Nobody has checked it." in comment["body"].splitlines()[1]
    assert "### SMS signatures: 1 modify" in comment["body"]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"version": 1, "signatures": [{"key": "<!-- x -->"}]}'])
def test_a_hostile_artefact_is_not_posted(hub: GitHub, tmp_path: Path, content: bytes) -> None:
    hub.pulls = [{"number": 8, "state": "open", "head": {"sha": "c" * 40}}]
    hub.add_artifact(41, "signatures", {"document.json": content})
    with workflow(hub, tmp_path, FORK):
        done = inside("github", "comment", "--from-run", "signatures")
    assert done.code == 6
    assert not hub.writes()
    assert "<!--" not in done.err


def test_without_a_pull_request_or_an_artefact_nothing_is_posted(hub: GitHub, tmp_path: Path) -> None:
    with workflow(hub, tmp_path, FORK):
        stale = inside("github", "comment", "--from-run", "signatures")
        hub.pulls = [{"number": 8, "state": "open", "head": {"sha": "c" * 40}}]
        without = inside("github", "comment", "--from-run", "signatures")
    assert (stale.code, without.code) == (0, 0)
    assert "no open pull request" in stale.err
    assert "left no plan" in without.err
    assert not hub.writes()


@pytest.mark.parametrize("arguments", [(), ("document.json", "--from-run", "signatures")])
def test_a_comment_needs_one_source(arguments: tuple[str, ...]) -> None:
    done = inside("github", "comment", *arguments)
    assert done.code == 2
    assert "either a DOCUMENT or --from-run" in done.err


def test_a_document_that_is_not_there_is_told(hub: GitHub, tmp_path: Path) -> None:
    with workflow(hub, tmp_path, PULL_REQUEST):
        done = inside("github", "comment", tmp_path / "missing.json")
    assert done.code == 2
    assert "cannot be read: No such file" in done.err
