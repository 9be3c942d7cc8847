"""``reconciler explain`` and ``reconciler schema``: what the tool itself knows, looked up."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

import click

from reconciler.cli.output import Session
from reconciler.contract.error_codes import CODES, PLAIN_CODES
from reconciler.decision.rules import Rule
from reconciler.definitions.codes import DIAGNOSTIC_CODES
from reconciler.errors import Exit, UsageError
from reconciler.model.plan import Verdict
from reconciler.render.findings import code_text, diagnostic_code_text, explained_verdict, rule_text
from reconciler.schemas import schema_names, whole_schema

_RULES: Final = {rule.code: rule for rule in Rule}


@click.command()
@click.argument("code")
@click.pass_obj
def explain(session: Session, code: str) -> int:
    """Say what a code means and what to do.

    CODE is the vendor's, such as InvalidParameterValue.ImageInvalid (its last part alone will do), that of a rule in a
    plan, such as no-such-signature, a verdict, such as stuck, or that of a problem in the definitions, such as
    missing-field.
    """
    for text in _matching(code):
        session.result(text)
    return Exit.DONE


def _matching(code: str) -> list[str]:
    texts = _texts()
    wanted = code.strip().rstrip(".").lower()
    exact = [text for known, text in texts.items() if known.lower() == wanted]
    found = exact or [text for known, text in texts.items() if known.lower().rpartition(".")[2] == wanted]
    if found:
        return found
    near = get_close_matches(code, texts, n=3, cutoff=0.5)
    if near:
        raise UsageError(
            "no page lists the code {code}", hint="did you mean {near}?", code=repr(code), near=", ".join(near)
        )
    hint = "one of the vendor's that no page lists is treated as one whose outcome is not certain"
    raise UsageError("no page lists the code {code}", hint=hint, code=repr(code))


def _texts() -> Mapping[str, str]:
    vendors = {row.code: code_text(row) for row in (*CODES.values(), *PLAIN_CODES)}
    rules = {code: rule_text(rule) for code, rule in _RULES.items()}
    diagnostics = {code: diagnostic_code_text(code, meaning) for code, meaning in DIAGNOSTIC_CODES.items()}
    verdicts = {verdict.value: explained_verdict(verdict, Rule) for verdict in Verdict}
    return {**diagnostics, **rules, **verdicts, **vendors}


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
