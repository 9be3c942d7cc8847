"""``reconciler schema``."""

from __future__ import annotations

import click

from reconciler.cli.output import Session
from reconciler.errors import Exit, UsageError
from reconciler.schemas import schema_names, whole_schema


@click.command()
@click.argument("name", default="signatures")
@click.pass_obj
def schema(session: Session, name: str) -> int:
    """Print the JSON Schema NAME (default: signatures, that of the definitions)."""
    if name not in schema_names():
        raise UsageError(
            "there is no schema {name}", hint="there are: {names}", name=repr(name), names=", ".join(schema_names())
        )
    session.result(whole_schema(name).rstrip("\n"))
    return Exit.DONE
