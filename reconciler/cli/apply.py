"""``reconciler apply``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

import click

from reconciler.apply.executor import execute
from reconciler.apply.journal import Journal
from reconciler.apply.preflight import admit_saved, check_lineage, preflight
from reconciler.cli.exit_codes import plan_exit, report_exit
from reconciler.cli.formats import FORMATS, show_plan, show_report
from reconciler.cli.inputs import Inputs, load_valid
from reconciler.cli.options import connection_options, format_option, max_changes_option, only_option, paths_argument
from reconciler.cli.output import Session
from reconciler.cli.progress import progress
from reconciler.cli.writing import WriteSession, open_for_writing
from reconciler.decision.plan import SavedPlan
from reconciler.errors import Exit, UsageError
from reconciler.model.plan import Plan, Selection, Verdict
from reconciler.planning.planner import check_keys, check_size
from reconciler.planning.saved_plan import read_plan
from reconciler.render.text import plan_text
from reconciler.signals import StopFlag, stop_on_signals
from reconciler.tencent.connection import ConnectionOptions


@click.command()
@paths_argument
@only_option
@click.option("--resubmit", multiple=True, metavar="KEY", help="Submit this one again regardless; may be repeated.")
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), metavar="FILE", help="Apply just this saved plan."
)
@max_changes_option
@click.option("--yes", is_flag=True, help="Do not ask; needed off a terminal.")
@click.option("--allow-older", is_flag=True, help="Apply although a newer commit was applied before.")
@connection_options
@format_option(*FORMATS)
@click.pass_obj
def apply(
    session: Session, /, paths: tuple[str, ...], output: str, connection: ConnectionOptions, **options: Any
) -> int:
    """Plan afresh, show the plan, ask, submit what differs, and show how it stands then.

    Exit code 6 where anything is refused or blocked, 7 where a planned submission was not accepted or is unsettled.
    """
    session.format = output
    order = _order(options)
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    check_keys(order.choice, inputs.definitions)
    stop = StopFlag()
    with open_for_writing(inputs, order.choice, connection, stop) as around:
        plan, ledger = _prepared(inputs, around, stop)
        plan, dropped = admit_saved(order.saved, plan) if order.saved is not None else (plan, Exit.DONE)
        _show(session, plan, asking=not order.yes)
        check_size(plan, order.most)
        if around.shared and not order.allow_older and plan.summary[Verdict.MODIFY]:
            check_lineage(inputs.definitions.root, ledger.state, around.commit)
        if not (stop.is_set() or _agreed(plan, yes=order.yes)):
            _show_declined(session, plan)
            return max(plan_exit(plan), dropped)
        with stop_on_signals(stop):
            with progress() as observer:
                report = execute(plan, around.context(observer), ledger)
            show_report(session, report)
    return max(report_exit(report), dropped)


class _Order(NamedTuple):
    """What the person asked for, beside where the account is."""

    yes: bool
    most: int | None
    allow_older: bool
    saved: SavedPlan | None
    choice: Selection


def _order(options: dict[str, Any]) -> _Order:
    """Take what is an apply's own out of the options."""
    yes, most, allow_older = options.pop("yes"), options.pop("max_changes"), options.pop("allow_older")
    if not yes and not sys.stdin.isatty():
        raise UsageError("apply asks before it writes, and there is nobody to ask", hint="add --yes")
    file, only, resubmit = options.pop("plan_file"), options.pop("only"), options.pop("resubmit")
    if file is not None and resubmit:
        raise UsageError("--plan applies just what was saved, so it does not go with --resubmit")
    saved = read_plan(file) if file is not None else None
    if saved is not None and not only:
        only = saved.only
    return _Order(yes, most, allow_older, saved, Selection(frozenset(only), frozenset(resubmit)))


def _prepared(inputs: Inputs, around: WriteSession, stop: StopFlag) -> tuple[Plan, Journal]:
    with stop_on_signals(stop), progress() as observer:
        return preflight(around.context(observer), around.target, inputs.definitions)


def _show(session: Session, plan: Plan, *, asking: bool) -> None:
    """Show the plan before the first write; where a program reads stdout, only to the person who is asked."""
    if session.format == "text":
        show_plan(session, plan)
    elif asking:
        session.note(plan_text(plan, session.style(stderr=True)))


def _show_declined(session: Session, plan: Plan) -> None:
    """Give a program, which has read nothing so far, the plan that was not carried out."""
    if session.format != "text":
        show_plan(session, plan)


def _agreed(plan: Plan, *, yes: bool) -> bool:
    """Ask before the first write. Without a write there is nothing to ask."""
    writes = plan.summary[Verdict.MODIFY]
    return yes or not writes or click.confirm(f"Submit {writes} for review?", err=True)
