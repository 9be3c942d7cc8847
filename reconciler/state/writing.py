"""A state as the plain objects of its document. A field that is not known is left out, not written as null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.model.signature import Image, SignFields
from reconciler.model.state import Entry, Intent, State, Submitted
from reconciler.state import shapes

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
