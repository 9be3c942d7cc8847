"""``reconciler adopt``."""

from __future__ import annotations

import click

from reconciler.apply.adopt import adopt as adopt_all
from reconciler.cli.apply import open_for_writing
from reconciler.cli.formats import DEFAULT_PATH, connection_options
from reconciler.cli.inputs import load_valid
from reconciler.cli.output import Session
from reconciler.cli.progress import progress
from reconciler.errors import Exit
from reconciler.model.plan import Selection
from reconciler.planning.planner import check_keys
from reconciler.signals import StopFlag
from reconciler.tencent.connection import ConnectionOptions


@click.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option(
    "--definitions",
    "paths",
    multiple=True,
    default=(DEFAULT_PATH,),
    metavar="PATH",
    show_default=True,
    type=click.Path(),
    help="Where the definitions are; may be repeated.",
)
@connection_options
@click.pass_obj
def adopt(session: Session, keys: tuple[str, ...], paths: tuple[str, ...], connection: ConnectionOptions) -> int:
    """Record definitions as what was submitted, without submitting anything.

    For signatures that were submitted in the console, or whose outcome nobody recorded: look there first, then adopt
    what is the same. Refused, exit code 6, where the account shows another name.
    """
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    choice = Selection(only=frozenset(keys))
    check_keys(choice, inputs.definitions)
    chosen = [signature for signature in inputs.definitions.signatures if choice.takes(signature.key)]
    with (
        progress() as observer,
        open_for_writing(inputs, choice, connection, StopFlag(), observer) as opened,
    ):
        adopt_all(opened.context, chosen)
    for signature in chosen:
        session.result(f"{signature.key} ({signature.sign_id}) is recorded as submitted")
    return Exit.DONE
