"""The record for people: what is recorded of each signature, what an adoption would record, and what was done when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.decision.plan import SavedPlan
from reconciler.model.plan import Change, Verdict
from reconciler.model.signature import FIELD_NAMES, Signature, SignFields, Subject
from reconciler.model.state import Entry, HistoryEntry, Intent, IntentState, State, Submitted
from reconciler.render.layout import aligned
from reconciler.render.text import changes
from reconciler.text import escape_line, utc_time

_SHORT: Final = 12
_INDENT: Final = "      "
_STATES: Final[Mapping[IntentState, str]] = {
    IntentState.LIVE: "its call may be under way",
    IntentState.LAPSED: "nobody knows its outcome",
    IntentState.LATE: "it was answered too late to count",
}


def record_text(where: str, state: State, keys: Mapping[int, str]) -> str:
    """Return what is recorded: one line per signature, below it what is open. ``keys`` are those of the definitions."""
    return "\n".join([_place(where, state), *_entries(state, keys), "", _count(state)])


def _place(where: str, state: State) -> str:
    sandbox = "SANDBOX, not the vendor: " if state.sandbox else ""
    written = "never written" if state.saved_at is None else f"written {utc_time(state.saved_at)}"
    commit = f", last applied from {state.commit[:_SHORT]}" if state.commit else ""
    return f"{sandbox}{escape_line(where)}: {written}{commit}"


def _entries(state: State, keys: Mapping[int, str]) -> Iterator[str]:
    rows: list[tuple[Subject, Entry]] = [*state.signatures.items(), *sorted(state.creates.items())]
    heads = aligned([_head(subject, entry, keys) for subject, entry in rows])
    for (_, entry), head in zip(rows, heads, strict=True):
        yield "  " + head
        yield from (_INDENT + line for line in map(_doubt, entry.perhaps))


def _head(subject: Subject, entry: Entry, keys: Mapping[int, str]) -> Sequence[str]:
    own = entry.submitted
    if isinstance(subject, str):
        key, shown = escape_line(subject), "new" if own is None else f"created as {own.sign_id}"
    else:
        key, shown = keys.get(subject, "(no definition)"), str(subject)
    if own is None:
        return key, shown, "nothing submitted", "", ""
    request = f"request {escape_line(own.request_id)}" if own.request_id else ""
    return key, shown, escape_line(own.fields.sign_name), submission_words(own), request


def submission_words(own: Submitted) -> str:
    """Return when a submission was, by whom, and from which commit."""
    did = "adopted" if own.adopted else "submitted"
    return f"{did} {utc_time(own.at)}{_origin(own.by, own.commit, uncommitted=own.uncommitted)}"


def _origin(by: str, commit: str | None, *, uncommitted: bool) -> str:
    who = f" by {escape_line(by)}" if by else ""
    changed = " with changes" if uncommitted else ""
    return f"{who} from {commit[:_SHORT]}{changed}" if commit else who


def _doubt(intent: Intent) -> str:
    origin = _origin(intent.by, intent.commit, uncommitted=intent.uncommitted)
    return f"perhaps submitted {utc_time(intent.at)}{origin}: {_STATES[intent.status]}"


def _count(state: State) -> str:
    opened = sum(bool(entry.perhaps) for entry in state.entries.values())
    return f"Record: {len(state.signatures)} signatures" + (f", {opened} open" if opened else "")


def adoption_text(signature: Signature, entry: Entry) -> str:
    """Return what an adoption would record of a signature, beside what is recorded of it."""
    head = f"  {signature.key} ({signature.id_text}): {escape_line(signature.fields.sign_name)}"
    if entry.submitted is None:
        lines = ["nothing is recorded; the definition would be recorded as submitted"]
    else:
        changed = _changed(entry.submitted.fields, signature.fields)
        lines = [f"recorded: {submission_words(entry.submitted)}", *(changes(changed) or ["the same fields"])]
    return "\n".join([head, *(_INDENT + line for line in [*lines, *map(_doubt, entry.perhaps)])])


def _changed(old: SignFields, new: SignFields) -> list[Change]:
    values = ((name, getattr(old, name), getattr(new, name)) for name in FIELD_NAMES)
    return [Change(name, was, is_now) for name, was, is_now in values if was != is_now]


def history_text(entries: Sequence[HistoryEntry]) -> str:
    """Return what was stored when, by whom and why, the newest first."""
    return "\n".join(line for entry in entries for line in _history_lines(entry))


def _history_lines(entry: HistoryEntry) -> Iterator[str]:
    yield f"{utc_time(entry.at)}  {entry.commit[:_SHORT]}  {escape_line(entry.author)}"
    yield from (_INDENT + escape_line(line) for line in entry.lines if line)


def saved_plan_text(saved: SavedPlan) -> str:
    """Return a saved plan for people: what an apply of it may send. It holds digests of values, not the values."""
    rows = [
        (
            escape_line(str(operation["verdict"])),
            str(operation["sign_id"] or "new"),
            f"was {escape_line(str(operation['status']))}",
            _digests(operation),
        )
        for operation in saved.operations
    ]
    place = f"account {escape_line(saved.uin)}, region {escape_line(saved.region)}"
    head = f"SANDBOX, not the vendor: {place}" if saved.sandbox else place[0].upper() + place[1:]
    lines = [head, "", *(f"  {line}" for line in aligned(rows)), ""]
    if saved.only:
        lines.append(f"Only: {escape_line(', '.join(saved.only))}")
    lines.append(_operations(saved))
    lines.append(f"Fingerprint: {escape_line(saved.fingerprint)}")
    return "\n".join(lines)


def _operations(saved: SavedPlan) -> str:
    created = sum(operation["verdict"] == Verdict.CREATE for operation in saved.operations)
    changed = len(saved.operations) - created
    counts = [f"{changed} to modify"] * bool(changed) + [f"{created} to create"] * bool(created)
    return "Plan: " + (", ".join(counts) or "nothing to modify")


def _digests(operation: Mapping[str, Any]) -> str:
    fields = operation["fields"].items()
    return " ".join(f"{escape_line(str(name))}={escape_line(str(digest))[7:15]}" for name, digest in fields)
