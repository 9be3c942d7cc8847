"""``reconciler fleet list`` and ``fleet validate``, which reach no account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import click

from reconciler.cli.fleet_run import (
    FleetChoice,
    changed_option,
    chosen_accounts,
    definitions_of,
    fleet_options,
    folder_argument,
    only_account_option,
    reporting,
)
from reconciler.cli.formats import FORMATS, format_option
from reconciler.cli.output import Session
from reconciler.cli.validate import here
from reconciler.definitions.load import Definitions
from reconciler.diagnostics import Diagnostic
from reconciler.errors import Exit
from reconciler.fleet.accounts import MOST_SHARDS, FleetAccount, Narrowing, shard_of, shards_in_use
from reconciler.fleet.twins import AccountFolder, duplicates, folder_of, possible_twins
from reconciler.render.fleet import AccountResult, Validation
from reconciler.render.serialize import to_json, to_json_line
from reconciler.text import escape_line

_DEFAULT_SHARDS = 8


@click.command("list")
@folder_argument
@only_account_option
@changed_option
@click.option(
    "--shards",
    type=click.IntRange(1, MOST_SHARDS),
    metavar="N",
    help=f"Spread the accounts over N jobs.  [default for a matrix: {_DEFAULT_SHARDS}]",
)
@format_option("text", "json", "matrix")
@click.pass_obj
def list_(
    session: Session,
    folder: str,
    only_accounts: tuple[str, ...],
    changed_ref: str | None,
    shards: int | None,
    output: str,
) -> None:
    """Name the accounts below FOLDER, those that a change touches, or the jobs for them.

    A matrix is for GitHub Actions, on one line; parts that hold no account are left out.
    """
    choice = chosen_accounts(folder, Narrowing(only_accounts), changed_ref)
    accounts = choice.accounts
    match output:
        case "matrix":
            parts = shards_in_use(accounts, shards or _DEFAULT_SHARDS)
            session.result(to_json_line({"include": [{"shard": str(part)} for part in parts]}))
        case "json":
            listed = {"version": 1, "accounts": [_listed(account, shards) for account in accounts]}
            session.result(to_json(listed | ({"deleted": list(choice.deleted)} if choice.deleted else {})))
        case _:
            for line in _lines(accounts, shards):
                session.result(line)


def _listed(account: FleetAccount, shards: int | None) -> dict[str, str]:
    listed = {"name": account.name, "path": account.path}
    return listed | {"shard": str(shard_of(account.name, shards))} if shards else listed


def _lines(accounts: Sequence[FleetAccount], shards: int | None) -> list[str]:
    names = [escape_line(account.name) for account in accounts]
    if shards is None:
        return names
    parts = [str(shard_of(account.name, shards)) for account in accounts]
    size = max(map(len, parts), default=0)
    return [f"{part:<{size}}  {name}" for part, name in zip(parts, names, strict=True)]


@click.command()
@fleet_options
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@format_option(*FORMATS)
@click.pass_obj
def validate(session: Session, choice: FleetChoice, output: str, *, strict: bool) -> int:
    """Check the definitions and the evidence of every account below FOLDER, offline.

    Two folders of one account are an error of both, also where only one of them was asked for.
    """
    session.format = output
    cwd, folders = here(), list[AccountFolder]()

    def validated(account: FleetAccount, twins: Mapping[str, Diagnostic]) -> AccountResult:
        definitions = definitions_of(account, cwd)
        if (folder := folder_of(account.name, definitions)) is not None:
            folders.append(folder)
        return _result(account.name, definitions, twins.get(account.name), strict=strict)

    with reporting(session, choice, partial(validated, twins={})) as report:
        twins = duplicates([*folders, *possible_twins(choice.accounts, choice.others, cwd=cwd)])
        for account in choice.accounts:
            if account.name in twins:
                report.redo(account, partial(validated, twins=twins))
        report.show(choice.accounts)
        return report.exit_code()


def _result(name: str, definitions: Definitions, twin: Diagnostic | None, *, strict: bool) -> AccountResult:
    problems = definitions.diagnostics
    if twin is not None:
        problems = tuple(sorted((twin, *problems), key=lambda problem: problem.location))
    valid = not problems if strict else definitions.valid and twin is None
    found = Validation(problems, len(definitions.signatures), len(definitions.files), valid)
    return AccountResult(name, Exit.DONE if valid else Exit.INVALID, found)
