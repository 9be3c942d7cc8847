"""Groups of commands of which only the one that is called is loaded, so that help stays quick."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class LazyCommand(NamedTuple):
    """A command's module, loaded only when it is called, and its line in the help."""

    module: str
    summary: str


class LazyGroup(click.Group):
    """Commands by name, loaded when they are called; a name that is none gets a "did you mean"."""

    def __init__(self, *arguments: Any, lazy: Mapping[str, LazyCommand], **given: Any) -> None:
        super().__init__(*arguments, **given)
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Return the names in the order of the help."""
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Load a command, which its module has under its name, or with an underscore where Python has that name."""
        entry = self._lazy.get(cmd_name)
        if entry is None:
            return None
        module = importlib.import_module(f"reconciler.cli.{entry.module}")
        command: click.Command = getattr(module, cmd_name if hasattr(module, cmd_name) else f"{cmd_name}_")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments begin with. Raises a usage error for one that is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0].lower(), self._lazy, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """Write the commands' lines without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self._lazy.items()])
