"""The plain objects of a document as a state, every type and range checked on the way. Raises Malformed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from reconciler.errors import StateError
from reconciler.model.signature import Image, LiveSignature, SignFields
from reconciler.model.state import Entry, Intent, Lease, State, Submitted
from reconciler.state import shapes
from reconciler.state.shapes import Malformed, checked


def state_of(value: Any) -> State:
    """Return the state that a document of this version holds. Raises Malformed naming what does not belong."""
    found = checked(value, shapes.DOCUMENT, "the document")
    return State(
        uin=found["uin"],
        region=found["region"],
        entries=_entries(found["signatures"]),
        holder=Lease(**checked(found["holder"], shapes.HOLDER, "holder")) if "holder" in found else None,
        commit=found.get("commit"),
        saved_at=found.get("saved_at"),
        sandbox=found["sandbox"],
    )


def entry_of(value: Any, place: str) -> tuple[int, Entry]:
    """Return one signature's id and entry. Raises Malformed naming what does not belong."""
    found = checked(value, shapes.ENTRY, place)
    return found["sign_id"], Entry(
        submitted=_submitted(found["submitted"], f"{place}.submitted") if "submitted" in found else None,
        intent=_intent(found["intent"], f"{place}.intent") if "intent" in found else None,
    )


def _entries(values: list[Any]) -> dict[int, Entry]:
    entries: dict[int, Entry] = {}
    for index, value in enumerate(values):
        place = f"signatures[{index}]"
        sign_id, entry = entry_of(value, place)
        if sign_id in entries:
            raise Malformed(f"{place} is the second one with sign_id {sign_id}")
        entries[sign_id] = entry
    # One that tells nothing is none: it is never written, and the next write would otherwise look like a change.
    return {sign_id: entry for sign_id, entry in entries.items() if entry != Entry()}


def _submitted(value: Any, place: str) -> Submitted:
    found = dict(checked(value, shapes.SUBMITTED, place))
    found["fields"] = _fields(found["fields"], f"{place}.fields")
    for row in ("before", "shown"):
        if row in found:
            found[row] = _row(found[row], f"{place}.{row}")
    return Submitted(**found)


def _intent(value: Any, place: str) -> Intent:
    found = dict(checked(value, shapes.INTENT, place))
    found["fields"] = _fields(found["fields"], f"{place}.fields")
    found["before"] = _row(found["before"], f"{place}.before")
    return Intent(**found)


def _fields(value: Any, place: str) -> SignFields:
    found = dict(checked(value, shapes.FIELDS, place))
    for image in ("proof_image", "commission_image"):
        if image in found:
            found[image] = Image(**checked(found[image], shapes.IMAGE, f"{place}.{image}"))
    return SignFields(**found)


def _row(value: Any, place: str) -> LiveSignature:
    return LiveSignature(**checked(value, shapes.ROW, place))


# A state as the plain objects of its document. A field that is not known is left out, not written as null.


VERSION: Final = 1


def head_object(state: State) -> dict[str, object]:
    """Return the document without its signatures."""
    return _present(
        {
            "version": VERSION,
            "uin": state.uin,
            "region": state.region,
            "sandbox": state.sandbox,
            "commit": state.commit,
            "saved_at": state.saved_at,
            "holder": None if state.holder is None else state.holder._asdict(),
        }
    )


def _present(record: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if value is not None}


def entry_object(sign_id: int, entry: Entry) -> dict[str, object]:
    """Return what the document holds of one signature."""
    submitted, intent = entry.submitted, entry.intent
    return _present(
        {
            "sign_id": sign_id,
            "submitted": None if submitted is None else _submitted_object(submitted),
            "intent": None if intent is None else _intent_object(intent),
        }
    )


def _submitted_object(submitted: Submitted) -> dict[str, object]:
    return _present(
        {
            "at": submitted.at,
            "request_id": submitted.request_id,
            "commit": submitted.commit,
            "adopted": submitted.adopted,
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
            "commit": intent.commit,
            "fields": _fields_object(intent.fields),
            "before": _present(intent.before._asdict()),
        }
    )


def _fields_object(fields: SignFields) -> dict[str, object]:
    values = {name: getattr(fields, name) for name in shapes.FIELDS}
    return _present({name: _image_object(v) if isinstance(v, Image) else v for name, v in values.items()})


def _image_object(image: Image) -> dict[str, object]:
    return {name: getattr(image, name) for name in shapes.IMAGE}


# The line of each signature in the document, made and checked once and then remembered.
#
# An apply stores the whole record before and after every change, and all but one of its lines stay as they are.


class Lines:
    """Remembers the lines of the entries that it saw last. An entry never changes, so neither does its line."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Entry, str]] = {}

    def of(self, entries: Mapping[int, Entry]) -> list[str]:
        """Return the lines in the order of the ids. Raises Malformed for an entry that could not be read again."""
        nothing = Entry()
        told = ((sign_id, entry) for sign_id, entry in entries.items() if entry != nothing)
        self._known = {sign_id: self._line(sign_id, entry) for sign_id, entry in sorted(told, key=_sign_id)}
        return [line for _, line in self._known.values()]

    def _line(self, sign_id: int, entry: Entry) -> tuple[Entry, str]:
        known = self._known.get(sign_id)
        if known is not None and known[0] is entry:
            return known
        value = entry_object(sign_id, entry)
        entry_of(value, f"the entry of {sign_id}")
        return entry, line_of(value)


def _sign_id(item: tuple[int, Entry]) -> int:
    return item[0]


def line_of(value: object) -> str:
    """Return a value as JSON on one line."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # The record is shown by `git log -p`: what would steer a terminal is escaped, as are halves of surrogate pairs.
    return text if text.isprintable() else json.dumps(value, allow_nan=False)


# The record as bytes: versioned JSON in UTF-8, one signature a line in the order of the ids, so that diffs read well.
#
# Reading is strict. Whatever the bytes are, the answer is a state or a StateError that names the place and the mend.


MAX_BYTES: Final = 32 * 1024 * 1024
"""Largest document read or written; one signature takes about 1.2 kB, so this is over 20,000 of them."""


_REPAIR: Final = (
    "Put a good copy back (with a state branch: revert its last commit). Without one, move it away: the next plan"
    " then treats every signature as never submitted, and `reconciler adopt KEY` records what is known."
)


def dump(state: State, lines: Lines | None = None) -> bytes:
    """Return the document of a state, checked as reading checks it: what cannot be read again must not be stored.

    ``lines`` remembers from one call to the next what was checked already.

    Raises StateError where a value has no place in the format, or the document grows past ``MAX_BYTES``.
    """
    head = head_object(state)
    try:
        state_of({**head, "signatures": []})
        signatures = (lines or Lines()).of(state.entries)
    except Malformed as problem:
        raise StateError(
            f"the record cannot be stored: {problem}", hint="This is a mistake in the program: please report it."
        ) from None
    data = _written(head, signatures)
    if len(data) > MAX_BYTES:
        raise StateError(
            f"the record would be larger than {MAX_BYTES // 2**20} MiB",
            hint="Move it away and adopt what is still in use.",
        )
    return data


def parse(data: bytes, *, source: str) -> State:
    """Return the state that a document holds. ``source`` names the document in messages.

    Raises StateError for anything but a well-formed document of this version.
    """
    if len(data) > MAX_BYTES:
        raise StateError(f"{source}: the record is larger than {MAX_BYTES // 2**20} MiB", hint=_REPAIR)
    try:
        value = _json(data)
        _check_version(value, source)
        return state_of(value)
    except Malformed as problem:
        raise StateError(f"{source}: the record cannot be read: {problem}", hint=_REPAIR) from None


def _written(head: Mapping[str, object], signatures: Sequence[str]) -> bytes:
    lines = [f"  {line_of(name)}: {line_of(value)}," for name, value in head.items()]
    body = "[\n    " + ",\n    ".join(signatures) + "\n  ]" if signatures else "[]"
    return "\n".join(["{", *lines, f'  "signatures": {body}', "}", ""]).encode()


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as problem:
        raise Malformed(f"byte {problem.start} is not UTF-8") from None
    except json.JSONDecodeError as problem:
        raise Malformed(f"line {problem.lineno}, column {problem.colno} is not JSON ({problem.msg})") from None
    except RecursionError:
        raise Malformed("it is nested too deeply") from None
    except ValueError:
        raise Malformed("it holds a number with too many digits") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an object holds the same field twice")
    return found


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not JSON")


def _check_version(value: Any, source: str) -> None:
    if type(value) is dict and type(value.get("version")) is int and value["version"] != VERSION:
        raise StateError(
            f"{source}: the record is of version {ascii(value['version'])[:20]}, this release knows version {VERSION}",
            hint="Use the release that wrote it, or a newer one.",
        )
