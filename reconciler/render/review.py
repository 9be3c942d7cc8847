"""The review state of signatures, for people and as JSON (``schemas/status.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from reconciler.model.review import Review, Reviewed
from reconciler.render.clean import one_line, to_json
from reconciler.render.columns import aligned
from reconciler.render.paint import Painter
from reconciler.render.plan_json import account_data, unmanaged_data
from reconciler.render.plan_text import target_line, unmanaged_lines

VERSION: Final = 1
_INDENT: Final = "      "


def review_text(review: Review, paint: Painter) -> str:
    """Return one line per signature, below it the reviewer's reply, and the counts."""
    return "\n".join(
        [
            target_line(review.target),
            "",
            *_lines(review, paint),
            *unmanaged_lines(review.unmanaged),
            "",
            _counts(review),
        ]
    )


def _lines(review: Review, paint: Painter) -> Iterator[str]:
    heads = aligned([_head(reviewed) for reviewed in review.signatures])
    for reviewed, head in zip(review.signatures, heads, strict=True):
        yield "  " + paint(head, reviewed.status)
        if reviewed.live is not None and reviewed.live.review_reply:
            yield f"{_INDENT}reviewer: {one_line(reviewed.live.review_reply)}"


def _head(reviewed: Reviewed) -> Sequence[str]:
    desired, live = reviewed.desired, reviewed.live
    name = one_line(live.sign_name if live is not None else desired.fields.sign_name)
    submitted = f"submitted {_when(live.create_time)}" if live is not None and live.create_time else ""
    return reviewed.status, desired.key, str(desired.sign_id), name, submitted


def _when(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        return f"at {seconds}"


def _counts(review: Review) -> str:
    named = [f"{count} {status}" for status, count in review.summary.items() if count]
    return "Status: " + (", ".join(named) if named else "no signatures")


def review_json(review: Review) -> str:
    """Return the document of a status."""
    return to_json(
        {
            "version": VERSION,
            "account": account_data(review.target),
            "summary": review.summary,
            "signatures": [_signature(reviewed) for reviewed in review.signatures],
            "unmanaged": [unmanaged_data(row) for row in review.unmanaged],
        }
    )


def _signature(reviewed: Reviewed) -> dict[str, object]:
    desired, live = reviewed.desired, reviewed.live
    return {
        "key": desired.key,
        "sign_id": desired.sign_id,
        "sign_name": live.sign_name if live is not None else desired.fields.sign_name,
        "status": reviewed.status.value,
        "status_code": live.status_code if live is not None else None,
        "review_reply": live.review_reply if live is not None else "",
        "create_time": live.create_time if live is not None else None,
        "location": desired.location._asdict(),
    }
