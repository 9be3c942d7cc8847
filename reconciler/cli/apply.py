"""``reconciler apply``."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import click

from reconciler.apply.account import writing
from reconciler.apply.context import Context, Observer
from reconciler.apply.evidence import images_of
from reconciler.apply.interrupt import stop_on_signals
from reconciler.apply.prepare import prepare
from reconciler.apply.run import carry_out
from reconciler.cli.formats import FORMATS, show_plan, show_report
from reconciler.cli.inputs import Inputs, load_valid, record_of
from reconciler.cli.options import format_option, max_changes_option, only_option, paths_argument, reach_options
from reconciler.cli.progress import progress
from reconciler.cli.reaching import reached
from reconciler.cli.session import Session
from reconciler.clock import SystemClock
from reconciler.decision.build import Choice
from reconciler.errors import Exit, UsageProblem
from reconciler.model.plan import Plan, Target, Verdict
from reconciler.model.report import plan_exit, report_exit
from reconciler.planning.make import check_keys, check_size
from reconciler.render.plan_text import plan_text
from reconciler.state.lineage import head_commit
from reconciler.vendor.pace import ModifyPace


@click.command()
@paths_argument
@only_option
@click.option(
    "--resubmit", multiple=True, metavar="KEY", help="Submit this signature again regardless; may be repeated."
)
@max_changes_option
@click.option("--yes", is_flag=True, help="Do not ask; needed off a terminal.")
@reach_options
@format_option(*FORMATS)
@click.pass_obj
def apply(
    session: Session, /, paths: tuple[str, ...], output: str, **options: Any
) -> int:  # click hands options by name
    """Plan afresh, show the plan, ask, submit what differs, and show how it stands then.

    Exit code 6 where anything is refused or blocked, 7 where a planned submission was not accepted or is unsettled.
    """
    session.format = output
    yes, most = options.pop("yes"), options.pop("max_changes")
    if not yes and not sys.stdin.isatty():
        raise UsageProblem("apply asks before it writes, and there is nobody to ask", hint="add --yes")
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    choice = Choice(frozenset(options.pop("only")), frozenset(options.pop("resubmit")))
    check_keys(choice, inputs.wishes)
    stop = threading.Event()
    with _opened(inputs, choice, options, stop) as (context, target):
        with stop_on_signals(stop), progress() as observer:
            plan, ledger = prepare(context(observer), target, inputs.wishes)
        _show(session, plan, asking=not yes)
        check_size(plan, most)
        if not (stop.is_set() or _agreed(plan, yes=yes)):
            return plan_exit(plan)
        with stop_on_signals(stop), progress() as observer:
            report = carry_out(plan, context(observer), ledger)
    show_report(session, report)
    return report_exit(report)


@contextmanager
def _opened(
    inputs: Inputs, choice: Choice, options: dict[str, Any], stop: threading.Event
) -> Iterator[tuple[Callable[[Observer], Context], Target]]:
    """Yield the account of the definitions opened for writing, as all but the observer of what an apply is given."""
    clock = SystemClock(stop)
    with reached(inputs, **options) as reach, writing(inputs.account, reach, clock) as opened:
        context = partial(
            _context,
            reader=opened.reader,
            writer=opened.writer,
            store=record_of(inputs, opened.target, embedded=reach.embedded),
            clock=clock,
            pace=ModifyPace(clock, reach.pacing.modify_interval),
            pacing=reach.pacing,
            choice=choice,
            stopped=stop.is_set,
            load_images=partial(images_of, inputs.definitions.root),
            run=uuid.uuid4().hex,
            commit=head_commit(inputs.definitions.root),
        )
        yield context, opened.target


def _context(observer: Observer, **given: Any) -> Context:
    return Context(observer=observer, **given)


def _show(session: Session, plan: Plan, *, asking: bool) -> None:
    """Show the plan before the first write; where a program reads stdout, only to the person who is asked."""
    if session.format == "text":
        show_plan(session, plan)
    elif asking:
        session.note(plan_text(plan, session.painter(stderr=True)))


def _agreed(plan: Plan, *, yes: bool) -> bool:
    """Ask before the first write. Without a write there is nothing to ask."""
    writes = plan.summary[Verdict.MODIFY]
    return yes or not writes or click.confirm(f"Submit {writes} for review?", err=True)
