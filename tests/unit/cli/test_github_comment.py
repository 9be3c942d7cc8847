from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.commands import inside
from tests.fixtures.documents import plan, result, signature
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
    assert "nothing to show" in without.err
    assert not hub.writes()


def fleets(*accounts: object, **more: object) -> dict[str, object]:
    counts = {"accounts": len(accounts), "failed": 0, "exit_code": 0, "counts": {}}
    return {"version": 1, "accounts": list(accounts), "summary": counts, **more}


def test_a_change_that_touches_no_account_gets_no_comment_but_renews_one(hub: GitHub, tmp_path: Path) -> None:
    touched = fleets({"name": "acme", "exit_code": 0, "plan": plan(signature())})
    with workflow(hub, tmp_path, PULL_REQUEST):
        untouched = inside("github", "comment", stored(tmp_path, fleets()))
        assert not hub.writes()
        assert inside("github", "comment", stored(tmp_path, touched)).out == "comment on pull request 7: created\n"
        renewed = inside("github", "comment", stored(tmp_path, fleets()))
    assert (untouched.code, untouched.out) == (0, "")
    assert "nothing to show" in untouched.err
    assert renewed.out == "comment on pull request 7: updated\n"
    assert "### SMS signatures of 0 accounts" in hub.comments[7][0]["body"]


def test_accounts_that_a_change_deletes_are_told_though_none_is_left(hub: GitHub, tmp_path: Path) -> None:
    with workflow(hub, tmp_path, PULL_REQUEST):
        inside("github", "comment", stored(tmp_path, fleets(deleted=["acme"])))
    assert "<code>acme</code>" in hub.comments[7][0]["body"]


def test_a_forks_change_that_touches_no_account_gets_no_comment(hub: GitHub, tmp_path: Path) -> None:
    hub.pulls = [{"number": 8, "state": "open", "head": {"sha": "c" * 40}}]
    hub.add_artifact(41, "fleet", {"document.json": json.dumps(fleets()).encode()})
    with workflow(hub, tmp_path, FORK):
        assert inside("github", "comment", "--from-run", "fleet", "--name", "fleet").code == 0
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


def test_a_comment_that_cannot_be_renewed_is_replaced_by_what_failed(hub: GitHub, tmp_path: Path) -> None:
    with workflow(hub, tmp_path, PULL_REQUEST):
        inside("github", "comment", stored(tmp_path, plan(signature())))
        failed = inside("github", "comment", tmp_path / "missing.json")
    assert failed.code == 2, "the step fails as before"
    [comment] = hub.comments[7]
    assert "### SMS signatures: no plan" in comment["body"]
    assert "1 modify" not in comment["body"]
    assert "actions/runs/77" in comment["body"]


def test_a_comment_names_its_commit_and_links_to_the_lines(hub: GitHub, tmp_path: Path) -> None:
    hub.pulls = [{"number": 8, "state": "open", "head": {"sha": "c" * 40}}]
    document = plan(signature("refused", changes=[{"field": "sign_name", "old": "Old", "new": "New"}]))
    document["signatures"][0]["location"]["file"] = "a folder/signatures.yaml"
    hub.add_artifact(41, "signatures", {"document.json": json.dumps(document).encode()})
    with workflow(hub, tmp_path, FORK):
        inside("github", "comment", "--from-run", "signatures")
    [comment] = hub.comments[8]
    assert f"For commit {'c' * 40}" in comment["body"]
    assert f"/blob/{'c' * 40}/a%20folder/signatures.yaml#L12)" in comment["body"]
    assert "Old" in comment["body"]
    assert "New" in comment["body"]


def test_no_length_of_notes_or_errors_makes_a_comment_too_large(hub: GitHub, tmp_path: Path) -> None:
    long = "x" * 40_000
    failed = signature() | result("failed")
    for document in (
        plan(signature(), notes=[long] * 5),
        plan(failed, error={"code": "A.B", "message": long, "hint": long}),
    ):
        with workflow(hub, tmp_path, PULL_REQUEST):
            assert inside("github", "comment", stored(tmp_path, document)).code == 0
        assert len(hub.comments[7][0]["body"]) < 65_536
