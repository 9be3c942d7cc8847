"""Which renderer belongs to which ``--format``: the one place that knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconciler.cli.session import Session
from reconciler.model.plan import Plan
from reconciler.model.report import Report
from reconciler.model.review import Review
from reconciler.model.source import Diagnostic
from reconciler.render.diagnostics import diagnostics_json, diagnostics_text
from reconciler.render.plan_json import plan_json, report_json
from reconciler.render.plan_text import plan_text
from reconciler.render.report_text import report_text
from reconciler.render.review import review_json, review_text

FORMATS: Final = ("text", "json")


def show_plan(session: Session, plan: Plan) -> None:
    """Print a plan as the result of a run."""
    match session.format:
        case "json":
            session.result(plan_json(plan))
        case _:
            session.result(plan_text(plan, session.painter()))


def show_report(session: Session, report: Report) -> None:
    """Print what became of a plan as the result of a run. As text, the plan was shown before."""
    match session.format:
        case "json":
            session.result(report_json(report))
        case _:
            session.result(report_text(report, session.painter()))


def show_status(session: Session, review: Review) -> None:
    """Print the review state of signatures as the result of a run."""
    match session.format:
        case "json":
            session.result(review_json(review))
        case _:
            session.result(review_text(review, session.painter()))


def show_problems(session: Session, problems: Sequence[Diagnostic], *, valid: bool) -> None:
    """Print the problems of the definitions as the result of a run."""
    match session.format:
        case "json":
            session.result(diagnostics_json(problems, valid=valid))
        case _ if problems:
            session.result(diagnostics_text(problems, session.painter()))
        case _:
            pass
