"""``reconciler explain``."""

from __future__ import annotations

import difflib

import click

from reconciler.cli.output import Session
from reconciler.contract.error_codes import CODES, ErrorCode
from reconciler.errors import Exit, UsageError
from reconciler.render.findings import code_text


@click.command()
@click.argument("code")
@click.pass_obj
def explain(session: Session, code: str) -> int:
    """Say what an error code means, whether a retry helps, and what to do.

    CODE is the vendor's, such as InvalidParameterValue.ImageInvalid; its last part alone will do.
    """
    for row in _matching(code):
        session.result(code_text(row))
    return Exit.DONE


def _matching(code: str) -> list[ErrorCode]:
    wanted = code.strip().rstrip(".").lower()
    exact = [row for row in CODES.values() if row.code.lower() == wanted]
    found = exact or [row for row in CODES.values() if row.code.lower().rpartition(".")[2] == wanted]
    if not found:
        near = difflib.get_close_matches(code, CODES, n=3, cutoff=0.5)
        raise UsageError(
            f"no page lists the code {code!r}",
            hint=f"did you mean {', '.join(near)}?" if near else "it is treated as one whose outcome is not certain",
        )
    return found
