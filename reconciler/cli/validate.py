"""``reconciler validate``."""

from __future__ import annotations

import click

from reconciler.cli.inputs import load
from reconciler.cli.options import format_option, paths_argument
from reconciler.cli.session import Session
from reconciler.errors import Exit
from reconciler.render.diagnostics import diagnostics_json, diagnostics_text, verdict_text


@click.command()
@paths_argument
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@format_option("text", "json")
@click.pass_obj
def validate(session: Session, paths: tuple[str, ...], output: str, *, strict: bool) -> int:
    """Check definitions and evidence, offline.

    PATH is a file or a folder (default: signatures.yaml). Every problem of every file is reported in one run. Exit code
    4 where anything is wrong.
    """
    session.format = output
    definitions, wishes = load(paths)
    problems = wishes.diagnostics
    valid = not problems if strict else wishes.valid
    if output == "json":
        session.result(diagnostics_json(problems, valid=valid))
    else:
        if problems:
            session.result(diagnostics_text(problems, session.painter()))
        session.result(verdict_text(problems, len(wishes.desired), len(definitions.files)))
    return Exit.DONE if valid else Exit.INVALID
