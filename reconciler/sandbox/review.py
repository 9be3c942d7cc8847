"""The reviewer's verdict, given without keys: on a path beside the vendor's API, or in a saved account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from reconciler.errors import UsageError
from reconciler.sandbox.account import Account, open_account, review
from reconciler.sandbox.http import Request, Response
from reconciler.sandbox.model import AccountData

REVIEW_PATH: Final = "/_sandbox/review"
VERDICTS: Final = ("approve", "reject")


def control(incoming: Request, account: Account) -> Response | None:
    """Answer a request to the control path; None where it is for the vendor's API."""
    if not incoming.path.startswith("/_sandbox/"):
        return None
    # A page in a browser cannot send this type across origins without asking first.
    asked = incoming.method == "POST" and incoming.header("content-type") == "application/json"
    if incoming.path != REVIEW_PATH or not asked:
        return _answer(404, {"error": f"the sandbox takes POST {REVIEW_PATH} with application/json"})
    return _review(incoming.body, account)


def _review(body: bytes, account: Account) -> Response:
    try:
        wanted = json.loads(body)
        sign_id, verdict, reply = wanted["sign_id"], wanted["verdict"], wanted.get("reply", "")
    except (ValueError, KeyError, TypeError, AttributeError):
        sign_id = verdict = reply = None
    if not isinstance(sign_id, int) or verdict not in VERDICTS or not isinstance(reply, str):
        return _answer(400, {"error": "the body must be {sign_id, verdict: approve or reject, reply}"})
    row = review(account, sign_id, verdict, reply)
    if row is None:
        return _answer(404, {"error": f"there is no signature {sign_id} in this sandbox"})
    return _answer(200, {"sign_id": row.sign_id, "status_code": row.status_code})


def _answer(status: int, value: dict[str, Any]) -> Response:
    return Response(json.dumps(value).encode(), status=status)


def review_saved(save: Path, sign_id: int, verdict: str, reply: str = "") -> int:
    """Give the ``verdict`` (``approve`` or ``reject``) in a save file; return the row's ``StatusCode``.

    A sandbox that runs on the same file sees it at its next request. Raises UsageError where there is no such
    file or signature, AccountFileError where the file holds no account.
    """
    if not save.is_file():
        raise UsageError("there is no saved sandbox at {path}", hint="run a command with --sandbox first", path=save)
    row = review(open_account(save, AccountData()), sign_id, verdict, reply)
    if row is None:
        raise UsageError("there is no signature {sign_id} in the sandbox at {path}", sign_id=sign_id, path=save)
    return row.status_code
