"""``reconciler doctor``."""

from __future__ import annotations

from collections.abc import Iterator

import click

from reconciler.cli.connect import connect
from reconciler.cli.formats import connection_options, format_option, paths_argument, style, worst_exit
from reconciler.cli.output import Session, spinner
from reconciler.cli.validate import Inputs, load
from reconciler.clock import SystemClock
from reconciler.definitions.load import Definitions
from reconciler.errors import CredentialsError, Exit, ReconcilerError, Refusal, said
from reconciler.model.plan import Target
from reconciler.model.report import CheckResult, Finding
from reconciler.planning.doctor import (
    UNREACHED,
    AccountChecks,
    commit_finding,
    problem,
    record_finding,
    route_findings,
    skipped,
    writing_finding,
)
from reconciler.render.findings import doctor_text, verdict_text
from reconciler.render.serialize import doctor_document, to_json
from reconciler.tencent.connection import Connection
from reconciler.tencent.endpoint import ConnectionOptions, endpoint_from
from reconciler.text import say


@click.command()
@paths_argument
@connection_options
@format_option("text", "json")
@click.pass_obj
def doctor(session: Session, paths: tuple[str, ...], connection: ConnectionOptions, output: str) -> int:
    """Show what would be used, and what is wrong with it: definitions, keys, account, clock, network and record.

    Nothing is written. Exit code of the worst problem: 4 definitions, 5 keys or vendor, 6 wrong account.
    """
    session.format = output
    with spinner(say("looking around")):
        findings = list(_findings(paths, connection))
    if output == "json":
        session.result(to_json(doctor_document(findings)))
    else:
        session.result(doctor_text(findings, style()))
    return worst_exit(findings)


def _findings(paths: tuple[str, ...], options: ConnectionOptions) -> Iterator[Finding]:
    definitions = load(paths)
    yield _definitions_finding(definitions)
    yield commit_finding(definitions.root)
    if not definitions.valid or definitions.account is None:
        why = said("the definitions are not valid, so the account is not reached")
        yield from (skipped(subject, why) for subject in ("keys", *UNREACHED, "record"))
        return
    inputs = Inputs(definitions, definitions.account)
    try:
        with connect(inputs, options) as connection:
            yield from _reached(inputs, connection, options)
    except (CredentialsError, Refusal) as error:
        yield from _without_keys(inputs, options, error)


def _definitions_finding(definitions: Definitions) -> Finding:
    counts = verdict_text(definitions.diagnostics, len(definitions.signatures), len(definitions.files))
    if definitions.valid:
        return Finding("definitions", CheckResult.OK, counts)
    return Finding(
        "definitions", CheckResult.PROBLEM, counts, said("`reconciler validate` names every problem"), Exit.INVALID
    )


def _reached(inputs: Inputs, connection: Connection, options: ConnectionOptions) -> Iterator[Finding]:
    yield from route_findings(connection.endpoint, inputs.account.region)
    checks = AccountChecks(inputs.account, connection, SystemClock())
    yield from checks.findings()
    yield from _writing(inputs, options)
    identity = checks.identity
    if identity is None:
        yield from _record_of_declared(inputs)
        return
    target = Target(inputs.account, identity.uin, str(connection.endpoint), identity.sandbox)
    yield record_finding(inputs.definitions.root, inputs.definitions.branch, target, embedded=connection.embedded)


def _without_keys(inputs: Inputs, options: ConnectionOptions, error: ReconcilerError) -> Iterator[Finding]:
    yield from route_findings(
        endpoint_from(options.endpoint, inputs.account.endpoint, inputs.account.site), inputs.account.region
    )
    yield problem("keys", error)
    yield from (skipped(subject, said("there are no keys to ask with")) for subject in UNREACHED)
    yield from _writing(inputs, options)
    yield from _record_of_declared(inputs)


def _writing(inputs: Inputs, options: ConnectionOptions) -> Iterator[Finding]:
    """Try the keys that an apply would use, where a plan takes on another role. Nothing is written with them."""
    account = inputs.account
    if options.sandbox or account.plan_role in (None, account.role):
        return
    try:
        with connect(inputs, options, writes=True) as connection:
            yield writing_finding(account, connection, SystemClock())
    except (CredentialsError, Refusal) as error:
        yield problem("writing", error)


def _record_of_declared(inputs: Inputs) -> Iterator[Finding]:
    """Look at the record of the account that the definitions name, where nobody could be asked."""
    uin = inputs.account.uin
    if uin is None:
        yield skipped("record", said("which account's is not known"))
        return
    target = Target(inputs.account, uin, "")
    yield record_finding(inputs.definitions.root, inputs.definitions.branch, target)
