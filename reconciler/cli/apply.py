"""``reconciler apply``."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from reconciler.apply.context import ApplyContext, images_of, writing
from reconciler.apply.executor import Steps, run
from reconciler.apply.waiting import Timing
from reconciler.cli.connect import ALONE, Shared, connect, lineage_of, record_of
from reconciler.cli.formats import (
    FORMATS,
    Allowed,
    FilledPath,
    FilledText,
    allowing_options,
    connection_options,
    format_option,
    only_option,
    paths_argument,
    plan_exit,
    report_exit,
    show_plan,
    show_report,
    style,
)
from reconciler.cli.output import Session
from reconciler.cli.progress import progress
from reconciler.cli.validate import Inputs, load_valid
from reconciler.clock import SystemClock
from reconciler.decision.plan import SavedPlan
from reconciler.definitions.load import Definitions
from reconciler.errors import Exit, UsageError
from reconciler.model.plan import Plan, Selection, Target
from reconciler.model.report import Observer
from reconciler.planning.created_ids import write_created_ids
from reconciler.planning.planner import believed_refusal, check_keys, check_size, id_notes
from reconciler.planning.saved_plan import admit_saved, read_plan
from reconciler.render.text import plan_text
from reconciler.signals import StopFlag, let_interrupt, stop_on_signals
from reconciler.state.checkout import origin_of
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.tencent.rate_limit import ModifyRateLimit
from reconciler.text import local, say


@click.command()
@paths_argument
@only_option
@click.option(
    "--resubmit",
    multiple=True,
    type=FilledText(),
    metavar="KEY",
    help="Submit this one again regardless; may be repeated.",
)
@click.option(
    "--plan", "plan_file", type=FilledPath(path_type=Path), metavar="FILE", help="Apply just this saved plan."
)
@allowing_options
@connection_options
@format_option(*FORMATS)
@click.pass_obj
def apply(  # a parameter for each option
    session: Session,
    paths: tuple[str, ...],
    only: tuple[str, ...],
    resubmit: tuple[str, ...],
    plan_file: Path | None,
    allowed: Allowed,
    connection: ConnectionOptions,
    output: str,
) -> int:
    """Plan afresh, show the plan, ask, submit what differs, and show the outcome.

    Exit code 6 where anything is refused or blocked, 7 where a planned submission was not accepted or is unsettled.
    """
    session.format = output
    check_can_ask(yes=allowed.yes)
    saved = _saved(plan_file, resubmit)
    choice = Selection(frozenset(only or (saved.only if saved else ())), frozenset(resubmit))
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    check_keys(choice, inputs.definitions)
    stop = StopFlag()
    dialogue = _Dialogue(session, saved, allowed, stop, inputs.definitions)
    with (
        progress() as observer,
        open_for_writing(inputs, choice, connection, allowed, stop, observer) as opened,
        stop_on_signals(stop),
    ):
        dialogue.pause = observer.pause
        steps = Steps(dialogue.admit, dialogue.present, dialogue.confirm)
        report = run(opened.context, opened.target, inputs.definitions, steps)
        observer.pause()
        if report is None:
            dialogue.show_declined()
            return max(plan_exit(dialogue.plan), dialogue.dropped)
        show_report(session, report, ids_written=allowed.write_ids)
    if allowed.write_ids:
        for line in write_created_ids(inputs.definitions, report):
            session.note(local(line))
    return max(report_exit(report), dialogue.dropped)


def _saved(file: Path | None, resubmit: tuple[str, ...]) -> SavedPlan | None:
    if file is not None and resubmit:
        raise UsageError("--plan applies just what was saved, so it does not go with --resubmit")
    return read_plan(file) if file is not None else None


def check_can_ask(*, yes: bool) -> None:
    """Raise UsageError where a question would find nobody to answer it."""
    if not yes and not sys.stdin.isatty():
        raise UsageError(
            "{command} asks before it writes, and there is nobody to ask",
            hint="add {option}",
            command=click.get_current_context().info_name,
            option="--yes",
        )


def confirmed(question: str, *, yes: bool) -> bool:
    """Return what the person answers. Raises click.Abort where they end the program instead."""
    if yes:
        return True
    with let_interrupt():
        return click.confirm(question, err=True)


class _Dialogue:
    """What the person sees and answers between the plan and the first write."""

    def __init__(
        self, session: Session, saved: SavedPlan | None, allowed: Allowed, stop: StopFlag, definitions: Definitions
    ) -> None:
        self._session = session
        self._saved = saved
        self._allowed = allowed
        self._stop = stop
        self._definitions = definitions
        self.dropped = Exit.DONE
        self.pause: Callable[[], None] = lambda: None
        self.plan: Plan

    def admit(self, plan: Plan) -> Plan:
        """Hold a saved plan against the fresh one. Raises Refusal where it is stale."""
        if self._saved is None:
            return plan
        plan, self.dropped = admit_saved(self._saved, plan)
        return plan

    def present(self, plan: Plan) -> None:
        """Show the plan before the first write; where a program reads stdout, only to the person who is asked.

        Raises Refusal where it is larger than expected.
        """
        self.plan = plan
        self.pause()
        shown = self._without_requests(plan)
        if self._session.format == "text":
            show_plan(self._session, shown)
        elif not self._allowed.yes:
            self._session.note(plan_text(shown, style(stderr=True), columns=self._session.columns(stderr=True)))
            self._session.remind()
        check_size(plan, self._allowed.max_changes)

    def _without_requests(self, plan: Plan) -> Plan:
        """Return the plan without the edits that this run makes itself."""
        if not self._allowed.write_ids:
            return plan
        made = id_notes(plan.signatures, self._definitions.signatures)
        return plan._replace(notes=tuple(note for note in plan.notes if note not in made))

    def confirm(self, plan: Plan) -> bool:
        """Ask before the first write."""
        # After a stop, what is left is reported as not attempted.
        is_settled = self._allowed.yes or self._stop.is_set()
        return confirmed(say("Submit {count} for review?", count=len(plan.writes)), yes=is_settled)

    def show_declined(self) -> None:
        """Give a program, which has read nothing so far, the plan that was not carried out."""
        if self._session.format != "text":
            show_plan(self._session, self.plan)


class WriteSession(NamedTuple):
    """What an apply works with, and the account that it is for."""

    context: ApplyContext
    target: Target


@contextmanager
def open_for_writing(
    inputs: Inputs,
    choice: Selection,
    options: ConnectionOptions,
    allowed: Allowed,
    stop: StopFlag,
    observer: Observer,
    shared: Shared = ALONE,
) -> Iterator[WriteSession]:
    """Open the account of the definitions for writing. Raises Refusal where nothing proves that it is this one."""
    clock = SystemClock(stop)
    root = inputs.definitions.root
    # Right after the definitions were read: what is pulled while the account is asked for is not what they are from.
    origin = (shared.origin or origin_of)(root)
    lineage = None if allowed.allow_older else lineage_of(inputs, shared, embedded=options.sandbox)
    with (
        connect(inputs, options, shared, writes=True) as connection,
        writing(inputs.account, connection, clock) as opened,
    ):
        shared.claim(opened.target)
        unproven = believed_refusal(opened.target)
        if unproven is not None and not allowed.believe_uin:
            raise unproven
        store = record_of(inputs, opened.target, shared, embedded=connection.embedded)
        context = ApplyContext(
            reader=opened.reader,
            writer=opened.writer,
            store=store,
            clock=clock,
            rate_limit=ModifyRateLimit(clock, connection.limits.modify_interval),
            choice=choice,
            observer=observer,
            stopped=stop.is_set,
            load_images=partial(images_of, root),
            run=uuid.uuid4().hex,
            timing=Timing.of(connection.limits, costly=store.costly),
            commit=origin.commit,
            by=origin.by,
            uncommitted=origin.uncommitted,
            site=inputs.account.site,
            lineage=lineage,
        )
        yield WriteSession(context, opened.target)
