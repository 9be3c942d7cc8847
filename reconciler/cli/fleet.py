"""``reconciler fleet``: the group, whose commands are loaded when they are called."""

from __future__ import annotations

from typing import Final

import click

from reconciler.cli.main import LazyCommand, LazyGroup

_COMMANDS: Final = {
    "list": LazyCommand("fleet_list", "Name the accounts, those that a change touches, or the jobs for them."),
    "validate": LazyCommand("fleet_list", "Check the definitions of every account, offline."),
    "plan": LazyCommand("fleet_plan", "Show what apply would do in every account. Cannot write."),
    "apply": LazyCommand("fleet_apply", "Plan every account, show, ask once, submit and verify."),
    "status": LazyCommand("fleet_plan", "Show the live review state of every account."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def fleet() -> None:
    """Run a command for every account below a folder, side by side.

    The topmost folders below FOLDER that hold definitions are one account each, called by their path. One account's
    failure stops no other; the exit code is the highest.
    """
