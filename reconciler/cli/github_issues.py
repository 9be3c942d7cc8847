"""``reconciler github issues``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.github_run import read_document
from reconciler.cli.output import Session
from reconciler.contract.api import Status
from reconciler.errors import Exit, UsageError
from reconciler.github.comment import WORKFLOW_LOGIN
from reconciler.github.issues import KeptIssues, Topic, keep_issues, need_of
from reconciler.github.workflow import api_of, current_run
from reconciler.model.plan import Verdict
from reconciler.render.document import Document, PlanDocument, SignatureDocument
from reconciler.render.issue import issue_text, issue_title


@click.command()
@click.argument("document", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--login", default=WORKFLOW_LOGIN, show_default=True, help="Who GITHUB_TOKEN writes as.")
@click.pass_obj
def issues(session: Session, document: Path, login: str) -> int:
    """Keep one issue for each signature that was rejected, refused or changed outside of the definitions.

    DOCUMENT is what `plan --format json` printed, of all signatures. An issue is closed once its signature is approved.
    """
    plan = _whole_plan(read_document(document))
    run = current_run(os.environ)
    topics = [_topic(signature, run.files_url) for signature in plan["signatures"]]
    account = f"{plan['account']['uin']}-{plan['account']['region']}"
    session.result(_words(keep_issues(api_of(run, os.environ), account, topics, login)))
    return Exit.DONE


def _whole_plan(document: Document) -> PlanDocument:
    # Issues are closed by what is missing, so that a plan that ended early would close those that are needed.
    if "fingerprint" not in document or document.get("error") is not None:
        raise UsageError(
            "the document is not a whole plan, so no issue was touched",
            hint="hand over what `plan --format json` printed",
        )
    return document


def _topic(signature: SignatureDocument, files_url: str) -> Topic:
    need = need_of(Verdict(signature["verdict"]), Status(signature["status"]), drifted=bool(signature["drift"]))
    return Topic(signature["sign_id"], need, issue_title(signature), issue_text(signature, files_url))


def _words(kept: KeptIssues) -> str:
    later = f"; {kept.postponed} more are for the next run" if kept.postponed else ""
    return f"issues: {kept.opened} opened, {kept.updated} updated, {kept.closed} closed{later}"
