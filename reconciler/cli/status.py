"""``reconciler status``."""

from __future__ import annotations

import click

from reconciler.cli.connect import connect
from reconciler.cli.formats import FORMATS, connection_options, format_option, only_option, paths_argument, show_status
from reconciler.cli.inputs import load_valid
from reconciler.cli.output import Session, spinner
from reconciler.clock import SystemClock
from reconciler.errors import Exit
from reconciler.model.plan import Selection
from reconciler.planning.planner import check_keys, describe, status_report
from reconciler.tencent.connection import ConnectionOptions, reading


@click.command()
@paths_argument
@only_option
@connection_options
@format_option(*FORMATS)
@click.pass_obj
def status(
    session: Session, paths: tuple[str, ...], only: tuple[str, ...], connection: ConnectionOptions, output: str
) -> int:
    """Show the live review state of every signature, with the reviewer's reply. Reads only the account."""
    session.format = output
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    choice = Selection(only=frozenset(only))
    check_keys(choice, inputs.definitions)
    clock = SystemClock()
    with (
        connect(inputs, connection) as connected,
        reading(inputs.account, connected, clock) as opened,
        spinner("reading the account"),
    ):
        described = describe(opened.reader, inputs.definitions.signatures, choice)
    show_status(session, status_report(opened.target, inputs.definitions, described, choice))
    return Exit.DONE
