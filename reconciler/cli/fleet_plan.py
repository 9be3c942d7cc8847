"""``reconciler fleet plan`` and ``fleet status``, and what the accounts of a fleet share while they are read."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from reconciler.cli.connect import Shared, check_options, key_finder
from reconciler.cli.fleet_run import FleetChoice, FleetReport, Work, fleet_options, reporting, valid_inputs
from reconciler.cli.formats import (
    FORMATS,
    PLAN_FORMATS,
    FilledPath,
    connection_options,
    detailed_option,
    format_option,
    max_changes_option,
    plan_exit,
)
from reconciler.cli.output import Session
from reconciler.cli.plan import check_offline, check_out, files_of, is_stdout, planned_offline, planned_online
from reconciler.cli.status import looking
from reconciler.cli.validate import here
from reconciler.clock import Clock, SystemClock
from reconciler.definitions.discover import discover, find_root
from reconciler.errors import Exit, ReconcilerError, Refusal
from reconciler.fleet.accounts import FleetAccount
from reconciler.fleet.moved import Checkouts
from reconciler.fleet.twins import LeftOut, first_bytes
from reconciler.model.plan import EVERYTHING, WRITES, Target
from reconciler.net import http
from reconciler.planning.saved_plan import fleet_plan_text, plan_document, write_fleet_plan
from reconciler.render.findings import number
from reconciler.render.fleet import AccountResult, counted
from reconciler.signals import StopFlag
from reconciler.state.checkout import origin_of
from reconciler.state.git_repository import FetchedTogether
from reconciler.tencent.endpoint import ConnectionOptions, Endpoint
from reconciler.text import escape_line, joined, say

if TYPE_CHECKING:
    from reconciler.net.transport import Transport

# Only a guess at the branches that are worth fetching together: whatever it misses is fetched by itself.
_BRANCH: Final = re.compile(rb"""\bbranch["']?[ \t]*:[ \t]*["']?([^\s"'#,}]+)""")


# Of one account at once.
_CONNECTIONS: Final = 8

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


# An account by its uin and region, and whether it is a sandbox's.
_Account = tuple[str, str, bool]


class Claims:
    """Which folders an account was opened for: two folders of one account would be two writers of it.

    ``left_out`` returns which of the folders that the run leaves out are about an account, too.
    """

    def __init__(self, left_out: Callable[[Target], Iterable[str]]) -> None:
        self._left_out = left_out
        self._lock = threading.Lock()
        self._names: defaultdict[_Account, set[str]] = defaultdict(set)
        self._accounts: dict[str, _Account] = {}

    def claim(self, name: str, target: Target) -> None:
        """Note that a folder is about an account. Raises Refusal where another one is about the same."""
        account, others = (target.uin, target.account.region, target.sandbox), self._left_out(target)
        with self._lock:
            self._accounts[name] = account
            self._names[account].update((name, *others))
        self.check(name)

    def check(self, name: str) -> None:
        """Raise Refusal where another folder turned out to be about the same account."""
        with self._lock:
            uin, region, _ = account = self._accounts.get(name, ("", "", False))
            names = sorted(self._names.get(account, ()))
        if len(names) > 1:
            raise Refusal(
                "{names} are all account {uin} in region {region}",
                hint="put their definitions into one folder, or correct account.uin or the role",
                names=joined(names),
                uin=uin,
                region=region,
            )


class FleetAccess:
    """What the accounts of a fleet share: one search for keys, one fetch for all branches, one look at the checkout.

    They share connections too: else each would shake hands with the vendor's hosts four times. Raises UsageError for
    options that no account can be reached with: said once, and not by each account.
    """

    def __init__(self, choice: FleetChoice, options: ConnectionOptions) -> None:
        check_options(options)
        self._choice = choice
        cwd = here()
        self.checkouts = Checkouts({find_root(cwd / account.path) for account in choice.accounts})
        self._finder = key_finder(options)
        self._origin = _once_each(origin_of)
        self._fetched = _once_each(self._fetch)
        self._transport = _once_each(self._connections)
        left_out = LeftOut(choice.others, cwd=cwd)

        def about(target: Target) -> Iterable[str]:
            # The embedded sandbox has an account of its own for each folder that names none.
            own_keys = not options.sandbox and target.account.role is None
            return left_out.about(target.uin, target.account.region, own_keys=own_keys)

        self.claims = Claims(about)

    def sound(self, report: FleetReport) -> set[str]:
        """Return the accounts that one folder alone is about; the others are refused, whichever was read first."""
        return {account.name for account in self._choice.accounts if report.recheck(account, self.claims.check)}

    def shared(self, account: FleetAccount, *, together: bool = True) -> Shared:
        """Return what one account gets of it. Without ``together`` it fetches its record's branch by itself."""
        claim = partial(self.claims.claim, account.name)
        fetched = self._fetched if together else _none
        return Shared(self._finder, fetched, claim, self.checkouts.head, self._origin, self._transport)

    def _connections(self, endpoint: Endpoint) -> Transport:
        return http()(proxies=not endpoint.loopback, kept=_CONNECTIONS * self._choice.jobs)

    def _fetch(self, root: Path) -> FetchedTogether | None:
        branches = _branches(self._choice, root)
        with suppress(ReconcilerError):  # each account says by itself why its record cannot be read
            return FetchedTogether(root, branches) if len(branches) > 1 else None
        return None


def _none(_root: Path) -> None:
    return None


def _once_each(look: Callable[[Key], Found]) -> Callable[[Key], Found]:
    """Return ``look`` so that only the first thread looks, while the others wait for what it finds."""
    lock, found = threading.Lock(), cache(look)

    def looked(key: Key) -> Found:
        with lock:
            return found(key)

    return looked


def _branches(choice: FleetChoice, root: Path) -> set[str]:
    cwd = here()
    files = (file.path for account in choice.accounts for file in discover((account.path,), cwd=cwd).files)
    return {name for file in files if find_root(file) == root for name in _branches_in(file)}


def _branches_in(file: Path) -> Iterator[str]:
    for found in _BRANCH.finditer(first_bytes(file)):
        yield found[1].decode("utf-8", "replace")


@click.command()
@fleet_options
@max_changes_option
@detailed_option
@click.option("--offline", is_flag=True, help="Plan against the records alone, without keys.")
@click.option(
    "--out",
    type=FilledPath(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Save the plans of all accounts for fleet apply --plan; -: stdout.",
)
@connection_options
@format_option(*PLAN_FORMATS)
@click.pass_obj
def plan(  # a parameter for each option
    session: Session,
    choice: FleetChoice,
    max_changes: int | None,
    out: Path | None,
    connection: ConnectionOptions,
    output: str,
    *,
    detailed_exitcode: bool,
    offline: bool,
) -> int:
    """Show what apply would do in every account below FOLDER. Cannot write."""
    session.format = output
    aside = is_stdout(session, out)
    if offline:
        check_offline(connection)
    access = FleetAccess(choice, connection)
    how = planned_offline if offline else planned_online
    cwd = here()
    saved: dict[str, dict[str, Any]] = {}
    named = set[Path]()
    check_out(out, (file.path for account in choice.accounts for file in discover((account.path,), cwd=cwd).files))

    def planned(clock: Clock, account: FleetAccount) -> AccountResult:
        inputs = valid_inputs(account, cwd)
        named.update(files_of(inputs.definitions) if out is not None else ())
        made = how(inputs, EVERYTHING, connection, access.shared(account), clock)
        if out is not None and made.writes:
            saved[account.name] = plan_document(made, EVERYTHING)
        return AccountResult(account.name, plan_exit(made, detailed=detailed_exitcode), made)

    with read_side_by_side(session, choice, planned, aside=aside) as report:
        sound = access.sound(report)
        for moved in access.checkouts.moved():
            words = "note: the checkout at {root} moved from {before} to {now} during this run"
            session.note(escape_line(say(words, **moved.params)))
        report.show(choice.accounts)
        check_fleet_size(writes_of(report, choice), max_changes)
        check_out(out, named)  # an image is known to be one only now
        plans = {name: saved[name] for name in sorted(saved) if name in sound}
        if aside:
            session.result(fleet_plan_text(plans))
        elif out is not None:
            write_fleet_plan(out, plans)
        return report.exit_code()


@contextmanager
def read_side_by_side(
    session: Session,
    choice: FleetChoice,
    work: Callable[[Clock, FleetAccount], AccountResult],
    *,
    aside: bool = False,
) -> Iterator[FleetReport]:
    """Read every account, and yield the report. Waits between retries end where the person ends the command."""
    stop = StopFlag()
    bound: Work = partial(work, SystemClock(stop))
    try:
        with reporting(session, choice, bound, aside=aside) as report:
            yield report
    finally:
        stop.set()


def writes_of(report: FleetReport, choice: FleetChoice) -> int:
    """Return how many writes are planned in all accounts."""
    counts = counted(report.lines(choice.accounts))
    return sum(counts[verdict] for verdict in WRITES)


def check_fleet_size(writes: int, most: int | None) -> None:
    """Raise Refusal where more writes are planned in all accounts together than ``most``."""
    if most is not None and writes > most:
        raise Refusal(
            "the plans hold {changes}, {option} allows {most}",
            hint="look at the plans first",
            changes=number(writes, "change"),
            option="--max-changes",
            most=most,
        )


@click.command()
@fleet_options
@click.option("--check", is_flag=True, help="Exit code 6 where anything is rejected or needs a person.")
@connection_options
@format_option(*FORMATS)
@click.pass_obj
def status(session: Session, choice: FleetChoice, connection: ConnectionOptions, output: str, *, check: bool) -> int:
    """Show the live review state of every account below FOLDER."""
    session.format = output
    access = FleetAccess(choice, connection)
    cwd = here()

    def looked(clock: Clock, account: FleetAccount) -> AccountResult:
        inputs, notes = valid_inputs(account, cwd), list[str]()
        shared = access.shared(account)
        with looking(notes.append, inputs, EVERYTHING, connection, clock, shared=shared) as look:
            report = look()
        code = Exit.REFUSED if check and not report.is_healthy else Exit.DONE
        return AccountResult(account.name, max(code, report.exit_code), report, tuple(notes))

    with read_side_by_side(session, choice, looked) as report:
        access.sound(report)
        report.show(choice.accounts)
        return report.exit_code()
