"""``reconciler github``: the group, and what it keeps up to date there, a comment or issues."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from reconciler.cli.formats import FilledPath
from reconciler.cli.github_run import DOCUMENT, read_document, run
from reconciler.cli.output import Session
from reconciler.contract.api import Status
from reconciler.errors import Exit, ReconcilerError, UsageError, said
from reconciler.github.client import GitHubClient
from reconciler.github.posts import WORKFLOW_LOGIN, KeptIssues, Topic, keep_issues, need_of, put_comment
from reconciler.github.workflow import WorkflowRun, api_of, current_run, fetch, pull_request_of
from reconciler.model.plan import Verdict
from reconciler.render.document import (
    MAX_BYTES,
    AnyDocument,
    PlanDocument,
    SignatureDocument,
    load_document,
)
from reconciler.render.fleet_github import shown_markdown
from reconciler.render.issue import issue_text, issue_title
from reconciler.render.markdown_escape import COMMENT_BYTES
from reconciler.text import say

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

# Of a comment, kept for the text around the plan.
_ROOM_BYTES: Final = 1000
_UNVERIFIED: Final = (
    "This comes from the pull request's own run, which has no access to the account. Nobody has checked it."
)
_DONE: Final = {"created": "created", "updated": "updated", "unchanged": "unchanged"}
_NO_RESULT: Final = (
    "The run for this commit ended without a result; [its log]({page}) says why. What an apply would do is not known."
)


@click.command()
@click.argument("document", required=False, type=FilledPath(path_type=Path, dir_okay=False))
@click.option("--from-run", metavar="ARTIFACT", help="Take it from this artefact of the run that started this one.")
@click.option(
    "--name", default="signatures", show_default=True, help="Distinguishes it from other comments of this tool."
)
@click.option("--login", default=WORKFLOW_LOGIN, show_default=True, help="Who GITHUB_TOKEN writes as.")
@click.pass_obj
def comment(session: Session, document: Path | None, from_run: str | None, name: str, login: str) -> int:
    """Put a plan on its pull request, as one comment that is kept up to date.

    DOCUMENT is what `plan --format json` printed.
    """
    if (document is None) == (from_run is None):
        raise UsageError("give either a DOCUMENT or --from-run", hint="see --help")
    run = current_run(os.environ)
    rest = api_of(run, os.environ)
    number = pull_request_of(run, rest)
    if number is None:
        session.note(say("no open pull request has the commit of this run; nothing was posted"))
        return Exit.DONE
    made = _own_text(document, run) if document is not None else _foreign_text(run, rest, str(from_run))
    done = put_comment(rest, number, name, made.text, login, replaces_only=made.replaces_only)
    if done:
        session.result(say("comment on pull request {number}: {done}", number=number, done=said(_DONE[done])))
    else:
        session.note(
            say("the run has nothing to show, and there is no comment that it would have renewed; nothing was posted")
        )
    if made.error is not None:
        raise made.error
    return Exit.DONE


class _Made(NamedTuple):
    """What is put on a pull request.

    ``replaces_only`` where it has nothing to show: there is no plan, ``error`` is why, or no account is touched.
    """

    text: str
    replaces_only: bool = False
    error: ReconcilerError | None = None


def _own_text(document: Path, run: WorkflowRun) -> _Made:
    commit = str(_at(run.event, "pull_request", "head").get("sha") or run.commit)
    try:
        shown = read_document(document)
        return _Made(_text(shown, run, commit), _is_empty(shown))
    except ReconcilerError as error:
        return _Made(_failed(run.url, commit), replaces_only=True, error=error)


def _text(document: AnyDocument, run: WorkflowRun, commit: str, page: str | None = None) -> str:
    elsewhere = say("the [summary and the artefact of the run]({page})", page=page or run.url)
    files_url = f"{run.server_url}/{run.repository}/blob/{commit}/" if _COMMIT.fullmatch(commit) else ""
    shown = shown_markdown(document, COMMENT_BYTES - _ROOM_BYTES, elsewhere, files_url)
    return f"{shown}\n{_for_commit(commit)}"


def _for_commit(commit: str) -> str:
    return f"<sub>{say('For commit {commit}', commit=commit)}</sub>" if _COMMIT.fullmatch(commit) else ""


def _failed(page: str, commit: str) -> str:
    """Return the text in place of a plan that was not made: the one from before is of another commit."""
    return f"### {say('SMS signatures: no plan')}\n\n{say(_NO_RESULT, page=page)}\n{_for_commit(commit)}"


def _foreign_text(run: WorkflowRun, rest: GitHubClient, artifact: str) -> _Made:
    started = _at(run.event, "workflow_run")
    page = f"{run.server_url}/{run.repository}/actions/runs/{int(started['id'])}"
    commit = str(started.get("head_sha", ""))
    content = fetch(rest, run.event, artifact, DOCUMENT, MAX_BYTES)
    if content is None:
        return _Made(_failed(page, commit), replaces_only=True)
    shown = load_document(content)
    return _Made(f"> {say(_UNVERIFIED)}\n\n" + _text(shown, run, commit, page), _is_empty(shown))


def _is_empty(document: AnyDocument) -> bool:
    # The fleet's workflow runs for every pull request of its repository.
    return "accounts" in document and not document["accounts"] and not document.get("deleted")


def _at(event: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return a part of an event, an empty one where it has none."""
    part: Any = event
    for each in names:
        part = part.get(each) if isinstance(part, Mapping) else None
    return part if isinstance(part, Mapping) else {}


@click.command()
@click.argument("document", type=FilledPath(path_type=Path, dir_okay=False))
@click.option("--login", default=WORKFLOW_LOGIN, show_default=True, help="Who GITHUB_TOKEN writes as.")
@click.pass_obj
def issues(session: Session, document: Path, login: str) -> int:
    """Keep one issue for each signature that was rejected, refused or changed outside of the definitions.

    DOCUMENT is what `plan --format json` printed, of all signatures. An issue is closed once its signature is approved.
    """
    run = current_run(os.environ)
    rest = api_of(run, os.environ)
    for name, plan in _whole_plans(read_document(document)):
        topics = [_topic(each, each["sign_id"], run.files_url, name) for each in plan["signatures"] if each["sign_id"]]
        account = f"{plan['account']['uin']}-{plan['account']['region']}"
        session.result(_words(keep_issues(rest, account, topics, login)))
    return Exit.DONE


def _whole_plans(document: AnyDocument) -> list[tuple[str, PlanDocument]]:
    """Return the plans of a document by account; of a fleet those that there are: the others' issues stay."""
    if "accounts" in document:
        return [(entry["name"], entry["plan"]) for entry in document["accounts"] if "plan" in entry]
    # Issues are closed by what is missing, so that a plan that ended early would close those that are needed.
    if "fingerprint" not in document or document.get("error") is not None:
        raise UsageError(
            "the document is not a whole plan, so no issue was touched",
            hint="hand over what `plan --format json` printed",
        )
    return [("", document)]


def _topic(signature: SignatureDocument, sign_id: int, files_url: str, account: str) -> Topic:
    need = need_of(Verdict(signature["verdict"]), Status(signature["status"]), drifted=bool(signature["drift"]))
    return Topic(sign_id, need, issue_title(signature, account), issue_text(signature, files_url, account))


def _words(kept: KeptIssues) -> str:
    words = "issues: {opened} opened, {updated} updated, {closed} closed"
    if kept.postponed:
        words = "issues: {opened} opened, {updated} updated, {closed} closed; {postponed} more are for the next run"
    return say(words, **kept._asdict())


@click.group()
def github() -> None:
    """Run inside a GitHub workflow: report a run, comment on a pull request, keep issues."""


for _command in (run, comment, issues):
    github.add_command(_command)
