"""The sandbox's own path beside the vendor's API: the reviewer's verdict, without keys."""

from __future__ import annotations

import ipaddress
import json
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import UsageError, VendorError
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
        return _answer(400, {"error": "the body is to be {sign_id, verdict: approve or reject, reply}"})
    row = review(account, sign_id, verdict, reply)
    if row is None:
        return _answer(404, {"error": f"there is no signature {sign_id} in this sandbox"})
    return _answer(200, {"sign_id": row.sign_id, "status_code": row.status_code})


def _answer(status: int, value: dict[str, Any]) -> Response:
    return Response(json.dumps(value).encode(), status=status)


# Playing the reviewer, on a running sandbox or on the account that one has saved.


_TIMEOUT_S: Final = 10.0


_DONE: Final = 200


def review_saved(save: Path, sign_id: int, verdict: str, reply: str = "") -> int:
    """Give the ``verdict`` (``approve`` or ``reject``) in a save file; return the row's ``StatusCode``.

    A sandbox that runs on the same file sees it at its next request. Raise ``UsageProblem`` where there is no
    such file or signature, ``AccountFileError`` where the file holds no account.
    """
    if not save.is_file():
        raise UsageError(f"there is no saved sandbox at {save}", hint="run a command with --sandbox first")
    row = review(open_account(save, AccountData()), sign_id, verdict, reply)
    if row is None:
        raise UsageError(f"there is no signature {sign_id} in the sandbox at {save}")
    return row.status_code


def review_running(endpoint: str, sign_id: int, verdict: str, reply: str = "") -> int:
    """Give the verdict at a running sandbox; return the row's ``StatusCode``.

    Raise ``UsageProblem`` for an endpoint that is not on this machine or an unknown signature, ``VendorError``
    where no sandbox answers.
    """
    url = _loopback(endpoint)
    status, answer = _post(url, {"sign_id": sign_id, "verdict": verdict, "reply": reply}, endpoint)
    if status != _DONE:
        raise UsageError(str(answer.get("error", f"the sandbox answered with HTTP {status}")))
    return int(answer["status_code"])


def _loopback(endpoint: str) -> SplitResult:
    try:
        url = urlsplit(endpoint)
        port, host = url.port, url.hostname or ""
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local, port, url = False, None, urlsplit("")
    if url.scheme != "http" or not local or port is None:
        raise UsageError(
            f"{endpoint} is no sandbox on this machine",
            hint="give the address that `reconciler sandbox serve` printed, such as http://127.0.0.1:8080",
        )
    return url


def _post(url: SplitResult, value: dict[str, Any], endpoint: str) -> tuple[int, dict[str, Any]]:
    # http.client asks no proxy, which urllib would do even for this machine
    connection = HTTPConnection(url.hostname or "", url.port, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", REVIEW_PATH, json.dumps(value), {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, HTTPException, ValueError) as problem:
        raise VendorError(
            f"no sandbox answers at {endpoint} ({type(problem).__name__})",
            code="Client.NoSandbox",
            hint="start one with `reconciler sandbox serve`",
        ) from None
    finally:
        connection.close()
    return response.status, answer if isinstance(answer, dict) else {}
