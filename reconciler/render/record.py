"""The record for people: what is recorded of each signature, what an adoption would record, and what was done when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from reconciler.decision.plan import SavedPlan, SavedValues
from reconciler.model.plan import Change, Verdict
from reconciler.model.report import Outcome
from reconciler.model.signature import FIELD_NAMES, Signature, SignFields, Subject
from reconciler.model.state import Entry, HistoryEntry, Intent, IntentState, State, Submitted
from reconciler.render.findings import number
from reconciler.render.layout import Style, aligned, plain, wrapped
from reconciler.render.text import SIGNS, account_line, change_lines, changes, counted_verdicts, field_lines, whole
from reconciler.text import escape_line, joined, local, named, say, utc_time

_SHORT: Final = 12
_INDENT: Final = "      "
_STATES: Final[Mapping[IntentState, str]] = {
    IntentState.LIVE: "its call may be under way",
    IntentState.LAPSED: "nobody knows its outcome",
    IntentState.LATE: "it was answered too late to count",
}

# The lines of a record's history, which are stored in English: each form that apply and state write.
_NOTES: Final = (
    "intend to create {key}",
    "intend {key} ({id}): as defined",
    "intend {key} ({id}): {fields}",
    "withdraw {key} ({id})",
    "settle {ids} by what the account shows",
    "nothing to submit",
    "forget {ids}",
    "take over {place}",
    "Store the record",
    "Applied-From: {commit}, with changes that are not committed",
    "Applied-From: {commit}",
    "Run: {run}",
)
_KEY_AND_ID: Final = re.compile(r"([a-z0-9][a-z0-9-]*) \(([0-9]+)\)")
NO_KEYS: Final[Mapping[int, str]] = {}
_ADOPTED: Final = "adopt {key} ({id})"
_ENDED: Final = re.compile(rf"({'|'.join(Outcome)}) (\S+ \([^()]*\))((?: \S+)?)(?: request (\S+))?")


def record_text(where: str, state: State, keys: Mapping[int, str]) -> str:
    """Return what is recorded: one line per signature, below it what is open. ``keys`` are those of the definitions."""
    return "\n".join([_place(where, state), *_entries(state, keys), "", _count(state)])


def _place(where: str, state: State) -> str:
    sandbox = say("SANDBOX, not the vendor: ") if state.sandbox else ""
    saved = state.saved_at
    written = say("never written") if saved is None else say("written {time}", time=utc_time(saved))
    commit = say(", last applied from {commit}", commit=state.commit[:_SHORT]) if state.commit else ""
    return f"{sandbox}{escape_line(local(where))}: {written}{commit}"


def _entries(state: State, keys: Mapping[int, str]) -> Iterator[str]:
    created = _created(state)
    rows: list[tuple[Subject, Entry]] = [
        *state.signatures.items(),
        *sorted(each for each in state.creates.items() if each[0] not in created.values()),
    ]
    heads = aligned([_head(subject, entry, keys, created) for subject, entry in rows])
    for (subject, entry), head in zip(rows, heads, strict=True):
        yield "  " + head
        doubts = (*entry.perhaps, *state.entry(created[subject]).perhaps) if subject in created else entry.perhaps
        yield from (_INDENT + line for line in map(_doubt, doubts))


def _created(state: State) -> dict[Subject, str]:
    """Return under which key a recorded id was created: that submission is recorded under both, and shown once."""
    return {
        entry.submitted.sign_id: key
        for key, entry in state.creates.items()
        if entry.submitted is not None
        and entry.submitted.sign_id is not None
        and state.entry(entry.submitted.sign_id).submitted is not None
    }


def _head(subject: Subject, entry: Entry, keys: Mapping[int, str], created: Mapping[Subject, str]) -> Sequence[str]:
    own = entry.submitted
    if isinstance(subject, str):
        shown = "new" if own is None else say("created as {sign_id}", sign_id=own.sign_id)
        key = escape_line(subject)
    elif subject in created and subject not in keys:
        key, shown = escape_line(created[subject]), say("created as {sign_id}", sign_id=subject)
    else:
        key, shown = keys.get(subject) or say("(no definition)"), str(subject)
    if own is None:
        return key, shown, say("nothing submitted"), "", ""
    request = say("request {id}", id=escape_line(own.request_id)) if own.request_id else ""
    return key, shown, escape_line(own.fields.sign_name), submission_words(own), request


def submission_words(own: Submitted) -> str:
    """Return when a submission was, by whom, and from which commit."""
    did = say("adopted {time}" if own.adopted else "submitted {time}", time=utc_time(own.at))
    return f"{did}{_origin(own.by, own.commit, uncommitted=own.uncommitted)}"


def _origin(by: str, commit: str | None, *, uncommitted: bool) -> str:
    who = say(" by {who}", who=escape_line(by)) if by else ""
    words = " from {commit} with changes" if uncommitted else " from {commit}"
    return who + say(words, commit=commit[:_SHORT]) if commit else who


def _doubt(intent: Intent) -> str:
    origin = _origin(intent.by, intent.commit, uncommitted=intent.uncommitted)
    return say("perhaps submitted {time}", time=utc_time(intent.at)) + f"{origin}: {say(_STATES[intent.status])}"


def _count(state: State) -> str:
    opened = sum(bool(entry.perhaps) for entry in state.entries.values())
    signatures = number(len(state.signatures), "signature")
    if not opened:
        return say("Record: {signatures}", signatures=signatures)
    return say("Record: {signatures}, {open} open", signatures=signatures, open=opened)


def adoptions_text(found: Sequence[tuple[Signature, Entry]]) -> str:
    """Return what an adoption would record of each signature, beside what is recorded of it, and how many they are."""
    count = say("To record: {signatures}", signatures=local(number(len(found), "signature")))
    return "\n".join(["", *(_adoption(signature, entry) for signature, entry in found), "", count])


def _adoption(signature: Signature, entry: Entry) -> str:
    head = f"  {signature.key} ({signature.id_text}): {escape_line(signature.fields.sign_name)}"
    if entry.submitted is None:
        lines = [say("nothing is recorded; this would be recorded as submitted"), *field_lines(signature.fields)]
    else:
        changed = _changed(entry.submitted.fields, signature.fields)
        lines = [say("recorded: {words}", words=submission_words(entry.submitted))]
        lines += changes(changed) or [say("the same fields")]
    return "\n".join([head, *(_INDENT + line for line in [*lines, *map(_doubt, entry.perhaps)])])


def _changed(old: SignFields, new: SignFields) -> list[Change]:
    values = ((name, getattr(old, name), getattr(new, name)) for name in FIELD_NAMES)
    return [Change(name, was, is_now) for name, was, is_now in values if was != is_now]


def history_text(entries: Sequence[HistoryEntry], keys: Mapping[int, str] = NO_KEYS) -> str:
    """Return what was stored when, by whom and why, the newest first. ``keys`` are those of the definitions."""
    named_ids = {**_keys_of(entries), **{str(sign_id): key for sign_id, key in keys.items()}}
    return "\n".join(line for entry in entries for line in _history_lines(entry, named_ids))


def _keys_of(entries: Sequence[HistoryEntry]) -> dict[str, str]:
    """Return the newest key of each id that the history names with one: its definition may be gone."""
    lines = (line for entry in reversed(entries) for line in reversed(entry.lines) if not line.startswith("forget "))
    return {found[2]: found[1] for line in lines for found in _KEY_AND_ID.finditer(line)}


def _history_lines(entry: HistoryEntry, keys: Mapping[str, str]) -> Iterator[str]:
    yield f"{utc_time(entry.at)}  {entry.commit[:_SHORT]}  {escape_line(entry.author)}"
    yield from (_INDENT + escape_line(_note(line, keys)) for line in entry.lines if line)


def _subjects(listed: str, keys: Mapping[str, str]) -> str:
    """Return signatures that a line names by id, and new ones by key, as "key (id)"."""
    words = {word.strip("()"): word for word in listed.split(", ")}
    shown = {bare: f"{keys[bare]} ({bare})" if bare in keys else word for bare, word in words.items()}
    # One that was created is named twice, by its id and by the key that it was created under.
    twice = {keys[bare] for bare in words if bare in keys}
    return say(", ").join(text for bare, text in shown.items() if bare not in twice)


def _note(line: str, keys: Mapping[str, str]) -> str:
    """Return a line of the history in the person's language; one that this tool did not write stays as it is."""
    if (ended := _ENDED.fullmatch(line)) is not None:
        outcome, subject, code, request = ended.groups()
        return f"{named('outcome', outcome)} {subject}{code}" + (
            f" {say('request {id}', id=request)}" if request else ""
        )
    adopted = [_form(_ADOPTED).fullmatch(part) for part in line.split("; ")]
    if all(adopted):
        return say("; ").join(say(_ADOPTED, **found.groupdict()) for found in adopted if found is not None)
    for template in _NOTES:
        if (found := _form(template).fullmatch(line)) is not None:
            values = found.groupdict()
            return say(template, **(values | {"ids": _subjects(values["ids"], keys)} if "ids" in values else values))
    return line


@cache
def _form(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(template)))


def saved_plan_text(saved: SavedPlan, style: Style = plain, *, columns: int | None = None) -> str:
    """Return a saved plan for people: what an apply of it may send, with the values where the file has them."""
    lines = [_saved_target(saved), "", *_saved_operations(saved, style), ""]
    if saved.only:
        lines.append(say("Only: {keys}", keys=joined([*map(escape_line, saved.only)])))
    lines.append(_operations(saved))
    lines.append(say("Fingerprint: {fingerprint}", fingerprint=escape_line(saved.fingerprint)))
    return "\n".join(lines if columns is None else (part for line in lines for part in wrapped(line, columns)))


def _saved_target(saved: SavedPlan) -> str:
    if saved.site is not None:
        return account_line(saved.uin, saved.site, saved.region, sandbox=saved.sandbox)
    words = (
        "SANDBOX, not the vendor: account {uin}, region {region}" if saved.sandbox else "Account {uin}, region {region}"
    )
    return say(words, uin=escape_line(saved.uin), region=escape_line(saved.region))


def _saved_operations(saved: SavedPlan, style: Style) -> Iterator[str]:
    values = saved.values or (None,) * len(saved.operations)
    heads = aligned([_saved_head(*each) for each in zip(saved.operations, values, strict=True)])
    for operation, known, head in zip(saved.operations, values, heads, strict=True):
        yield "  " + style(head, _verdict(operation))
        if known is not None:
            yield from (_INDENT + line for line in (*change_lines(known.changes, style), *whole(known.values)))


def _saved_head(operation: Mapping[str, Any], known: SavedValues | None) -> tuple[str, ...]:
    verdict = _verdict(operation)
    return (
        SIGNS[verdict] if verdict is not None else "?",
        named("verdict", escape_line(str(operation["verdict"]))),
        escape_line(known.key) if known is not None else "",
        str(operation["sign_id"] or "new"),
        escape_line(known.name) if known is not None else "",
        say("was {status}", status=named("status", escape_line(str(operation["status"])))),
        _digests(operation) if known is None else "",
    )


def _verdict(operation: Mapping[str, Any]) -> Verdict | None:
    return Verdict(operation["verdict"]) if operation["verdict"] in set(Verdict) else None


def _operations(saved: SavedPlan) -> str:
    created = sum(operation["verdict"] == Verdict.CREATE for operation in saved.operations)
    changed = len(saved.operations) - created
    counts = counted_verdicts({Verdict.MODIFY.value: changed, Verdict.CREATE.value: created})
    return say("Plan: {counts}", counts=say(", ").join(counts) or say("nothing to modify"))


def _digests(operation: Mapping[str, Any]) -> str:
    fields = operation["fields"].items()
    return " ".join(f"{escape_line(str(name))}={escape_line(str(digest))[7:15]}" for name, digest in fields)
