"""``reconciler plan``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click

from reconciler.cli.connect import ALONE, Shared, connect, lineage_of, record_of
from reconciler.cli.formats import (
    PLAN_FORMATS,
    FilledPath,
    all_option,
    connection_options,
    detailed_option,
    format_option,
    max_changes_option,
    only_option,
    paths_argument,
    plan_exit,
    show_plan,
    style,
)
from reconciler.cli.output import Session, spinner
from reconciler.cli.validate import Inputs, load_valid
from reconciler.clock import Clock, SystemClock
from reconciler.definitions.load import Definitions
from reconciler.errors import Exit, UsageError
from reconciler.files import OWN_FOLDER
from reconciler.model.plan import Plan, Selection, Target
from reconciler.planning.planner import Run, check_keys, check_size, plan_offline, plan_online
from reconciler.planning.saved_plan import plan_text, read_plans, write_plan
from reconciler.render.record import saved_plan_text
from reconciler.render.text import plan_text as plan_as_text
from reconciler.tencent.connection import reading
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import escape_line, say

_STDOUT: Final = Path("-")

# Folders, or a file in a worktree, of which a plan takes no part's place.
_KEPT: Final = frozenset({OWN_FOLDER, ".git"})

# The two words of `plan show FILE`.
_SHOW: Final = "show"


@click.command()
@paths_argument
@only_option
@max_changes_option
@detailed_option
@click.option(
    "--out",
    type=FilledPath(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Save it for apply --plan; -: stdout.",
)
@click.option("--offline", is_flag=True, help="Plan against the record alone, without keys; says how old it is.")
@all_option
@connection_options
@format_option(*PLAN_FORMATS)
@click.pass_obj
def plan(  # noqa: PLR0913  # a parameter for each option
    session: Session,
    paths: tuple[str, ...],
    only: tuple[str, ...],
    max_changes: int | None,
    out: Path | None,
    connection: ConnectionOptions,
    output: str,
    *,
    detailed_exitcode: bool,
    offline: bool,
    everything: bool,
) -> int:
    """Show what apply would do and why. `plan show FILE` prints a saved plan.

    A plan is given nothing that can write. Exit code 6 where anything is refused or blocked.
    """
    session.format = output
    if paths[:1] == (_SHOW,) and not Path(_SHOW).exists():
        return _show_saved(session, paths[1:])
    aside = is_stdout(session, out)
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    check_out(out, files_of(inputs.definitions))
    choice = Selection(only=frozenset(only))
    check_keys(choice, inputs.definitions)
    with spinner(say("reading the account")):
        made = (planned_offline if offline else planned_online)(inputs, choice, connection)
    if aside:
        columns = session.columns(stderr=True)
        session.note(plan_as_text(made, style(stderr=True), columns=columns, everything=everything))
    else:
        show_plan(session, made, everything=everything)
    check_size(made, max_changes)
    if aside:
        session.result(plan_text(made, choice))
    elif out is not None:
        write_plan(out, made, choice)
    return plan_exit(made, detailed=detailed_exitcode)


def _show_saved(session: Session, files: tuple[str, ...]) -> int:
    if len(files) != 1:
        raise UsageError("plan show prints one saved plan", hint="name the file that {option} wrote", option="--out")
    if session.format != "text":
        raise UsageError("plan show prints text", hint="the saved plan itself is JSON")
    for name, saved in read_plans(Path(files[0])).items():
        if name:
            session.result(f"{escape_line(name)}:")
        session.result(saved_plan_text(saved, style(), columns=session.columns()) + ("\n" if name else ""))
    return Exit.DONE


def is_stdout(session: Session, out: Path | None) -> bool:
    """Return whether a saved plan goes to stdout. Raises UsageError where something else has to go there."""
    if out != _STDOUT:
        return False
    if session.format != "text":
        raise UsageError("a saved plan on stdout goes with --format text only", hint="save it to a file")
    return True


def files_of(definitions: Definitions) -> Iterator[Path]:
    """Yield the files that the definitions were read from, and the images that they name."""
    yield from definitions.files
    for signature in definitions.signatures:
        for image in (signature.fields.proof_image, signature.fields.commission_image):
            if image is not None and image.file:
                yield Path(signature.folder, image.file)


def check_out(out: Path | None, read: Iterable[Path]) -> None:
    """Raise UsageError where a plan would take the place of a file that was ``read``, or of the record's or git's."""
    if out is None or out == _STDOUT:
        return
    real = os.path.realpath(out)
    if not _KEPT.isdisjoint(Path(real).parts) or (os.path.lexists(out) and real in map(os.path.realpath, read)):
        raise UsageError(
            "{option} names {file}, which the run itself needs",
            hint="name a file of its own for the plan",
            option="--out",
            file=out,
        )


def planned_online(
    inputs: Inputs, choice: Selection, options: ConnectionOptions, shared: Shared = ALONE, clock: Clock | None = None
) -> Plan:
    """Return the plan of an account against what it shows now."""
    clock = clock or SystemClock()
    with connect(inputs, options, shared) as connection, reading(inputs.account, connection, clock) as opened:
        shared.claim(opened.target)
        record = record_of(inputs, opened.target, shared, embedded=connection.embedded)
        run = Run(
            opened.target,
            inputs.definitions,
            choice,
            clock,
            lineage_of(inputs, shared, embedded=connection.embedded),
            connection.limits.describe_lag,
        )
        return plan_online(opened.reader, record, run)


def check_offline(options: ConnectionOptions) -> None:
    """Raise UsageError where an offline plan is to reach an account."""
    if options.sandbox or options.endpoint:
        raise UsageError("--offline reads no account, so it goes with neither --sandbox nor --endpoint")


def planned_offline(
    inputs: Inputs, choice: Selection, options: ConnectionOptions, shared: Shared = ALONE, clock: Clock | None = None
) -> Plan:
    """Return the plan of an account against its record alone. Raises UsageError where it has no number to go by."""
    check_offline(options)
    if inputs.account.uin is None:
        raise UsageError("--offline cannot ask which account it is", hint="write the account's number as account.uin")
    target = Target(inputs.account, inputs.account.uin, "offline")
    shared.claim(target)
    run = Run(target, inputs.definitions, choice, clock or SystemClock(), lineage_of(inputs, shared))
    return plan_offline(record_of(inputs, target, shared), run)
