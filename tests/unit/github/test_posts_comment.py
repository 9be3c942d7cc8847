from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.github.client import GitHubClient, GitHubError
from reconciler.github.posts import marker_of, put_comment
from tests.fixtures.github_server import BOT, GitHub


def test_the_first_comment_is_added_and_the_next_changes_it(hub: GitHub, rest: GitHubClient) -> None:
    assert put_comment(rest, 7, "signatures", "one") == "created"
    assert put_comment(rest, 7, "signatures", "two") == "updated"
    assert put_comment(rest, 7, "signatures", "two") == "unchanged"
    assert [comment["body"] for comment in hub.comments[7]] == [
        "<!-- sms-signature-reconciler comment signatures -->\ntwo"
    ]
    assert len(hub.writes()) == 2


def test_comments_of_two_names_stand_side_by_side(hub: GitHub, rest: GitHubClient) -> None:
    put_comment(rest, 7, "a", "one")
    put_comment(rest, 7, "b", "two")
    put_comment(rest, 7, "a", "three")
    assert [comment["body"].splitlines()[1] for comment in hub.comments[7]] == ["three", "two"]


@pytest.mark.parametrize("user", [{"login": "somebody"}, None])
def test_a_marker_that_somebody_copied_is_not_ours(hub: GitHub, rest: GitHubClient, user: object) -> None:
    hub.comments[7] = [{"id": 1, "body": marker_of("signatures"), "user": user}]
    assert put_comment(rest, 7, "signatures", "one") == "created"
    assert hub.comments[7][0]["body"] == marker_of("signatures")


def test_a_marker_inside_of_a_comment_does_not_make_it_ours(hub: GitHub, rest: GitHubClient) -> None:
    hub.comments[7] = [{"id": 1, "body": f"see {marker_of('a')}", "user": {"login": BOT}}, {"id": 2, "body": None}]
    assert put_comment(rest, 7, "a", "one") == "created"


def test_another_login_can_be_the_writer(hub: GitHub, rest: GitHubClient) -> None:
    hub.comments[7] = [{"id": 1, "body": marker_of("a"), "user": {"login": "acme-bot[bot]"}}]
    assert put_comment(rest, 7, "a", "one", "acme-bot[bot]") == "updated"


@pytest.mark.parametrize("name", ["", "a b", "a-->", "a--b", "-a", "a" * 62, "名"])
def test_a_name_that_could_end_the_marker_is_refused(rest: GitHubClient, name: str) -> None:
    with pytest.raises(UsageError, match="name of a comment"):
        put_comment(rest, 7, name, "one")


def test_a_comment_that_is_too_long_is_refused_by_the_stand_in(rest: GitHubClient) -> None:
    with pytest.raises(GitHubError, match="422"):
        put_comment(rest, 7, "a", "x" * 65_536)
