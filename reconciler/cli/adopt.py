"""``reconciler adopt``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.apply.adopt import Adoption, AdoptionsRefused
from reconciler.apply.adopt import adopt as adopt_all
from reconciler.cli.apply import check_can_ask, confirmed, open_for_writing
from reconciler.cli.failures import failure_line
from reconciler.cli.formats import (
    Allowed,
    FilledText,
    believe_option,
    connection_options,
    definitions_option,
    yes_option,
)
from reconciler.cli.output import Session
from reconciler.cli.progress import progress
from reconciler.cli.validate import Inputs, load_valid
from reconciler.errors import Exit, UsageError, said
from reconciler.model.plan import Selection, Target
from reconciler.model.signature import Signature
from reconciler.planning.planner import check_keys
from reconciler.render.layout import fitted
from reconciler.render.record import adoptions_text
from reconciler.render.text import target_line
from reconciler.signals import StopFlag
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import joined, say


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
    what is the same. KEY may be a pattern of the shell. Shows what is recorded and what would be, and asks. Where the
    account shows another name of one, all such are named and none of the chosen is recorded: exit code 6.
    """
    if bool(keys) == everything:
        raise click.UsageError(say("name the keys to adopt, or give --all alone"))
    check_can_ask(yes=yes)
    inputs = load_valid(session, paths)
    if inputs is None:
        return Exit.INVALID
    choice = Selection(only=frozenset(keys))
    check_keys(choice, inputs.definitions)
    for signature in _recorded(session, inputs, choice, connection, Allowed(yes=yes, believe_uin=believe_uin)):
        session.result(say("{key} ({id}) is recorded as submitted", key=signature.key, id=signature.sign_id))
    return Exit.DONE


def _recorded(
    session: Session, inputs: Inputs, choice: Selection, connection: ConnectionOptions, allowed: Allowed
) -> list[Signature]:
    """Record the chosen signatures as submitted and return them: all, or none where the person says no."""
    chosen = _chosen(inputs, choice)
    with (
        progress() as observer,
        open_for_writing(inputs, choice, connection, allowed, StopFlag(), observer) as opened,
    ):

        def confirm(found: Sequence[Adoption]) -> bool:
            observer.pause()
            show_adoptions(session, opened.target, found)
            return confirmed(say("Record {count} as submitted?", count=len(found)), yes=allowed.yes)

        try:
            return chosen if adopt_all(opened.context, chosen, confirm) else []
        except AdoptionsRefused as refused:
            observer.pause()
            for problem in refused.problems:
                session.note(failure_line(problem)[1])
            raise


def show_adoptions(session: Session, target: Target, found: Sequence[Adoption]) -> None:
    """Print what would be recorded, as the result of a run."""
    text = adoptions_text([(each.signature, each.seen) for each in found])
    session.result(fitted(f"{target_line(target)}\n{text}", session.columns()))


def _chosen(inputs: Inputs, choice: Selection) -> list[Signature]:
    """Return what will be recorded. Raises UsageError for an observed one that is named: it says nothing to record."""
    taken = [signature for signature in inputs.definitions.signatures if choice.takes(signature.key)]
    named = [signature.key for signature in taken if signature.observed and signature.key in choice.only]
    if named or all(signature.observed for signature in taken):
        raise UsageError(
            "nothing can be recorded of {keys}: only observed",
            hint="remove `observe: true` and write the other fields to manage it",
            keys=joined(named) or said("every chosen signature"),
        )
    return [signature for signature in taken if not signature.observed]
