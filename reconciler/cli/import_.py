"""``reconciler import``."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import click

from reconciler.cli.connect import connect
from reconciler.cli.formats import DEFAULT_PATH, FilledPath, connection_options
from reconciler.cli.import_terraform import import_state, next_command
from reconciler.cli.output import Session, spinner
from reconciler.cli.validate import Inputs, default_path, here, load
from reconciler.clock import SystemClock
from reconciler.definitions.discover import find_root
from reconciler.definitions.load import Definitions
from reconciler.errors import Exit, UsageError, said
from reconciler.model.plan import Target
from reconciler.model.signature import Account
from reconciler.planning.importing import Found, Merge, check_account, check_place, merged, read_account, save
from reconciler.planning.terraform import read_state
from reconciler.render.definitions_yaml import file_text, keyed
from reconciler.render.findings import number
from reconciler.render.layout import aligned, cut
from reconciler.render.text import target_line
from reconciler.tencent.connection import reading
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import escape_line, joined, named, say

_STDOUT: Final = "-"
_FILE_MODE: Final = 0o644

# Rows of the table on the terminal, and cells of a name in it.
_SHOWN: Final = 60
_LONGEST_NAME: Final = 32

_OUT_HELP: Final = f"The file; - is stdout.  [default: {DEFAULT_PATH}, here or, without --site, in a folder above]"


class _Request(NamedTuple):
    """What will be imported into what. ``file`` is ``None`` for stdout, ``name`` is how the person would type it."""

    account: Account
    file: Path | None
    name: str
    definitions: Definitions | None


@click.command("import")
@click.option("--out", type=FilledPath(), help=_OUT_HELP)
@click.option("--merge", is_flag=True, help="Add what is missing to the file, which stays as it is otherwise.")
@click.option("--site", type=click.Choice(("international", "china")), help="The vendor's site of the account.")
@click.option("--region", metavar="REGION", help="The service region, such as ap-singapore.")
@click.option(
    "--from-terraform",
    "state_file",
    type=FilledPath(path_type=Path),
    metavar="FILE",
    help="A state instead of the account.",
)
@click.option("--adopt", is_flag=True, help="With --from-terraform: record what it holds as submitted.")
@click.option("--yes", is_flag=True, help="With --adopt: do not ask; needed off a terminal.")
@click.option("--role", metavar="ARN", help="A role to take on, written into the file as account.role.")
@click.option(
    "--sign-id", "sign_ids", multiple=True, type=click.IntRange(1), metavar="N", help="Only this one; repeatable."
)
@connection_options
@click.pass_obj
def import_(  # noqa: PLR0913  # a parameter for each option
    session: Session,
    out: str | None,
    site: str | None,
    region: str | None,
    role: str | None,
    sign_ids: tuple[int, ...],
    state_file: Path | None,
    connection: ConnectionOptions,
    *,
    merge: bool,
    adopt: bool,
    yes: bool,
) -> int:
    """Write definitions of a whole account: every signature observed, ready to be managed.

    The account is named by --site and --region, or by the `account` section of the file that is there. Reads only the
    account.
    """
    if state_file is not None:
        state = read_state(state_file)
        _check_for_state(out, site, sign_ids, merge=merge)
        request = _request(out, site, region, role, merge=False)
        return import_state(session, state, request.account, request.name, connection, adopt=adopt, yes=yes)
    if adopt:
        raise UsageError("--adopt goes with --from-terraform", hint="`reconciler adopt` records definitions")
    request = _request(out, site, region, role, merge=merge)
    target, found = _read(request, connection, sign_ids)
    _check_found(found, sign_ids)
    account = request.account._replace(uin=None if target.sandbox else target.uin)
    missing = [say("{sign_id}: the account has no such signature", sign_id=sign_id) for sign_id in found.missing]
    if request.file is None:
        session.result(file_text(account, keyed(found.rows), _origin(target)).rstrip("\n"))
        for line in missing:
            session.note(line)
        return Exit.DONE
    done = _written(request.file, request, account, found, _origin(target))
    lines = [target_line(target), "", *_table(session, done), *(f"  {line}" for line in missing), ""]
    session.result("\n".join([*lines, *_closing(request, found, done)]))
    return Exit.DONE


def _check_found(found: Found, sign_ids: tuple[int, ...]) -> None:
    """Raise UsageError where the account has none of the signatures that were asked for."""
    if sign_ids and not found.rows:
        raise UsageError(
            "the account has no signature {sign_ids}: nothing was written",
            hint="check the ids in the console, and the site and region of the account",
            sign_ids=joined([*map(str, found.missing)]),
        )


def _check_for_state(out: str | None, site: str | None, sign_ids: tuple[int, ...], *, merge: bool) -> None:
    """Raise UsageError for an option that a state has no use for, or that it needs."""
    if merge:
        raise UsageError("--from-terraform writes a new file", hint="name one with --out, beside the definitions")
    if out == _STDOUT:
        raise UsageError(
            "--from-terraform writes images beside the file, so it does not go to stdout", hint="name a file with --out"
        )
    if sign_ids:
        raise UsageError("--sign-id is for an account", hint="a state is imported as a whole: leave --sign-id out")
    if site is None:
        raise UsageError(
            "a state does not say which account it is of", hint="give --site international or china, and --region"
        )


def _request(out: str | None, site: str | None, region: str | None, role: str | None, *, merge: bool) -> _Request:
    name = out or (DEFAULT_PATH if site is not None and not merge else default_path())
    file = None if name == _STDOUT else here() / name
    if merge:
        definitions = _definitions_to_add_to(file, name)
    else:
        definitions = None
        _check_new(file, name)
    account = _account(site, region, role, definitions)
    check_account(account)
    return _Request(account, file, name, definitions)


def _definitions_to_add_to(file: Path | None, name: str) -> Definitions:
    if file is None or not os.path.lexists(file):
        raise UsageError("there is no {file} to merge into", hint="leave {merge} out", file=name, merge="--merge")
    definitions = load((str(file),))
    if definitions.account is None or not definitions.valid:
        raise _not_valid(name)
    return definitions


def _not_valid(name: str) -> UsageError:
    command = next_command("reconciler validate", name)
    return UsageError("{file} is not valid", hint="`{command}` names every problem", file=name, command=command)


def _check_new(file: Path | None, name: str) -> None:
    if file is None:
        return
    if os.path.lexists(file):
        raise UsageError(
            "{file} is there already", hint="{merge} adds what is missing to it; {out} names another file",
            file=name, merge="--merge", out="--out",
        )  # fmt: skip
    check_place(file, name)


def _account(site: str | None, region: str | None, role: str | None, definitions: Definitions | None) -> Account:
    declared = definitions.account if definitions is not None else None
    if (site is None) != (region is None):
        raise UsageError("--site and --region go together")
    if site is not None and region is not None:
        return _named(site, region, role, declared)
    if declared is None:
        declared = _account_of_default()
    return _with_role(declared, role)


def _account_of_default() -> Account:
    name = default_path()
    if not os.path.lexists(here() / name):
        raise UsageError(
            "which account is it?",
            hint="give --site international or china and --region such as ap-singapore, or write a file with `account`",
        )
    account = load((name,)).account
    if account is None:
        raise _not_valid(name)
    return account


def _named(site: str, region: str, role: str | None, declared: Account | None) -> Account:
    if declared is not None and (declared.site, declared.region) != (site, region):
        raise UsageError("the file is of site {site}, region {region}", site=declared.site, region=declared.region)
    return _with_role(declared or Account(site, region), role)


def _with_role(account: Account, role: str | None) -> Account:
    # Who names a role wants that one to be taken on, whatever the file has.
    return account if role is None else account._replace(role=role, plan_role=None)


def _read(request: _Request, options: ConnectionOptions, sign_ids: tuple[int, ...]) -> tuple[Target, Found]:
    """Return whose account it is, and what it holds."""
    file = request.file or here() / DEFAULT_PATH
    root = find_root(file.parent)
    definitions = request.definitions or Definitions(root, (file,), request.account, None, (), ())
    with (
        connect(Inputs(definitions, request.account), options) as connected,
        reading(request.account, connected, SystemClock()) as opened,
        spinner(say("reading the account")),
    ):
        return opened.target, read_account(opened.reader, sign_ids)


def _origin(target: Target) -> str:
    words = "account {uin}, site {site}, region {region}"
    return said(words, uin=target.uin, site=target.account.site, region=target.account.region)


def _written(file: Path, request: _Request, account: Account, found: Found, origin: str) -> Merge:
    """Write the file, and return what was written."""
    if request.definitions is None:
        entries = keyed(found.rows)
        done = Merge(file_text(account, entries, origin), tuple(entries))
        save(file, done.text, request.name, mode=_FILE_MODE)
        return done
    done = merged(file, request.definitions, found.rows)
    if done.added:
        save(file, done.text, request.name, mode=stat.S_IMODE(file.stat().st_mode))
    return done


def _table(session: Session, done: Merge) -> Iterator[str]:
    rows = [
        (
            session.printable(named("status", row.status)),
            str(row.sign_id),
            session.printable(cut(escape_line(row.sign_name), _LONGEST_NAME)),
            key,
        )
        for key, row in done.added[:_SHOWN]
    ]
    yield from (f"  {line}" for line in aligned(rows))
    if len(done.added) > _SHOWN:
        yield "  " + say("and {count} more", count=len(done.added) - _SHOWN)
    words = "{sign_id}: left out: {key} says `sign_id: new` for this name; write `sign_id: {sign_id}` there"
    yield from ("  " + say(words, sign_id=row.sign_id, key=key) for key, row in done.awaited)


def _closing(request: _Request, found: Found, done: Merge) -> Iterator[str]:
    known = len(found.rows) - len(done.added) - len(done.awaited)
    words = "Import: {signatures} written to {file}"
    if known:
        words = "Import: {signatures} written to {file}, {known} there already"
    yield say(words, signatures=number(len(done.added), "signature"), file=request.name, known=known)
    command = next_command("reconciler plan", request.name)
    yield say("Next: `{command}` shows them; then commit the file.", command=command)
