"""The record as bytes: versioned JSON in UTF-8, one signature a line in the order of the ids, so that diffs read well.

Reading is strict. Whatever the bytes are, the answer is a state or a StateError that names the place and the mend.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.errors import StateError
from reconciler.model.live import Row
from reconciler.model.signature import Image, SignFields
from reconciler.model.state import Entry, Holder, Intent, State, Submitted
from reconciler.state import shapes
from reconciler.state.shapes import Malformed, checked

VERSION: Final = 1

MAX_BYTES: Final = 32 * 1024 * 1024
"""Largest document read or written; one signature takes about 1.2 kB, so this is over 20,000 of them."""

_REPAIR: Final = (
    "Put a good copy back (with a state branch: revert its last commit). Without one, move it away: the next plan"
    " then treats every signature as never submitted, and `reconciler adopt KEY` records what is known."
)


def dump(state: State) -> bytes:
    """Return the document of a state, checked as reading checks it: what cannot be read again must not be stored.

    Raises StateError where a value has no place in the format, or the document grows past ``MAX_BYTES``.
    """
    document = _document(state)
    try:
        _state(document, "the new record")
    except Malformed as problem:
        raise StateError(
            f"the record cannot be stored: {problem}", hint="This is a mistake in the program: please report it."
        ) from None
    data = _written(document)
    if len(data) > MAX_BYTES:
        raise StateError(
            f"the record would be larger than {MAX_BYTES // 2**20} MiB",
            hint="Split the account's signatures by region.",
        )
    return data


def parse(data: bytes, *, source: str) -> State:
    """Return the state that a document holds. ``source`` names the document in messages.

    Raises StateError for anything but a well-formed document of this version.
    """
    if len(data) > MAX_BYTES:
        raise StateError(f"{source}: the record is larger than {MAX_BYTES // 2**20} MiB", hint=_REPAIR)
    try:
        return _state(_json(data), source)
    except Malformed as problem:
        raise StateError(f"{source}: the record cannot be read: {problem}", hint=_REPAIR) from None


def _document(state: State) -> dict[str, Any]:
    return _present(
        {
            "version": VERSION,
            "uin": state.uin,
            "region": state.region,
            "sandbox": state.sandbox,
            "commit": state.commit,
            "saved_at": state.saved_at,
            "holder": None if state.holder is None else {"run": state.holder.run, "beat": state.holder.beat},
            "signatures": list(_entry_objects(state.entries)),
        }
    )


def _written(document: Mapping[str, Any]) -> bytes:
    lines = [f"  {_line(name)}: {_line(value)}," for name, value in document.items() if name != "signatures"]
    signatures = ",\n".join(f"    {_line(entry)}" for entry in document["signatures"])
    body = f"[\n{signatures}\n  ]" if signatures else "[]"
    text = "\n".join(["{", *lines, f'  "signatures": {body}', "}", ""])
    # A half of a surrogate pair can come from the vendor; what this handler writes for it is JSON's own escape.
    return text.encode("utf-8", "backslashreplace")


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _present(record: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in record.items() if value is not None}


def _entry_objects(entries: Mapping[int, Entry]) -> Iterator[dict[str, object]]:
    for sign_id, entry in sorted(entries.items()):
        if entry == Entry():
            continue
        submitted, intent = entry.submitted, entry.intent
        yield _present(
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


def _state(value: Any, source: str) -> State:
    if type(value) is dict and type(value.get("version")) is int and value["version"] != VERSION:
        raise StateError(
            f"{source}: the record is of version {ascii(value['version'])[:20]}, this release knows version {VERSION}",
            hint="Use the release that wrote it, or a newer one.",
        )
    found = checked(value, shapes.DOCUMENT, "the document")
    return State(
        uin=found["uin"],
        region=found["region"],
        entries=_entries(found["signatures"]),
        holder=Holder(**checked(found["holder"], shapes.HOLDER, "holder")) if "holder" in found else None,
        commit=found.get("commit"),
        saved_at=found.get("saved_at"),
        sandbox=found["sandbox"],
    )


def _entries(values: list[Any]) -> dict[int, Entry]:
    entries: dict[int, Entry] = {}
    for index, value in enumerate(values):
        place = f"signatures[{index}]"
        found = checked(value, shapes.ENTRY, place)
        sign_id = found["sign_id"]
        if sign_id in entries:
            raise Malformed(f"{place} is the second one with sign_id {sign_id}")
        entries[sign_id] = Entry(
            submitted=_submitted(found["submitted"], f"{place}.submitted") if "submitted" in found else None,
            intent=_intent(found["intent"], f"{place}.intent") if "intent" in found else None,
        )
    return entries


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


def _row(value: Any, place: str) -> Row:
    return Row(**checked(value, shapes.ROW, place))
