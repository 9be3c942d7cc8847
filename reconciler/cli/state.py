"""``reconciler state``: what is recorded, how it came about, and the ways to put it right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, TypeVar

import click

from reconciler.apply.adopt import forget as forget_all
from reconciler.cli.apply import check_can_ask, confirmed, open_for_writing
from reconciler.cli.connect import connect
from reconciler.cli.failures import failure_line
from reconciler.cli.formats import (
    Allowed,
    FilledText,
    connection_options,
    definitions_option,
    format_option,
    yes_option,
)
from reconciler.cli.output import Session, spinner
from reconciler.cli.progress import progress
from reconciler.cli.validate import Inputs, load_valid
from reconciler.clock import SystemClock
from reconciler.errors import Exit, Refusal, UsageError
from reconciler.model.plan import EVERYTHING, Target
from reconciler.model.signature import Subject
from reconciler.model.state import Entry, State
from reconciler.planning.planner import local_record, store_for
from reconciler.render.record import history_text, record_text
from reconciler.signals import StopFlag
from reconciler.state.branch import BranchStore
from reconciler.state.codec import dump
from reconciler.state.local import FileStore
from reconciler.state.moves import check_at_rest
from reconciler.state.moves import migrate as migrate_record
from reconciler.state.store import Store
from reconciler.tencent.connection import reading
from reconciler.tencent.endpoint import ConnectionOptions
from reconciler.text import say

Command = TypeVar("Command", bound=Callable[..., Any])

_SIGN_ID: Final = re.compile(r"[0-9]{1,19}")


@click.group()
def state() -> None:
    """Show what is recorded of submissions, and put the record right."""


def _options(command: Command) -> Callable[..., Any]:
    return definitions_option(connection_options(click.pass_obj(command)))


class _Record(NamedTuple):
    """Where the account's record is. ``local`` is the local one, which may be there besides."""

    inputs: Inputs
    store: Store
    local: FileStore
    embedded: bool


def _keys(inputs: Inputs) -> dict[int, str]:
    return {signature.sign_id: signature.key for signature in inputs.definitions.signatures}


def _subject(inputs: Inputs, key: str, record: State | None = None) -> Subject:
    """Return what a key or an id of the command line means in the record. Raises UsageError."""
    found = {signature.key: signature.subject for signature in inputs.definitions.signatures}
    if key in found:
        return found[key]
    if _SIGN_ID.fullmatch(key):
        return int(key)
    if record is not None and key in record.creates:  # its definition is gone
        return key
    raise UsageError(
        "no definition has the key {key}",
        hint="give a key of the definitions, or the sign_id of a record without one",
        key=repr(key),
    )


def _inputs(session: Session, paths: tuple[str, ...]) -> Inputs:
    inputs = load_valid(session, paths)
    if inputs is None:
        click.get_current_context().exit(Exit.INVALID)
    return inputs


@contextmanager
def _place(session: Session, paths: tuple[str, ...], options: ConnectionOptions) -> Iterator[_Record]:
    """Find the record, asking the account for its number only where the definitions do not say it."""
    inputs = _inputs(session, paths)
    if inputs.account.uin is not None and not options.sandbox and options.endpoint is None:
        yield _at(inputs, Target(inputs.account, inputs.account.uin, ""), embedded=False)
        return
    with connect(inputs, options) as connection, reading(inputs.account, connection, SystemClock()) as opened:
        yield _at(inputs, opened.target, embedded=connection.embedded)


def _at(inputs: Inputs, target: Target, *, embedded: bool) -> _Record:
    root, branch = inputs.definitions.root, inputs.definitions.branch
    local = local_record(root, target)
    return _Record(inputs, store_for(root, branch, target, embedded=embedded, alone=False), local, embedded)


@state.command()
@click.argument("key", required=False, type=FilledText())
@_options
@format_option("text", "json")
def show(session: Session, key: str | None, paths: tuple[str, ...], connection: ConnectionOptions, output: str) -> int:
    """Show what is recorded: of every signature, or of KEY (a key or a sign_id).

    Needs no keys where the definitions name account.uin. JSON is the record's own document.
    """
    session.format = output
    with _place(session, paths, connection) as place:
        with spinner(say("reading the record")):
            snapshot = place.store.load()
        kept = snapshot.state
        if key is not None:
            kept = _narrowed(kept, _subject(place.inputs, key, kept))
        if output == "json":
            session.result(dump(kept).decode().rstrip("\n"))
        else:
            session.result(record_text(place.store.where, kept, _keys(place.inputs)))
        if snapshot.moved is not None:
            session.note(failure_line(snapshot.moved)[1])
        _note_second(session, place)
    return Exit.DONE


def _narrowed(record: State, subject: Subject) -> State:
    """Return the record of one signature alone, with the id that it was created with."""
    own = record.entry(subject).submitted
    subjects = [subject, own.sign_id] if own is not None and own.sign_id is not None else [subject]
    return record._replace(entries={each: record.entry(each) for each in subjects if record.entry(each) != Entry()})


def _note_second(session: Session, place: _Record) -> None:
    if isinstance(place.store, BranchStore) and place.local.load().state.entries:
        session.note(
            say("there is a second record, {where}: `reconciler state migrate` moves it", where=place.local.where)
        )


@state.command()
@click.argument("key", required=False, type=FilledText())
@_options
def history(session: Session, key: str | None, paths: tuple[str, ...], connection: ConnectionOptions) -> int:
    """Show what was recorded when, by whom and from which commit: of every signature, or of KEY.

    The history is that of the branch. A local record keeps none: `state show` has what it holds.
    """
    with _place(session, paths, connection) as place:
        store = place.store
        if not isinstance(store, BranchStore):
            raise UsageError(
                "the record is a local file, which keeps no history",
                hint="`reconciler state show` has what it holds; name a branch under `state` for a history",
            )
        with spinner(say("reading the history")):
            entries = store.history()
        if key is not None:
            subject = _subject(place.inputs, key)
            entries = [entry for entry in entries if any(_is_about(line, subject) for line in entry.lines)]
        session.result(history_text(entries, _keys(place.inputs)) if entries else say("nothing is recorded"))
    return Exit.DONE


def _is_about(line: str, subject: Subject) -> bool:
    """Return whether a line of the history is about a signature."""
    if line.startswith("settle "):
        return str(subject) in line.removeprefix("settle ").partition(" by ")[0].replace(",", "").split()
    marks = (f"({subject})",) if isinstance(subject, int) else (f" {subject} (", f"create {subject}", f"({subject})")
    return any(mark in line for mark in marks)


@state.command()
@click.argument("key", required=False, type=FilledText())
@click.option("--local", is_flag=True, help="Drop the local record that is left beside a branch.")
@click.option("--force", is_flag=True, help="Also where nobody knows whether something was sent.")
@yes_option
@_options
def forget(
    session: Session,
    key: str | None,
    paths: tuple[str, ...],
    connection: ConnectionOptions,
    *,
    local: bool,
    force: bool,
    yes: bool,
) -> int:
    """Forget what is recorded of KEY, so that its definition counts as never submitted.

    A submission whose outcome is open is forgotten with --force only: it may be under review.
    """
    if local == (key is not None):
        raise click.UsageError(say("name one KEY, or give --local alone"))
    check_can_ask(yes=yes)
    if key is None:
        return _forget_local(session, paths, connection, force=force, yes=yes)
    return _forget_key(session, key, _inputs(session, paths), connection, force=force, yes=yes)


def _forget_key(
    session: Session, key: str, inputs: Inputs, connection: ConnectionOptions, *, force: bool, yes: bool
) -> int:
    with (
        progress() as observer,
        open_for_writing(inputs, EVERYTHING, connection, Allowed(), StopFlag(), observer) as opened,
    ):
        store = opened.context.store
        found = store.load().state
        subject = _subject(inputs, key, found)
        narrowed = _narrowed(found, subject)
        observer.pause()
        if not narrowed.entries:
            session.result(say("nothing is recorded of it"))
            return Exit.DONE
        session.result(record_text(store.where, narrowed, _keys(inputs)))
        _check_closed(narrowed, force=force)
        if not confirmed(say("Forget it?"), yes=yes):
            return Exit.DONE
        forget_all(opened.context, narrowed.entries)
    words = "{key} is forgotten" if subject == key else "{key} ({subject}) is forgotten"
    session.result(say(words, key=key, subject=subject))
    return Exit.DONE


def _check_closed(record: State, *, force: bool) -> None:
    if not force and any(entry.perhaps for entry in record.entries.values()):
        raise Refusal(
            "nobody knows whether a submission was made, so it is not forgotten",
            hint="the next apply settles it where the account shows it; {option} forgets it all the same",
            option="--force",
        )


def _forget_local(
    session: Session, paths: tuple[str, ...], options: ConnectionOptions, *, force: bool, yes: bool
) -> int:
    with _place(session, paths, options) as place:
        snapshot = place.local.load()
        if not snapshot.version and place.local.moved_to() is None:
            session.result(say("there is no local record"))
            return Exit.DONE
        session.result(record_text(place.local.where, snapshot.state, _keys(place.inputs)))
        _check_closed(snapshot.state, force=force)
        check_at_rest(snapshot.state, SystemClock().now())
        is_only = place.inputs.definitions.branch is None and snapshot.state.entries
        words = "Drop the local record? The account has no other." if is_only else "Drop the local record?"
        if not confirmed(say(words), yes=yes):
            return Exit.DONE
        if not place.local.take_away(snapshot.version, None):
            raise Refusal("the local record was changed meanwhile", hint="end the apply that writes it; start again")
    session.result(say("the local record is dropped"))
    return Exit.DONE


@state.command()
@yes_option
@_options
def migrate(session: Session, paths: tuple[str, ...], connection: ConnectionOptions, *, yes: bool) -> int:
    """Move the local record to the branch that the definitions name. Nothing newer there is overwritten."""
    check_can_ask(yes=yes)
    with _place(session, paths, connection) as place:
        branch = place.inputs.definitions.branch
        if branch is None or place.embedded:
            raise UsageError("no branch is named to move the record to", hint="name one as `branch` under `state`")
        found = place.local.load().state
        if not found.entries:
            session.result(say("there is no local record to move"))
            return Exit.DONE
        session.result(record_text(place.local.where, found, _keys(place.inputs)))
        if not confirmed(say("Move it to branch {branch}?", branch=branch), yes=yes):
            return Exit.DONE
        migrate_record(place.local, place.store, branch)
        session.result(say("the record is {where}", where=place.store.where))
    return Exit.DONE
