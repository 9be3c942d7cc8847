"""The record as bytes: versioned JSON in UTF-8, a signature a line in the order of the ids, so that diffs read well."""

# Both ways are held against ``schemas/state.schema.json``: whatever the bytes are, the answer is a state or a
# StateError that names the place, and what could not be read again is never stored. The names in the document are kept
# here alone.

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconciler.errors import StateError, said
from reconciler.model.signature import FIELD_NAMES, Image, LiveSignature, SignFields, Subject
from reconciler.model.state import Entry, Intent, IntentState, State, Submitted, no_row
from reconciler.schemas import first_mismatch

VERSION: Final = 2
_READ: Final = frozenset({1, VERSION})
# How long an open intent of version 1 is waited for: its run may have been silent for 20 s and call for 20 more.
_OLD_WINDOW_S: Final = 41

# Largest document read or written; one signature takes about 1.2 kB, so this is over 20,000 of them.
MAX_BYTES: Final = 32 * 1024 * 1024

_SCHEMA: Final = "state"
_IMAGES: Final = ("proof_image", "commission_image")
_REPAIR: Final = (
    "Put a good copy back (with a state branch: revert its last commit). Without one, move it away: the next plan"
    " then treats every signature as never submitted, and `reconciler adopt KEY` records what is known."
)


class Malformed(Exception):
    """A document is not what the format says; ``why`` names the place."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def parse(data: bytes, *, source: str) -> State:
    """Return the state that a document holds. ``source`` names the document in messages.

    Raises StateError for anything but a well-formed document of this version.
    """
    if len(data) > MAX_BYTES:
        raise StateError(
            "{source}: the record is larger than {limit} MiB", hint=_REPAIR, source=source, limit=MAX_BYTES // 2**20
        )
    try:
        document = _json(data)
        _check_version(document, source)
        _check(document)
        return _state(document)
    except Malformed as problem:
        raise StateError(
            "{source}: the record cannot be read: {problem}", hint=_REPAIR, source=source, problem=problem.why
        ) from None


def dump(state: State, lines: Lines | None = None) -> bytes:
    """Return the document of a state, checked as reading checks it.

    ``lines`` remembers from one call to the next what was checked already. Raises StateError where a value has no place
    in the format, or the document grows past ``MAX_BYTES``.
    """
    head = _head_object(state)
    try:
        _check({**head, "signatures": []})
        signatures, creates = (lines or Lines()).of(state)
    except Malformed as problem:
        raise StateError(
            "the record cannot be stored: {problem}",
            hint="This is a mistake in the program: please report it.",
            problem=problem.why,
        ) from None
    data = _document(head, signatures, creates)
    if len(data) > MAX_BYTES:
        raise StateError(
            "the record would be larger than {limit} MiB",
            hint="Move it away and adopt what is still in use.",
            limit=MAX_BYTES // 2**20,
        )
    return data


class Lines:
    """The line of each entry, written and checked once: all but one of them stay as they are from save to save."""

    def __init__(self) -> None:
        self._head = _head_object(State("0", "x"))  # any: an entry is checked as the only one of some document
        self._known: dict[Subject, tuple[Entry, str]] = {}

    def of(self, state: State) -> tuple[list[str], list[str]]:
        """Return the lines in the order of the ids, and those of creates in the order of the keys.

        Raises Malformed for an entry that could not be read again.
        """
        nothing, creates = Entry(), state.creates
        entries: dict[Subject, Entry] = dict(state.signatures.items())
        entries.update(sorted(creates.items()))
        self._known = {subject: self._line(subject, entry) for subject, entry in entries.items()}
        shown = [(subject, line) for subject, (entry, line) in self._known.items() if entry != nothing]
        return [line for subject, line in shown if subject not in creates], [
            line for subject, line in shown if subject in creates
        ]

    def _line(self, subject: Subject, entry: Entry) -> tuple[Entry, str]:
        known = self._known.get(subject)
        # Identity is enough, since entries are never changed in place, and it costs nothing for ten thousand of them.
        if known is not None and known[0] is entry:
            return known
        value = entry_object(subject, entry)
        part = {"creates": [value]} if isinstance(subject, str) else {"signatures": [value]}
        try:
            _check({**self._head, "signatures": [], **part})
        except Malformed as problem:
            raise Malformed(said("the entry of {subject}: {problem}", subject=subject, problem=problem.why)) from None
        return entry, line_of(value)


def _check(document: object) -> None:
    try:
        mismatch = first_mismatch(_SCHEMA, document)
    except UnicodeEncodeError:  # the validator takes no half of a surrogate pair where it looks into a text
        raise Malformed(said("a name, an id or a word holds half of a surrogate pair")) from None
    if mismatch is not None:
        place = f"{mismatch.path}: " if mismatch.path else ""
        raise Malformed(said("{place}{why}", place=place, why=mismatch.text))


# From a document to a state. Everything was checked against the schema before.


def _state(document: Mapping[str, Any]) -> State:
    return State(
        uin=document["uin"],
        region=document["region"],
        entries={
            **_entries(document["signatures"], "signatures", "sign_id"),
            **_entries(document.get("creates", []), "creates", "key"),
        },
        commit=document.get("commit"),
        saved_at=document.get("saved_at"),
        sandbox=document["sandbox"],
        serial=document.get("serial", 0),
    )


def _entries(values: Sequence[Mapping[str, Any]], part: str, name: str) -> dict[Subject, Entry]:
    entries: dict[Subject, Entry] = {}
    for index, value in enumerate(values):
        subject = value[name]
        if subject in entries:
            words = "{part}[{index}] is the second one with {name} {subject}"
            raise Malformed(said(words, part=part, index=index, name=name, subject=subject))
        entries[subject] = Entry(
            epoch=value.get("epoch", int("submitted" in value or "intent" in value)),
            submitted=_submitted(value["submitted"]) if "submitted" in value else None,
            perhaps=tuple(_intent(intent) for intent in value.get("perhaps", [])) or _old_intent(value),
        )
    # One that says nothing is none: it is never written, and the next write would otherwise look like a change.
    return {subject: entry for subject, entry in entries.items() if entry != Entry()}


def _submitted(value: Mapping[str, Any]) -> Submitted:
    rows = {name: LiveSignature(**value[name]) for name in ("before", "shown") if name in value}
    return Submitted(**{**value, "fields": _fields(value["fields"]), **rows})


def _intent(value: Mapping[str, Any]) -> Intent:
    status = IntentState(value.get("status", IntentState.LIVE))
    fields = _fields(value["fields"])
    before = LiveSignature(**value["before"]) if "before" in value else no_row(fields)
    known = tuple(value["known"]) if "known" in value else None
    return Intent(**{**value, "fields": fields, "before": before, "status": status, "known": known})


def _old_intent(value: Mapping[str, Any]) -> tuple[Intent, ...]:
    """Return the open intent of a record of version 1 as a live one, which is waited for like any other."""
    if "intent" not in value:
        return ()
    intent = _intent(value["intent"])
    return (intent._replace(epoch=1, looked_at=intent.at, window=_OLD_WINDOW_S),)


def _fields(value: Mapping[str, Any]) -> SignFields:
    images = {name: Image(**value[name]) for name in _IMAGES if name in value}
    return SignFields(**{**value, **images})


# From a state to a document. A field that is not known is left out, not written as null.


def _head_object(state: State) -> dict[str, object]:
    return _present(
        {
            "version": VERSION,
            "uin": state.uin,
            "region": state.region,
            "sandbox": state.sandbox,
            "commit": state.commit,
            "saved_at": state.saved_at,
            "serial": state.serial,
        }
    )


def _present(record: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if value is not None}


def entry_object(subject: Subject, entry: Entry) -> dict[str, object]:
    """Return what the document holds of one signature."""
    return _present(
        {
            ("key" if isinstance(subject, str) else "sign_id"): subject,
            "epoch": entry.epoch,
            "submitted": None if entry.submitted is None else _submitted_object(entry.submitted),
            "perhaps": [_intent_object(intent) for intent in entry.perhaps] or None,
        }
    )


def _submitted_object(submitted: Submitted) -> dict[str, object]:
    return _present(
        {
            "at": submitted.at,
            "request_id": submitted.request_id,
            "sign_id": submitted.sign_id,
            "commit": submitted.commit,
            "by": submitted.by or None,
            "uncommitted": submitted.uncommitted or None,
            "adopted": submitted.adopted,
            "epoch": submitted.epoch,
            "run": submitted.run,
            "until": submitted.until,
            "fields": _fields_object(submitted.fields),
            "before": None if submitted.before is None else _present(submitted.before._asdict()),
            "shown": None if submitted.shown is None else _present(submitted.shown._asdict()),
        }
    )


def _intent_object(intent: Intent) -> dict[str, object]:
    return _present(
        {
            "at": intent.at,
            "run": intent.run,
            "epoch": intent.epoch,
            "status": intent.status.value,
            "looked_at": intent.looked_at,
            "tolerance": intent.tolerance,
            "window": intent.window,
            "commit": intent.commit,
            "by": intent.by or None,
            "uncommitted": intent.uncommitted or None,
            "fields": _fields_object(intent.fields),
            "before": _present(intent.before._asdict()) if intent.known is None else None,
            "known": None if intent.known is None else list(intent.known),
        }
    )


def _fields_object(fields: SignFields) -> dict[str, object]:
    values = ((name, getattr(fields, name)) for name in FIELD_NAMES)
    return _present({name: _image_object(value) if isinstance(value, Image) else value for name, value in values})


def _image_object(image: Image) -> dict[str, object]:
    return {name: getattr(image, name) for name in Image.__slots__}


# The text of a document.


def _document(head: Mapping[str, object], signatures: Sequence[str], creates: Sequence[str]) -> bytes:
    lines = [f"  {line_of(name)}: {line_of(value)}," for name, value in head.items()]
    if creates:  # a record without any stays readable for releases that know none
        lines.append(f'  "creates": {_listed(creates)},')
    return "\n".join(["{", *lines, f'  "signatures": {_listed(signatures)}', "}", ""]).encode()


def _listed(lines: Sequence[str]) -> str:
    return "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"


def line_of(value: object) -> str:
    """Return a value as JSON on one line."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # The record is shown by `git log -p`: what would steer a terminal is escaped, as are halves of surrogate pairs.
    return text if text.isprintable() else json.dumps(value, allow_nan=False)


def _json(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_number
        )
    except UnicodeDecodeError as problem:
        raise Malformed(said("byte {number} is not UTF-8", number=problem.start)) from None
    except json.JSONDecodeError as problem:
        raise Malformed(
            said("line {line}, column {column} is not JSON", line=problem.lineno, column=problem.colno)
        ) from None
    except RecursionError:
        raise Malformed(said("it is nested too deeply")) from None
    except ValueError:
        raise Malformed(said("it holds a number with too many digits")) from None


def _number(text: str) -> float | int:
    """Read ``1101.0`` as the integer that JSON Schema takes it for."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed(said("an object holds the same field twice"))
    return found


def _no_constant(name: str) -> Any:
    raise Malformed(said("{name} is not JSON", name=name))


def _check_version(document: Any, source: str) -> None:
    version = document.get("version") if isinstance(document, dict) else None
    if type(version) is int and version not in _READ:
        raise StateError(
            "{source}: the record is of version {version}, this release knows version {known}",
            hint="Use the release that wrote it, or a newer one.",
            source=source,
            version=str(version)[:20],
            known=VERSION,
        )
