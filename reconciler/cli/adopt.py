"""``reconciler adopt``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.apply.adopt import Adoption
from reconciler.apply.adopt import adopt as adopt_all
from reconciler.cli.apply import check_can_ask, confirmed, open_for_writing
from reconciler.cli.formats import (
    Allowed,
    FilledText,
    believe_option,
    connection_options,
    definitions_option,
    yes_option,
)
from reconciler.cli.inputs import Inputs, load_valid
from reconciler.cli.output import Session
from reconciler.cli.progress import progress
from reconciler.errors import Exit, UsageError, said
from reconciler.model.plan import Selection
from reconciler.model.signature import Signature
from reconciler.planning.planner import check_keys
from reconciler.render.record import adoption_text
from reconciler.render.text import target_line
from reconciler.signals import StopFlag
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import say


@click.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...", type=FilledText())
@click.option("--all", "everything", is_flag=True, help="Every signature of the definitions.")
@yes_option
@believe_option
@definitions_option
@connection_options
@click.pass_obj
def adopt(  # a parameter for each option
    session: Session,
    keys: tuple[str, ...],
    paths: tuple[str, ...],
    connection: ConnectionOptions,
    *,
    everything: bool,
    yes: bool,
    believe_uin: bool,
) -> int:
    """Record definitions as what was submitted, without submitting anything.

    For signatures that were submitted in the console, or whose outcome nobody recorded: look there first, then adopt
    what is the same. KEY may be a pattern of the shell. Shows what is recorded and what would be, and asks. Refused,
    exit code 6, where the account shows another name.
    """
    if bool(keys) == everything:
        raise click.UsageError(say("name the keys to adopt, or give --all alone"))
    check_can_ask(yes=yes)
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    choice = Selection(only=frozenset(keys))
    check_keys(choice, inputs.definitions)
    chosen = _chosen(inputs, choice)
    allowed = Allowed(yes=yes, believe_uin=believe_uin)
    with (
        progress() as observer,
        open_for_writing(inputs, choice, connection, allowed, StopFlag(), observer) as opened,
    ):

        def confirm(found: Sequence[Adoption]) -> bool:
            observer.pause()
            session.result(
                "\n".join([target_line(opened.target), *(adoption_text(each.signature, each.seen) for each in found)])
            )
            return confirmed(say("Record {count} as submitted?", count=len(found)), yes=yes)

        if not adopt_all(opened.context, chosen, confirm):
            return Exit.DONE
    for signature in chosen:
        session.result(say("{key} ({id}) is recorded as submitted", key=signature.key, id=signature.sign_id))
    return Exit.DONE


def _chosen(inputs: Inputs, choice: Selection) -> list[Signature]:
    """Return what is to be recorded. Raises UsageError for an observed one that is named: it says nothing to record."""
    taken = [signature for signature in inputs.definitions.signatures if choice.takes(signature.key)]
    named = [signature.key for signature in taken if signature.observed and signature.key in choice.only]
    if named or all(signature.observed for signature in taken):
        raise UsageError(
            "{keys} is observed, so there is nothing to record",
            hint="remove `observe: true` and write the other fields to manage it",
            keys=", ".join(named) or said("every chosen signature"),
        )
    return [signature for signature in taken if not signature.observed]
