"""Which renderer belongs to which ``--format``: the one place that knows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from reconciler.cli.output import Session
from reconciler.diagnostics import Diagnostic
from reconciler.model.plan import Plan
from reconciler.render.annotations import workflow_commands
from reconciler.render.document import document_from
from reconciler.render.findings import diagnostics_json, diagnostics_text
from reconciler.render.markdown import markdown
from reconciler.render.text import plan_text

if TYPE_CHECKING:
    from reconciler.model.report import ApplyReport, StatusReport


FORMATS: Final = ("text", "json", "markdown", "github")


def show_plan(session: Session, plan: Plan) -> None:
    """Print a plan as the result of a run."""
    match session.format:
        case "text":
            session.result(plan_text(plan, session.painter()))
        case _:
            from reconciler.render.document import plan_json  # noqa: PLC0415  # not for people

            _show_document(session, plan_json(plan))


def show_report(session: Session, report: ApplyReport) -> None:
    """Print what became of a plan as the result of a run. As text, the plan was shown before."""
    match session.format:
        case "text":
            from reconciler.render.text import report_text  # noqa: PLC0415  # not for a plan

            session.result(report_text(report, session.painter()))
        case _:
            from reconciler.render.document import report_json  # noqa: PLC0415  # not for people

            _show_document(session, report_json(report))


def show_status(session: Session, review: StatusReport) -> None:
    """Print the review state of signatures as the result of a run."""
    from reconciler.render.text import review_json, review_text  # noqa: PLC0415  # not for a plan

    match session.format:
        case "text":
            session.result(review_text(review, session.painter()))
        case _:
            _show_document(session, review_json(review))


def show_problems(session: Session, problems: Sequence[Diagnostic], *, valid: bool) -> None:
    """Print the problems of the definitions as the result of a run."""
    match session.format:
        case "text" if problems:
            session.result(diagnostics_text(problems, session.painter()))
        case "text":
            pass
        case _:
            _show_document(session, diagnostics_json(problems, valid=valid))


def _show_document(session: Session, document: str) -> None:
    """Print a JSON document as it is, or as what it becomes on GitHub. Where all is well, no annotation is printed."""
    text = document if session.format == "json" else _on_github(session.format, document)
    if text:
        session.result(text)


def _on_github(form: str, document: str) -> str:

    return in_format(form, document)


# A JSON document in the format that was asked for: as it is, or as what it becomes on GitHub.


def in_format(form: str, document: str) -> str:
    """Return a document of this tool's own in ``form``; empty for ``github`` where there is nothing to annotate."""
    match form:
        case "markdown":
            return markdown(document_from(json.loads(document)))
        case "github":
            return workflow_commands(document_from(json.loads(document)))
        case _:
            return document
