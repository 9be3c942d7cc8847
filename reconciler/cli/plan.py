"""``reconciler plan``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconciler.cli.connect import connect
from reconciler.cli.exit_codes import plan_exit
from reconciler.cli.formats import FORMATS, show_plan
from reconciler.cli.inputs import Inputs, load_valid, record_of
from reconciler.cli.options import format_option, max_changes_option, only_option, paths_argument, reach_options
from reconciler.cli.output import Session, spinner
from reconciler.clock import SystemClock
from reconciler.errors import Exit, UsageError
from reconciler.model.plan import Plan, Selection, Target
from reconciler.planning.planner import Run, check_keys, check_size, plan_offline, plan_online
from reconciler.tencent.connection import RequestLimits, reading


@click.command()
@paths_argument
@only_option
@max_changes_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 3 where changes are planned.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save it for apply --plan."
)
@click.option("--offline", is_flag=True, help="Plan against the record alone, without keys; says how old it is.")
@reach_options
@format_option(*FORMATS)
@click.pass_obj
def plan(
    session: Session, /, paths: tuple[str, ...], output: str, **options: Any
) -> int:  # click hands options by name
    """Show what apply would do and why.

    A plan is given nothing that can write. Exit code 6 where anything is refused or blocked.
    """
    session.format = output
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    out = options.pop("out")
    only, most, detailed = options.pop("only"), options.pop("max_changes"), options.pop("detailed_exitcode")
    choice = Selection(only=frozenset(only))
    check_keys(choice, inputs.definitions)
    made = (_offline if options.pop("offline") else _online)(inputs, choice, options)
    show_plan(session, made)
    check_size(made, most)
    if out is not None:
        from reconciler.planning.saved_plan import write_plan  # noqa: PLC0415  # only where one is saved

        write_plan(out, made, choice)
    return plan_exit(made, detailed=detailed)


def _online(inputs: Inputs, choice: Selection, options: dict[str, Any]) -> Plan:
    clock = SystemClock()
    with connect(inputs, **options) as reach, reading(inputs.account, reach, clock) as opened:
        record = record_of(inputs, opened.target, embedded=reach.embedded)
        run = Run(opened.target, inputs.definitions, choice, clock, reach.limits.settle_after)
        with spinner("reading the account"):
            return plan_online(opened.reader, record, run)


def _offline(inputs: Inputs, choice: Selection, options: dict[str, Any]) -> Plan:
    if options["sandbox"] or options["endpoint"]:
        raise UsageError("--offline reads no account, so it goes with neither --sandbox nor --endpoint")
    if inputs.account.uin is None:
        raise UsageError("--offline cannot ask which account it is", hint="write the account's number as account.uin")
    target = Target(inputs.account, inputs.account.uin, "offline")
    run = Run(target, inputs.definitions, choice, SystemClock(), RequestLimits().settle_after)
    return plan_offline(record_of(inputs, target), run)
