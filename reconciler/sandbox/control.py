"""The sandbox's own path beside the vendor's API: the reviewer's verdict, without keys."""

from __future__ import annotations

import json
from typing import Any, Final

from reconciler.sandbox.account import Account, review
from reconciler.sandbox.incoming import Incoming
from reconciler.sandbox.reply import Reply

REVIEW_PATH: Final = "/_sandbox/review"
VERDICTS: Final = ("approve", "reject")


def control(incoming: Incoming, account: Account) -> Reply | None:
    """Answer a request to the control path; None where it is for the vendor's API."""
    if not incoming.path.startswith("/_sandbox/"):
        return None
    # A page in a browser cannot send this type across origins without asking first.
    asked = incoming.method == "POST" and incoming.header("content-type") == "application/json"
    if incoming.path != REVIEW_PATH or not asked:
        return _answer(404, {"error": f"the sandbox takes POST {REVIEW_PATH} with application/json"})
    return _review(incoming.body, account)


def _review(body: bytes, account: Account) -> Reply:
    try:
        wanted = json.loads(body)
        sign_id, verdict, reply = wanted["sign_id"], wanted["verdict"], wanted.get("reply", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        sign_id = verdict = reply = None
    if not isinstance(sign_id, int) or verdict not in VERDICTS or not isinstance(reply, str):
        return _answer(400, {"error": "the body is to be {sign_id, verdict: approve or reject, reply}"})
    row = review(account, sign_id, verdict, reply)
    if row is None:
        return _answer(404, {"error": f"there is no signature {sign_id} in this sandbox"})
    return _answer(200, {"sign_id": row.sign_id, "status_code": row.status_code})


def _answer(status: int, value: dict[str, Any]) -> Reply:
    return Reply(json.dumps(value).encode(), status=status)
