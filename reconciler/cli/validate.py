"""``reconciler validate``."""

from __future__ import annotations

import click

from reconciler.cli.formats import FORMATS, format_option, paths_argument, show_problems
from reconciler.cli.inputs import load
from reconciler.cli.output import Session
from reconciler.errors import Exit
from reconciler.render.findings import verdict_text
from reconciler.text import local


@click.command()
@paths_argument
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@format_option(*FORMATS)
@click.pass_obj
def validate(session: Session, paths: tuple[str, ...], output: str, *, strict: bool) -> int:
    """Check definitions and evidence, offline.

    PATH is a file or a folder (default: signatures.yaml). Every problem of every file is reported in one run. Exit code
    4 where anything is wrong.
    """
    session.format = output
    definitions = load(paths)
    problems = definitions.diagnostics
    valid = not problems if strict else definitions.valid
    show_problems(session, problems, valid=valid)
    if output == "text":
        session.result(local(verdict_text(problems, len(definitions.signatures), len(definitions.files))))
    return Exit.DONE if valid else Exit.INVALID
