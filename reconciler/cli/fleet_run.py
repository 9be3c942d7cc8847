"""How a command runs over a fleet: which accounts, each caught by itself, and one report in the order of the names."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from io import BytesIO, FileIO
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import click

from reconciler.cli.failures import failure_line
from reconciler.cli.formats import FilledPath, FilledText, for_stdout, style
from reconciler.cli.output import Session
from reconciler.cli.progress import FleetProgress, fleet_progress
from reconciler.cli.validate import Inputs, here
from reconciler.definitions.discover import name_from_root
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.diagnostics import Diagnostic
from reconciler.errors import NO_MORE_FILES, ErrorInfo, Exit, OutOfFilesError, ReconcilerError, said
from reconciler.fleet.accounts import (
    FleetAccount,
    FleetFolder,
    Narrowing,
    checked,
    is_asked,
    look_below,
    narrowed,
    parse_shard,
)
from reconciler.fleet.changed import changed_since, deleted_since, has_uncommitted, names_uncommitted
from reconciler.fleet.workers import side_by_side
from reconciler.render.document import EntryDocument
from reconciler.render.fleet import (
    AccountLine,
    AccountResult,
    Failure,
    account_line,
    account_text,
    document_text,
    entry_document,
    summary_text,
    table_text,
)
from reconciler.render.fleet_github import fleet_annotations, fleet_markdown
from reconciler.render.html import fleet_page
from reconciler.render.layout import fitted
from reconciler.render.serialize import to_json_line
from reconciler.text import escape_line, local, say

# Of one machine; most of an account's time is spent waiting for the vendor's answers.
JOBS: Final = 32
_MOST_JOBS: Final = 512

# One account's files are read at a time: it is the interpreter's work, which threads only take turns at.
_READING: Final = threading.Lock()

Work = Callable[[FleetAccount], AccountResult]


class FleetChoice(NamedTuple):
    """What the person asked for: the accounts of ``folder``, narrowed, ``jobs`` of them at once.

    ``others`` are the rest of the folder's. ``deleted`` are accounts that are gone since the commit that was given.
    """

    folder: str
    accounts: tuple[FleetAccount, ...]
    jobs: int
    others: tuple[FleetAccount, ...] = ()
    deleted: tuple[str, ...] = ()


def fleet_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the folder, and the options that narrow a fleet, handed on as one value called ``choice``."""

    @wraps(command)
    def with_choice(
        *arguments: Any,
        folder: str,
        only_accounts: tuple[str, ...],
        shard: str | None,
        changed_ref: str | None,
        jobs: int,
        **given: Any,
    ) -> Any:
        narrowing = Narrowing(only_accounts, parse_shard(shard) if shard is not None else None)
        return command(*arguments, choice=chosen_accounts(folder, narrowing, changed_ref, jobs), **given)

    collected: Callable[..., Any] = with_choice
    for option in reversed(_OPTIONS):
        collected = option(collected)
    return collected


folder_argument = click.argument("folder", type=FilledPath())
only_account_option = click.option(
    "--only",
    "only_accounts",
    multiple=True,
    type=FilledText(),
    metavar="ACCOUNT",
    help="Only this account, or pattern; may be repeated.",
)
changed_option = click.option(
    "--changed-since",
    "changed_ref",
    type=FilledText(),
    metavar="REF",
    help="Only accounts that REF...HEAD touches.",
)
_OPTIONS: Final[tuple[Callable[[Any], Any], ...]] = (
    folder_argument,
    only_account_option,
    click.option(
        "--shard",
        type=FilledText(),
        metavar="I/N",
        help="Only the accounts of this part of N; the names alone decide.",
    ),
    changed_option,
    click.option(
        "--jobs",
        type=click.IntRange(1, _MOST_JOBS),
        default=JOBS,
        show_default=True,
        metavar="N",
        help="Accounts at once.",
    ),
)


def chosen_accounts(folder: str, narrowing: Narrowing, changed_ref: str | None, jobs: int = JOBS) -> FleetChoice:
    """Return the accounts that were asked for, and say on stderr what is left out.

    Raises UsageError where there are no accounts to choose from, and none was deleted since the commit either.
    """
    cwd = here()
    found = look_below(folder, cwd=cwd)
    _tell_unread(folder, found)
    gone = tuple[str, ...]()
    if changed_ref is not None and "\0" not in folder:
        gone = deleted_since(found.accounts, changed_ref, folder=folder, cwd=cwd)
    everything = found.accounts if gone else checked(folder, found)
    chosen = narrowed(everything, narrowing, gone)
    if changed_ref is not None:
        _tell_uncommitted(folder, chosen, cwd)
        chosen = changed_since(chosen, changed_ref, folder=folder, cwd=cwd)
    deleted = tuple(name for name in gone if is_asked(name, narrowing))
    for name in deleted:
        words = "note: {account} was deleted since {ref}; what the vendor has of it is left as it is"
        _note(say(words, account=Path(folder, name), ref=changed_ref))
    others = frozenset(everything) - frozenset(chosen)
    return FleetChoice(folder, chosen, jobs, tuple(sorted(others)), deleted)


def _tell_unread(folder: str, found: FleetFolder) -> None:
    for name in found.beside:
        _note(say("note: {file} is beside the accounts' folders and is not read", file=Path(folder, name)))
    for name in found.links:
        words = "note: {folder} is a link and is not read: put the folder itself there"
        _note(say(words, folder=Path(folder, name)))


def _tell_uncommitted(folder: str, asked: Sequence[FleetAccount], cwd: Path) -> None:
    if has_uncommitted(folder, cwd=cwd):
        words = "note: {folder} holds changes that are not committed; --changed-since does not see them"
        _note(say(words, folder=folder))
    elif names_uncommitted(asked, folder, cwd=cwd):
        words = "note: accounts below {folder} name images that are not committed; --changed-since does not see them"
        _note(say(words, folder=folder))


def _note(words: str) -> None:
    click.echo(escape_line(words), err=True)


class InvalidDefinitions(ReconcilerError):
    """An account's definitions hold errors."""

    exit_code = Exit.INVALID
    code = "Client.Definitions"

    def __init__(self, problems: Sequence[Diagnostic]) -> None:
        super().__init__(
            "the definitions are not valid, so the account was not read", hint="correct what is listed for it"
        )
        self.problems = tuple(problems)


def definitions_of(account: FleetAccount, cwd: Path) -> Definitions:
    """Read one account's definitions, problems among them."""
    with _READING:
        return load_definitions((account.path,), cwd=cwd, alone=False)


def valid_inputs(account: FleetAccount, cwd: Path) -> Inputs:
    """Read one account's definitions. Raises InvalidDefinitions with every problem."""
    definitions = definitions_of(account, cwd)
    if not definitions.valid or definitions.account is None:
        raise InvalidDefinitions(definitions.diagnostics)
    return Inputs(definitions, definitions.account)


class _Rendered(NamedTuple):
    """What the report keeps of an account: its line, its text or entry, finished, and notes that are in none."""

    line: AccountLine
    text: str
    notes: tuple[str, ...] = ()


class _Texts:
    """Texts by name, kept on disk as far as there is room: memory does not grow with their size.

    Without room they are kept all the same: what an apply has done must be reported.
    """

    def __init__(self) -> None:
        try:
            # Without a buffer, so that a text that does not fit is known at once and takes no other with it.
            self._file: FileIO | BytesIO = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed with the report
        except OSError:
            self._file = BytesIO()
        self._places: dict[str, tuple[int, int]] = {}
        self._held: dict[str, bytes] = {}

    def keep(self, name: str, text: str) -> None:
        """Keep a text in place of one that is kept by this name."""
        data = text.encode("utf-8", "surrogatepass")
        self._held.pop(name, None)
        try:
            self._places[name] = self._file.seek(0, os.SEEK_END), len(data)
            is_whole = self._file.write(data) == len(data)
        except OSError:
            is_whole = False
        if not is_whole:
            self._held[name] = data

    def __getitem__(self, name: str) -> str:
        data = self._held.get(name)
        if data is None:
            at, size = self._places[name]
            self._file.seek(at)
            data = self._file.read(size)
        return data.decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Remove what is on disk."""
        self._file.close()


class FleetReport:
    """The results of a fleet as they come, kept until all are there.

    A context manager, which removes them at its end. ``deleted`` are names of accounts that are gone. ``aside``: what
    people read goes to stderr, stdout has a plan.
    """

    def __init__(self, session: Session, deleted: Sequence[str] = (), *, aside: bool = False) -> None:
        self._session = session
        self._deleted = deleted
        self._print = session.note if aside else session.result
        self._kept = _Texts()
        self._lines: dict[str, AccountLine] = {}
        self._notes: dict[str, tuple[str, ...]] = {}
        self._style = style(stderr=aside)
        self._columns = session.columns(stderr=aside)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kept.close()

    def collect(self, accounts: Sequence[FleetAccount], work: Work, jobs: int, progress: FleetProgress) -> None:
        """Do the work for every account, and keep what came of it; a later result of an account takes its place."""
        rendered = partial(self._guarded, work)
        for account, result in side_by_side(accounts, rendered, jobs):
            self._keep(account.name, result)
            progress.account_done(account.name, result.line.words)

    def redo(self, account: FleetAccount, work: Work) -> None:
        """Do an account's work once more: what comes of it takes the place of the result."""
        self._keep(account.name, self._guarded(work, account))

    def recheck(self, account: FleetAccount, check: Callable[[str], None]) -> bool:
        """Return whether ``check`` finds an account still sound; what it raises takes the place of the result."""
        try:
            check(account.name)
        except ReconcilerError as error:
            self._keep(account.name, self._failed(account, error))
            return False
        return True

    def lines(self, accounts: Iterable[FleetAccount]) -> list[AccountLine]:
        """Return the lines of these accounts."""
        return [self._lines[account.name] for account in accounts]

    def exit_code(self) -> Exit:
        """Return the highest exit code."""
        return max((line.exit_code for line in self._lines.values()), default=Exit.DONE)

    def show(self, accounts: Sequence[FleetAccount], whole: Sequence[FleetAccount] = ()) -> None:
        """Print the report of these accounts as the result of the run; in text, with the counts of the ``whole``."""
        lines, session = self.lines(accounts), self._session
        names = [account.name for account in accounts]
        self._show_notes(names)
        match session.format:
            case "text":
                self._show_text(lines, self.lines(whole or accounts))
            case "json":
                for line in document_text(self._texts(names), lines, self._deleted):
                    session.result(line)
            case "html":
                for part in fleet_page(lines, self._entries, self._deleted):
                    session.result(for_stdout(part))
            case "markdown":
                session.result(fleet_markdown(self._entries(names), deleted=self._deleted))
            case "github":
                if found := fleet_annotations(self._entries(names), partial(name_from_root, cwd=here())):
                    session.result(found)

    def _show_notes(self, names: Iterable[str]) -> None:
        for name in names:
            for note in self._notes[name]:
                self._session.note(escape_line(f"{name}: {local(note)}"))

    def _show_text(self, lines: Sequence[AccountLine], whole: Sequence[AccountLine]) -> None:
        if lines:
            self._print(fitted(table_text(lines, self._style), self._columns))
        for text in filter(None, self._texts(line.name for line in lines)):
            self._print(fitted(text, self._columns))
        self._print("\n" + summary_text(whole))

    def _guarded(self, work: Work, account: FleetAccount) -> _Rendered:
        """Do one account's work; whatever goes wrong, until its part of the report is there, stops no other."""
        try:
            return self._rendered(account, work(account))
        except ReconcilerError as error:
            return self._failed(account, error)
        except Exception as error:  # noqa: BLE001  # a bug with one account is no reason to leave the others
            if isinstance(error, OSError) and error.errno in NO_MORE_FILES:
                return self._failed(account, OutOfFilesError())
            return self._rendered(account, AccountResult(account.name, Exit.UNEXPECTED, Failure(_bug(error))))

    def _failed(self, account: FleetAccount, error: ReconcilerError) -> _Rendered:
        problems = error.problems if isinstance(error, InvalidDefinitions) else ()
        failure = Failure(failure_line(error)[0], problems)
        return self._rendered(account, AccountResult(account.name, error.exit_code, failure))

    def _rendered(self, account: FleetAccount, result: AccountResult) -> _Rendered:
        # In the account's own thread, so that a plan is dropped before the next one is made.
        if self._session.format == "text":
            return _Rendered(account_line(result), account_text(result, self._style, account.path))
        return _Rendered(account_line(result), to_json_line(entry_document(result)), result.notes)

    def _keep(self, name: str, result: _Rendered) -> None:
        self._kept.keep(name, result.text)
        self._notes[name] = result.notes
        self._lines[name] = result.line

    def _texts(self, names: Iterable[str]) -> Iterator[str]:
        return map(self._kept.__getitem__, names)

    def _entries(self, names: Iterable[str]) -> Iterator[EntryDocument]:
        yield from map(json.loads, self._texts(names))


def _bug(error: Exception) -> ErrorInfo:
    """Say where a bug showed itself. Neither its message nor any value: they may hold what must not be printed."""
    frames = extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return ErrorInfo(
        "Client.Unexpected",
        said("unexpected {kind} at {where}", kind=type(error).__name__, where=where),
        said("this is a bug; please report it, with what the command without `fleet` prints for this account"),
    )


@contextmanager
def reporting(session: Session, choice: FleetChoice, work: Work, *, aside: bool = False) -> Iterator[FleetReport]:
    """Do the work for every account of a choice, and yield the report of it."""
    with FleetReport(session, choice.deleted, aside=aside) as report:
        with fleet_progress(len(choice.accounts)) as progress:
            report.collect(choice.accounts, work, choice.jobs, progress)
        yield report
