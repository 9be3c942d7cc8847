"""What goes over the wire: a request as it arrived, before anything about it is believed, and an answer to deliver."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from reconciler.sandbox.model import ApiError


@dataclass(frozen=True, slots=True)
class Request:
    """A request: ``query`` is raw, ``headers`` have lower-case names.

    ``arrived`` is the monotonic arrival time, ``now`` the unix time by the sandbox's own clock, both in seconds.
    ``oversized`` says that the body was past the vendor's limit and was not kept.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    arrived: float
    now: float
    oversized: bool = False

    def header(self, name: str) -> str:
        """Return a header's value without surrounding blanks, empty where it is not there."""
        return self.headers.get(name, "").strip()

    @property
    def action(self) -> str:
        """The action asked for."""
        return self.header("x-tc-action")


JSON_TYPE: Final = "application/json"
_HTML: Final = b"<html><body><h1>Bad Gateway</h1><p>openresty</p></body></html>"


class Manner(Enum):
    """How an answer is delivered."""

    WHOLE = "whole"
    RESET = "reset without a byte"
    HALF_THEN_WAIT = "half of it, then nothing until the client gives up"
    HALF_THEN_CLOSE = "half of it, then the connection closes"
    NEVER = "nothing until the client gives up"


# The manner is a part of the answer, so that a fault is decided where the log is written, and played by the server.
@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer; it is held back for ``delay_s`` seconds first."""

    body: bytes
    status: int = 200
    content_type: str = JSON_TYPE
    manner: Manner = Manner.WHOLE
    delay_s: float = 0.0


def envelope(answer: dict[str, Any], request_id: str) -> bytes:
    """Return the body that every answer of the vendor has."""
    return json.dumps({"Response": {**answer, "RequestId": request_id}}, ensure_ascii=False).encode(
        "utf-8", "backslashreplace"
    )


def error_answer(error: ApiError) -> dict[str, Any]:
    """Return the content of ``Response`` for an error."""
    return {"Error": {"Code": error.code, "Message": error.message}}


def html(status: int) -> Response:
    """Return the page of a gateway on the way."""
    return Response(_HTML, status=status, content_type="text/html")
