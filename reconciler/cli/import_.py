"""``reconciler import``."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import click

from reconciler.cli.connect import connect
from reconciler.cli.formats import DEFAULT_PATH, FilledPath, connection_options
from reconciler.cli.import_terraform import import_state
from reconciler.cli.inputs import Inputs, here, load
from reconciler.cli.output import Session, spinner
from reconciler.clock import SystemClock
from reconciler.definitions.discover import find_root
from reconciler.definitions.load import Definitions
from reconciler.errors import Exit, OptionKey, UsageError, said
from reconciler.files import replace_plain
from reconciler.model.plan import Target
from reconciler.model.signature import Account
from reconciler.planning.importing import Found, merged, read_account
from reconciler.render.definitions_yaml import KeyedRow, file_text, keyed
from reconciler.render.layout import aligned
from reconciler.render.text import target_line
from reconciler.tencent.connection import reading
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import escape_line, named, say

_STDOUT: Final = "-"
_REGION_FORM: Final = r"[a-z]+(-[a-z0-9]+)+"
_FILE_MODE: Final = 0o644

# Rows of the table on the terminal.
_SHOWN: Final = 60


class _Request(NamedTuple):
    """What is to be imported into what. ``file`` is ``None`` for stdout."""

    account: Account
    file: Path | None
    definitions: Definitions | None


@click.command("import")
@click.option("--out", default=DEFAULT_PATH, show_default=True, type=FilledPath(), help="The file; - is stdout.")
@click.option("--merge", is_flag=True, help="Add what is missing to the file, which stays as it is otherwise.")
@click.option("--site", type=click.Choice(("international", "china")), help="The vendor's site of the account.")
@click.option("--region", metavar="REGION", help="The service region, such as ap-singapore.")
@click.option(
    "--from-terraform", "state", type=FilledPath(path_type=Path), metavar="FILE", help="A state instead of the account."
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
    out: str,
    site: str | None,
    region: str | None,
    role: str | None,
    sign_ids: tuple[int, ...],
    state: Path | None,
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
    _check_combination(state, site, merge=merge, adopt=adopt)
    request = _request(out, site, region, role, merge=merge)
    if state is not None and request.file is not None:
        return import_state(session, state, request.account, request.file, connection, adopt=adopt, yes=yes)
    with _reaching(request, connection, sign_ids) as (target, found):
        pass
    account = request.account._replace(uin=None if target.sandbox else target.uin)
    if request.file is None:
        session.result(file_text(account, keyed(found.rows), _origin(target)).rstrip("\n"))
        return Exit.DONE
    entries = _written(request, account, found, _origin(target))
    session.result("\n".join(_shown(request, target, found, entries)))
    return Exit.DONE


def _check_combination(state: Path | None, site: str | None, *, merge: bool, adopt: bool) -> None:
    if state is None and adopt:
        raise UsageError("--adopt goes with --from-terraform", hint="`reconciler adopt` records definitions")
    if state is not None and merge:
        raise UsageError("--from-terraform writes a new file", hint="name one with --out, beside the definitions")
    if state is not None and site is None:
        raise UsageError(
            "a state does not say which account it is of", hint="give --site international or china, and --region"
        )


def _request(out: str, site: str | None, region: str | None, role: str | None, *, merge: bool) -> _Request:
    file = None if out == _STDOUT else here() / out
    if file is not None and os.path.lexists(file) and not merge:
        raise UsageError(
            "{file} is there already", hint="{merge} adds what is missing to it; {out} names another file",
            file=out, merge=OptionKey("merge"), out=OptionKey("out"),
        )  # fmt: skip
    if merge and (file is None or not file.exists()):
        raise UsageError(
            "there is no {file} to merge into", hint="leave {merge} out", file=out, merge=OptionKey("merge")
        )
    definitions = load((str(file),)) if merge else None
    if definitions is not None and definitions.account is None:
        raise UsageError("{file} is not valid", hint="`reconciler validate {file}` names every problem", file=out)
    return _Request(_account(site, region, role, definitions), file, definitions)


def _account(site: str | None, region: str | None, role: str | None, definitions: Definitions | None) -> Account:
    declared = definitions.account if definitions is not None else None
    if (site is None) != (region is None):
        raise UsageError("--site and --region go together")
    if site is not None and region is not None:
        return _named(site, region, role, declared)
    if declared is None:
        declared = load(()).account if (here() / DEFAULT_PATH).exists() else None
    if declared is None:
        raise UsageError(
            "which account is it?",
            hint="give --site international or china and --region such as ap-singapore, or write a file with `account`",
        )
    return declared if role is None else declared._replace(role=role)


def _named(site: str, region: str, role: str | None, declared: Account | None) -> Account:
    if declared is not None and (declared.site, declared.region) != (site, region):
        raise UsageError("the file is of site {site}, region {region}", site=declared.site, region=declared.region)
    return (declared or Account(site, region))._replace(**({"role": role} if role else {}))


@contextmanager
def _reaching(
    request: _Request, options: ConnectionOptions, sign_ids: tuple[int, ...] = ()
) -> Iterator[tuple[Target, Found]]:
    file = request.file or here() / DEFAULT_PATH
    root = find_root(file.parent)
    definitions = request.definitions or Definitions(root, (file,), request.account, None, (), ())
    inputs = Inputs(definitions, request.account)
    with (
        connect(inputs, options) as connected,
        reading(request.account, connected, SystemClock()) as opened,
        spinner(say("reading the account")),
    ):
        yield opened.target, read_account(opened.reader, sign_ids)


def _origin(target: Target) -> str:
    words = "account {uin}, site {site}, region {region}"
    return said(words, uin=target.uin, site=target.account.site, region=target.account.region)


def _written(request: _Request, account: Account, found: Found, origin: str) -> tuple[KeyedRow, ...]:
    file = request.file
    if file is None:
        raise AssertionError("what goes to stdout is not written to a file")
    if request.definitions is not None:
        merge = merged(file, request.definitions, found.rows)
        if merge.added:
            replace_plain(file, merge.text.encode(), mode=stat.S_IMODE(file.stat().st_mode))
        return merge.added
    entries = keyed(found.rows)
    replace_plain(file, file_text(account, entries, origin).encode(), mode=_FILE_MODE)
    return tuple(entries)


def _shown(request: _Request, target: Target, found: Found, entries: tuple[KeyedRow, ...]) -> Iterator[str]:
    yield target_line(target)
    yield ""
    rows = [
        (named("status", row.status), str(row.sign_id), escape_line(row.sign_name), key)
        for key, row in entries[:_SHOWN]
    ]
    yield from (f"  {line}" for line in aligned(rows))
    if len(entries) > _SHOWN:
        yield "  " + say("and {count} more", count=len(entries) - _SHOWN)
    missing = "{sign_id}: the account has no such signature"
    yield from ("  " + say(missing, sign_id=sign_id) for sign_id in found.missing)
    name = request.file.name if request.file is not None else ""
    known = len(found.rows) - len(entries)
    yield ""
    words = "Import: {count} signatures written to {file}"
    if known:
        words = "Import: {count} signatures written to {file}, {known} were there already"
    yield say(words, count=len(entries), file=name, known=known)
    command = "reconciler plan" + ("" if name == DEFAULT_PATH else f" {name}")
    yield say("Next: `{command}` shows them; then commit the file.", command=command)
