"""``reconciler github issues``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.github_files import read_document
from reconciler.cli.output import Session
from reconciler.errors import Exit, UsageError
from reconciler.github.comment import WORKFLOW_LOGIN
from reconciler.github.issues import KeptIssues, Need, Topic, keep_issues
from reconciler.github.workflow import api_of, current_run
from reconciler.render.document import Document, Shown
from reconciler.render.issue import is_settled, issue_text, issue_title, needs_somebody


@click.command()
@click.argument("document", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--login", default=WORKFLOW_LOGIN, show_default=True, help="Who GITHUB_TOKEN writes as.")
@click.pass_obj
def issues(session: Session, document: Path, login: str) -> int:
    """Keep one issue for each signature that was rejected, refused or changed outside of the definitions.

    DOCUMENT is what `plan --format json` printed, of all signatures. An issue is closed once its signature is approved.
    """
    plan = read_document(document)
    run = current_run(os.environ)
    topics = [_topic(shown, run.files_url) for shown in plan.signatures]
    kept = keep_issues(api_of(run, os.environ), _account(plan), topics, login)
    session.result(_words(kept))
    return Exit.DONE


def _account(plan: Document) -> str:
    """Return the account's name for issues. Issues are closed by what is missing, so the plan has to be a whole one."""
    if plan.place is None or plan.error is not None or any(shown.verdict is None for shown in plan.signatures):
        raise UsageError("the document is no plan, so no issue was touched", hint="hand over that of `plan`")
    return f"{plan.place.uin}-{plan.place.region}"


def _topic(shown: Shown, files_url: str) -> Topic:
    return Topic(shown.sign_id, _need(shown), issue_title(shown), issue_text(shown, files_url))


def _need(shown: Shown) -> Need:
    if needs_somebody(shown):
        return Need.ISSUE
    return Need.NONE if is_settled(shown) else Need.WAIT


def _words(kept: KeptIssues) -> str:
    later = f"; {kept.postponed} more are for the next run" if kept.postponed else ""
    return f"issues: {kept.opened} opened, {kept.updated} updated, {kept.closed} closed{later}"
