"""``reconciler explain`` and ``reconciler schema``: what the tool itself knows, looked up."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import chain

import click

from reconciler.cli.languages import names_elsewhere
from reconciler.cli.output import Session
from reconciler.contract.api import Status
from reconciler.contract.error_codes import CODES, PLAIN_CODES
from reconciler.decision.rules import Rule
from reconciler.definitions.codes import DIAGNOSTIC_CODES
from reconciler.errors import Exit, UsageError
from reconciler.model.plan import Verdict
from reconciler.render.findings import (
    code_text,
    diagnostic_code_text,
    explained_status,
    explained_verdict,
    rule_text,
)
from reconciler.schemas import schema_names, whole_schema
from reconciler.text import joined


@click.command()
@click.argument("code")
@click.pass_obj
def explain(session: Session, code: str) -> int:
    """Say what a code means and what to do.

    CODE is the vendor's, such as InvalidParameterValue.ImageInvalid (its last part alone will do), that of a rule in a
    plan, such as no-such-signature, a verdict, such as stuck, a review status, such as rejected, or that of a problem
    in the definitions, such as missing-field.
    """
    for text in _matching(code):
        session.result(text)
    return Exit.DONE


def _matching(code: str) -> list[str]:
    entries = list(_entries())
    wanted = code.strip().rstrip(".。").lower()
    exact = [text for names, text in entries if wanted in map(str.lower, names)]
    found = exact or [text for names, text in entries if names[0].lower().rpartition(".")[2] == wanted]
    if found:
        return found
    near = get_close_matches(code, list(dict.fromkeys(chain.from_iterable(names for names, _ in entries))), 3, 0.5)
    if near:
        raise UsageError(
            "no page lists the code {code}", hint="did you mean {near}?", code=repr(code), near=joined(near)
        )
    hint = "one of the vendor's that no page lists is treated as one whose outcome is not certain"
    raise UsageError("no page lists the code {code}", hint=hint, code=repr(code))


def _entries() -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield everything that can be explained: its names, its own first, and its explanation."""
    for verdict in Verdict:
        yield (verdict.value, *names_elsewhere("verdict", verdict)), explained_verdict(verdict, Rule)
    for status in Status:
        yield (status.value, *names_elsewhere("status", status)), explained_status(status)
    for rule in Rule:
        yield (rule.code,), rule_text(rule)
    for code, meaning in DIAGNOSTIC_CODES.items():
        yield (code,), diagnostic_code_text(code, meaning)
    for row in (*CODES.values(), *PLAIN_CODES):
        yield (row.code,), code_text(row)


@click.command()
@click.argument("name", default="signatures")
@click.pass_obj
def schema(session: Session, name: str) -> int:
    """Print the JSON Schema NAME (default: signatures, that of the definitions)."""
    if name not in schema_names():
        raise UsageError(
            "there is no schema {name}", hint="there are: {names}", name=repr(name), names=joined(schema_names())
        )
    session.result(whole_schema(name).rstrip("\n"))
    return Exit.DONE
