"""``reconciler github comment``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from reconciler.cli.github_run import DOCUMENT, read_document
from reconciler.cli.output import Session
from reconciler.errors import Exit, UsageError
from reconciler.github.artifact import fetch
from reconciler.github.client import GitHubClient
from reconciler.github.comment import WORKFLOW_LOGIN, put_comment
from reconciler.github.workflow import Run, api_of, current_run, pull_request_of
from reconciler.render.document import MAX_BYTES, Document, load_document
from reconciler.render.markdown import markdown

_UNVERIFIED: Final = (
    "> This comes from the pull request's own run, which has no access to the account. Nobody has checked it.\n\n"
)


@click.command()
@click.argument("document", required=False, type=click.Path(path_type=Path, dir_okay=False))
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
        session.note("no open pull request has the commit of this run; nothing was posted")
        return Exit.DONE
    text = _text(read_document(document), run) if document is not None else _foreign_text(run, rest, str(from_run))
    if text is None:
        session.note("the run that started this one left no plan; nothing was posted")
        return Exit.DONE
    session.result(f"comment on pull request {number}: {put_comment(rest, number, name, text, login)}")
    return Exit.DONE


def _text(document: Document, run: Run, page: str | None = None) -> str:
    return markdown(document, elsewhere=f"the [summary and the artefact of the run]({page or run.url})")


def _foreign_text(run: Run, rest: GitHubClient, artifact: str) -> str | None:
    content = fetch(rest, run.event, artifact, DOCUMENT, MAX_BYTES)
    if content is None:
        return None
    page = f"{run.server_url}/{run.repository}/actions/runs/{int(run.event['workflow_run']['id'])}"
    return _UNVERIFIED + _text(load_document(content), run, page)
