"""The plain objects of a document as a state, every type and range checked on the way. Raises Malformed."""

from __future__ import annotations

from typing import Any

from reconciler.model.live import Row
from reconciler.model.signature import Image, SignFields
from reconciler.model.state import Entry, Holder, Intent, State, Submitted
from reconciler.state import shapes
from reconciler.state.shapes import Malformed, checked


def state_of(value: Any) -> State:
    """Return the state that a document of this version holds. Raises Malformed naming what does not belong."""
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


def _row(value: Any, place: str) -> Row:
    return Row(**checked(value, shapes.ROW, place))
