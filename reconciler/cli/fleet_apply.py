"""``reconciler fleet apply``: every account is planned, all is shown and asked for once, then each has a writer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from reconciler.apply.executor import Steps, run
from reconciler.apply.results import stopped
from reconciler.cli.apply import check_can_ask, confirmed, open_for_writing
from reconciler.cli.fleet_plan import FleetAccess, check_fleet_size
from reconciler.cli.fleet_run import FleetChoice, FleetReport, fleet_options, valid_inputs
from reconciler.cli.formats import (
    FORMATS,
    Allowed,
    FilledPath,
    allowing_options,
    connection_options,
    format_option,
    plan_exit,
    report_exit,
)
from reconciler.cli.output import Session
from reconciler.cli.progress import FleetProgress, fleet_progress
from reconciler.cli.validate import Inputs, here
from reconciler.decision.plan import SavedPlan, operations_of
from reconciler.definitions.load import Definitions
from reconciler.errors import Exit, Refusal
from reconciler.fleet.accounts import FleetAccount
from reconciler.model.plan import EVERYTHING, Plan
from reconciler.model.report import ApplyReport, Observer
from reconciler.planning.created_ids import write_created_ids
from reconciler.planning.planner import id_notes
from reconciler.planning.saved_plan import admit_saved, read_fleet_plan
from reconciler.render.findings import number
from reconciler.render.fleet import AccountResult, Failure
from reconciler.signals import StopFlag, stop_on_signals
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import joined, say


@click.command()
@fleet_options
@click.option(
    "--plan",
    "plan_file",
    type=FilledPath(path_type=Path),
    metavar="FILE",
    help="Apply just these saved plans; accounts that it does not name are left alone.",
)
@allowing_options
@connection_options
@format_option(*FORMATS)
@click.pass_obj
def apply(  # a parameter for each option
    session: Session,
    choice: FleetChoice,
    plan_file: Path | None,
    allowed: Allowed,
    connection: ConnectionOptions,
    output: str,
) -> int:
    """Plan every account below FOLDER, show all, ask once, submit and verify, side by side.

    Each account has one writer and its own limits, as with the command without `fleet`. What differs from the plan that
    was shown is not submitted.
    """
    session.format = output
    check_can_ask(yes=allowed.yes)
    saved = read_fleet_plan(plan_file) if plan_file is not None else None
    if saved is not None:
        _check_held(saved, choice)
        named = tuple(account for account in choice.accounts if account.name in saved)
        left = frozenset(choice.accounts) - frozenset(named)
        choice = choice._replace(accounts=named, others=(*choice.others, *sorted(left)))
    stop = StopFlag()
    fleet = FleetApply(choice, connection, stop, allowed, saved or {})
    with FleetReport(session, choice.deleted) as report, stop_on_signals(stop):
        return carried_out(fleet, report, partial(_agreed, yes=allowed.yes, stop=stop), text=output == "text")


def carried_out(fleet: FleetApply, report: FleetReport, confirm: Callable[[int, int], bool], *, text: bool) -> Exit:
    """Plan every account, show all, ``confirm`` so many writes in so many accounts, and submit side by side.

    Raises Refusal where more is planned in all accounts together than is allowed.
    """
    accounts, jobs = fleet.choice.accounts, fleet.choice.jobs
    with fleet_progress(len(accounts)) as progress:
        report.collect(accounts, partial(fleet.prepared, progress), jobs, progress)
    fleet.keep(fleet.access.sound(report))
    for account in fleet.unwritten_accounts():
        report.redo(account, fleet.with_ids_written)
    if text:
        report.show(accounts)
    check_fleet_size(fleet.writes, fleet.allowed.max_changes)
    asked = fleet.pending_accounts()
    if asked and confirm(fleet.writes, len(asked)):
        with fleet_progress(len(asked)) as progress:
            report.collect(asked, partial(fleet.submitted, progress), jobs, progress)
        if text:
            report.show(asked, accounts)
    if not text:
        report.show(accounts)
    return report.exit_code()


def _check_held(saved: Mapping[str, SavedPlan], choice: FleetChoice) -> None:
    """Raise Refusal where a plan was made for an account that the fleet does not have: it would be left out unseen."""
    gone = saved.keys() - {account.name for account in (*choice.accounts, *choice.others)}
    if gone:
        raise Refusal(
            "the saved plans are for accounts that {folder} does not hold: {names}",
            hint="give the folder that was planned, or plan again and have it reviewed",
            folder=choice.folder,
            names=joined(sorted(gone)),
        )


def _agreed(writes: int, accounts: int, *, yes: bool, stop: StopFlag) -> bool:
    question = say("Submit {count} in {accounts} for review?", count=writes, accounts=number(accounts, "account"))
    # After a stop, what is left is reported as not attempted.
    return confirmed(question, yes=yes or stop.is_set())


class _Unwritten(NamedTuple):
    """Definitions that lack ids of signatures that are there, and what became of their account."""

    definitions: Definitions
    report: ApplyReport
    result: AccountResult


class FleetApply:
    """The two passes over the accounts: the plan of each, held until the answer, and its submission."""

    def __init__(
        self,
        choice: FleetChoice,
        options: ConnectionOptions,
        stop: StopFlag,
        allowed: Allowed,
        saved: Mapping[str, SavedPlan],
    ) -> None:
        self.choice = choice
        self._options = options
        self._stop = stop
        self.allowed = allowed
        self._saved = saved  # of an account in it, just that plan is applied
        self.access = FleetAccess(choice, options)
        self._cwd = here()
        self._pending: dict[str, SavedPlan] = {}
        self._dropped: dict[str, Exit] = {}
        self._unwritten: dict[str, _Unwritten] = {}

    @property
    def writes(self) -> int:
        """Number of writes that are planned in all accounts."""
        return sum(len(saved.operations) for saved in self._pending.values())

    def pending_accounts(self) -> tuple[FleetAccount, ...]:
        """Return the accounts that something would be submitted to."""
        return tuple(account for account in self.choice.accounts if account.name in self._pending)

    def keep(self, names: Collection[str]) -> None:
        """Leave out what is planned for other accounts."""
        self._pending = {name: saved for name, saved in self._pending.items() if name in names}
        self._unwritten = {name: found for name, found in self._unwritten.items() if name in names}

    def unwritten_accounts(self) -> tuple[FleetAccount, ...]:
        """Return the accounts to which nothing is submitted, and whose ids an earlier run has not written."""
        return tuple(account for account in self.choice.accounts if account.name in self._unwritten)

    def with_ids_written(self, account: FleetAccount) -> AccountResult:
        """Write the ids of signatures that an earlier run created, as the command for one account does unasked."""
        definitions, report, result = self._unwritten.pop(account.name)
        return result._replace(notes=tuple(write_created_ids(definitions, report)))

    def prepared(self, progress: FleetProgress, account: FleetAccount) -> AccountResult:
        """Wait for others, settle and plan as an apply does, up to where it would ask."""
        if self._stop.is_set():
            return _not_begun(account)
        shown: list[Plan] = []
        dropped = [Exit.DONE]
        saved = self._saved.get(account.name)
        admit = partial(_admit, saved, dropped) if saved is not None else _as_it_is
        inputs = valid_inputs(account, self._cwd)
        steps = Steps(self._unmoved(inputs, admit), shown.append, lambda _plan: False)
        report = self._run(account, inputs, progress.observer(account.name), steps)
        plan = shown[-1]
        edits, ids_written = self._edits(plan, inputs.definitions), self.allowed.write_ids
        if report is not None:
            code = max(report_exit(report), *dropped)
            result = AccountResult(account.name, code, report, ids_written=ids_written, answered=edits)
            if edits:
                self._unwritten[account.name] = _Unwritten(inputs.definitions, report, result)
            return result
        self._pending[account.name] = _as_saved(plan)
        self._dropped[account.name] = max(dropped)
        return AccountResult(account.name, max(plan_exit(plan), *dropped), plan, answered=edits)

    def _unmoved(self, inputs: Inputs, admit: Callable[[Plan], Plan]) -> Callable[[Plan], Plan]:
        """Return ``admit`` with a look at the checkout where something will be written: its commit is recorded."""

        def admitted(plan: Plan) -> Plan:
            if plan.writes:
                self.access.checkouts.check(inputs.definitions.root)
            return admit(plan)

        return admitted

    def _edits(self, plan: Plan, definitions: Definitions) -> tuple[str, ...]:
        """Return what a plan asks a person to write that this run writes itself."""
        return id_notes(plan.signatures, definitions.signatures) if self.allowed.write_ids else ()

    def submitted(self, progress: FleetProgress, account: FleetAccount) -> AccountResult:
        """Submit what was shown of an account, and nothing else."""
        if self._stop.is_set():
            return _not_begun(account)
        dropped = [self._dropped[account.name]]
        inputs = valid_inputs(account, self._cwd)
        admit = self._unmoved(inputs, partial(_admit, self._pending[account.name], dropped))
        steps = Steps(admit, _shown_before, lambda _plan: True)
        report = self._run(account, inputs, progress.observer(account.name), steps)
        if report is None:  # nobody is asked here, so nobody says no
            raise AssertionError("an apply that was confirmed has a report")
        ids_written, edits = self.allowed.write_ids, self._edits(report.plan, inputs.definitions)
        notes = tuple(write_created_ids(inputs.definitions, report) if ids_written else ())
        return AccountResult(account.name, max(report_exit(report), *dropped), report, notes, ids_written, edits)

    def _run(self, account: FleetAccount, inputs: Inputs, observer: Observer, steps: Steps) -> ApplyReport | None:
        with open_for_writing(
            inputs,
            EVERYTHING,
            self._options,
            self.allowed,
            self._stop,
            observer,
            # A writer looks at the newest record, so at its own branch.
            self.access.shared(account, together=False),
        ) as opened:
            return run(opened.context, opened.target, inputs.definitions, steps)


def _not_begun(account: FleetAccount) -> AccountResult:
    stop = stopped().error
    if stop is None:
        raise AssertionError("a stop has a reason")
    return AccountResult(account.name, Exit.UNSETTLED, Failure(stop))


def _as_saved(plan: Plan) -> SavedPlan:
    target = plan.target
    operations = tuple(operations_of(plan.signatures))
    return SavedPlan(target.uin, target.account.region, target.sandbox, plan.fingerprint, (), operations)


def _as_it_is(plan: Plan) -> Plan:
    return plan


def _admit(saved: SavedPlan, dropped: list[Exit], plan: Plan) -> Plan:
    admitted, code = admit_saved(saved, plan)
    dropped.append(code)
    return admitted


def _shown_before(_plan: Plan) -> None:
    """Show nothing: the plan was shown before anybody was asked."""
