from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import Refusal
from reconciler.github.client import GitHubClient
from reconciler.github.posts import LABEL, MOST_NEW, KeptIssues, Need, Topic, keep_issues
from tests.fixtures.github_server import BOT, GitHub

ACCOUNT = "100000000001-ap-singapore"


def topic(sign_id: int = 1, need: Need = Need.ISSUE, text: str = "rejected") -> Topic:
    return Topic(sign_id, need, f"Signature {sign_id}: {text}", f"It is {text}.")


def issue(hub: GitHub, **differing: Any) -> dict[str, Any]:
    made = {
        "number": hub.next_number(),
        "state": "open",
        "title": "title",
        "body": f"<!-- sms-signature-reconciler issue {ACCOUNT} 1 -->",
        "user": {"login": BOT},
        "labels": [{"name": LABEL}],
        **differing,
    }
    hub.issues.append(made)
    return made


def test_an_issue_is_opened_kept_up_to_date_and_closed(hub: GitHub, rest: GitHubClient) -> None:
    assert keep_issues(rest, ACCOUNT, [topic()]) == KeptIssues(opened=1)
    assert keep_issues(rest, ACCOUNT, [topic()]) == KeptIssues()
    assert keep_issues(rest, ACCOUNT, [topic(text="blurred")]) == KeptIssues(updated=1)
    assert hub.issues[0]["title"] == "Signature 1: blurred"
    assert hub.issues[0]["state"] == "open"
    assert keep_issues(rest, ACCOUNT, [topic(need=Need.WAIT, text="waiting")]) == KeptIssues(updated=1)
    assert keep_issues(rest, ACCOUNT, [topic(need=Need.NONE, text="approved")]) == KeptIssues(closed=1)
    assert len(hub.issues) == 1
    assert (hub.issues[0]["state"], hub.issues[0]["state_reason"]) == ("closed", "completed")
    assert hub.issues[0]["body"] == f"<!-- sms-signature-reconciler issue {ACCOUNT} 1 -->\nIt is approved."


def test_a_new_rejection_opens_a_new_issue(hub: GitHub, rest: GitHubClient) -> None:
    keep_issues(rest, ACCOUNT, [topic()])
    keep_issues(rest, ACCOUNT, [topic(need=Need.NONE)])
    assert keep_issues(rest, ACCOUNT, [topic()]) == KeptIssues(opened=1)
    assert len(hub.issues) == 2


@pytest.mark.parametrize("need", [Need.WAIT, Need.NONE])
def test_nothing_is_opened_for_a_signature_that_needs_nobody(hub: GitHub, rest: GitHubClient, need: Need) -> None:
    assert keep_issues(rest, ACCOUNT, [topic(need=need)]) == KeptIssues()
    assert not hub.issues


def test_the_issue_of_a_signature_that_is_defined_no_more_is_closed(hub: GitHub, rest: GitHubClient) -> None:
    keep_issues(rest, ACCOUNT, [topic()])
    assert keep_issues(rest, ACCOUNT, []) == KeptIssues(closed=1)
    assert hub.issues[0]["state_reason"] == "not_planned"


def test_issues_of_another_account_are_left_alone(hub: GitHub, rest: GitHubClient) -> None:
    keep_issues(rest, ACCOUNT, [topic()])
    assert keep_issues(rest, "5-eu-frankfurt", []) == KeptIssues()
    assert hub.issues[0]["state"] == "open"


@pytest.mark.parametrize(
    "differing",
    [{"user": {"login": "somebody"}}, {"pull_request": {}}, {"body": None}, {"body": "see it"}, {"labels": []}],
)
def test_what_only_looks_like_ours_is_left_alone(hub: GitHub, rest: GitHubClient, differing: dict[str, Any]) -> None:
    other = issue(hub, **differing)
    assert keep_issues(rest, ACCOUNT, []) == KeptIssues()
    assert other["state"] == "open"


def test_one_run_opens_a_few_and_leaves_the_rest_to_the_next(hub: GitHub, rest: GitHubClient) -> None:
    topics = [topic(number) for number in range(MOST_NEW + 5)]
    assert keep_issues(rest, ACCOUNT, topics) == KeptIssues(opened=MOST_NEW, postponed=5)
    assert keep_issues(rest, ACCOUNT, topics) == KeptIssues(opened=5)
    assert len({item["title"] for item in hub.issues}) == MOST_NEW + 5


@pytest.mark.parametrize("account", ["", "1 -->", "a b", "名"])
def test_an_account_that_could_end_the_marker_is_refused(hub: GitHub, rest: GitHubClient, account: str) -> None:
    with pytest.raises(Refusal, match="account"):
        keep_issues(rest, account, [topic()])
    assert not hub.requests
