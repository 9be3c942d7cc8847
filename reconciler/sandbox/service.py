"""One request from arrival to answer: its fault, what the gateway says, and its line in the log."""

# The log has one JSON line a request, without secrets and without images. It is written before the answer is sent, with
# one write: whoever reads the log sees it whole.

from __future__ import annotations

import base64
import binascii
import json
import os
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from reconciler.errors import ReconcilerError, system_words
from reconciler.files import PRIVATE_MODE
from reconciler.sandbox.faults import Fault, FaultPlan, corrupt_response
from reconciler.sandbox.gateway import Dispatcher
from reconciler.sandbox.http import JSON_TYPE, Manner, Request, Response, envelope, error_answer, html
from reconciler.sandbox.model import ApiError
from reconciler.sandbox.parameters import digest

_IMAGES: Final = frozenset({"ProofImage", "CommissionImage"})
_SECRETS: Final = frozenset({"WebIdentityToken"})

# Characters; longer text is no name or remark but something that strayed into the wrong parameter.
_LONGEST: Final = 1000

# Logged for what no parameter of the vendor's is: it may be as deep as its sender likes.
_NESTED: Final = "(nested)"

_MANNERS: Final = {
    "reset-before": Manner.RESET,
    "reset-after": Manner.RESET,
    "stall-before": Manner.NEVER,
    "stall": Manner.HALF_THEN_WAIT,
    "truncate": Manner.HALF_THEN_CLOSE,
}

# Logged as the code of a request that a fault kept from being processed and answered without a code.
_NOT_PROCESSED: Final = "Sandbox.NotProcessed"


class Service:
    """Answers requests; ``wait`` sleeps for seconds, or less where the sandbox ends meanwhile."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        faults: FaultPlan,
        log: RequestLog,
        *,
        wait: Callable[[float], object],
        latency_s: float = 0.0,
    ) -> None:
        self._dispatcher = dispatcher
        self._faults = faults
        self._log = log
        self._wait = wait
        self._latency_s = latency_s

    def reply(self, request: Request) -> Response:
        """Process one request, as far as its fault lets it, and return what to send."""
        fault = self._faults.next(request.action, self._dispatcher.uin_of(request))
        request_id = str(uuid.uuid4())
        self._dispatcher.submit_as_well("before", request)
        if fault is None:
            answer, code = self._processed(request)
            reply = Response(envelope(answer, request_id))
        else:
            if fault.kind == "delay-before":
                self._wait(float(fault.arg))
            answer, code = self._processed(request) if fault.processed else ({}, _code_of(fault))
            reply = _faulty(answer, request_id, fault)
        self._note(request, request_id, code)
        return replace(reply, delay_s=reply.delay_s + self._latency_s)

    def _processed(self, request: Request) -> tuple[dict[str, Any], str | None]:
        try:
            answer = self._dispatcher.answer(request)
        except ApiError as error:
            return error_answer(error), error.code
        self._dispatcher.submit_as_well("after", request)
        return answer, None

    def _whose(self, request: Request) -> dict[str, str]:
        """Return what a line of the log says of the account: nothing where there is only one."""
        return {"uin": self._dispatcher.uin_of(request)} if self._dispatcher.has_several else {}

    def _note(self, request: Request, request_id: str, code: str | None) -> None:
        self._log.note(
            {
                "time": round(request.now, 6),
                "action": request.action,
                "request_id": request_id,
                "code": code,
                **self._whose(request),
                "params": redacted(self._dispatcher.params(request).items()),
            }
        )


def _error(fault: Fault) -> ApiError:
    code, _, message = fault.arg.strip().partition(" ")
    return ApiError(code, message or "Injected by the sandbox.")


def _code_of(fault: Fault) -> str:
    return _error(fault).code if fault.kind in ("error", "error-charset") else _NOT_PROCESSED


def _faulty(answer: dict[str, Any], request_id: str, fault: Fault) -> Response:
    reply = Response(
        envelope(corrupt_response(answer, fault), request_id), manner=_MANNERS.get(fault.kind, Manner.WHOLE)
    )
    match fault.kind:
        case "error" | "error-after" | "error-charset":
            charset = "; charset=utf-8" if fault.kind == "error-charset" else ""
            body = envelope(error_answer(_error(fault)), request_id)
            reply = replace(reply, body=body, content_type=f"{JSON_TYPE}{charset}")
        case "http" | "http-after" | "html":
            reply = html(int(fault.arg or "200"))
        case "empty":
            reply = replace(reply, body=b"")
        case "not-json":
            reply = replace(reply, body=b"upstream connect error or disconnect before headers")
        case "delay":
            reply = replace(reply, delay_s=float(fault.arg))
        case _:
            pass
    return reply


class RequestLog:
    """Where requests are noted: in a file, opened for appending, and in ``entries`` where that is asked for."""

    def __init__(self, path: Path | None, *, keep: bool = False) -> None:
        self.entries: list[dict[str, Any]] = []
        self._keep = keep
        try:
            self._file = None if path is None else _opened(path)
        except OSError as problem:
            raise ReconcilerError(
                "{path}: the log cannot be written there ({why})",
                hint="name a file in a folder that can be written to",
                path=path,
                why=system_words(problem),
            ) from None

    def note(self, entry: dict[str, Any]) -> None:
        """Note one request: ``time`` (unix s), ``action``, ``request_id``, ``code`` and ``params``."""
        if self._keep:
            self.entries.append(entry)
        if self._file is not None:
            os.write(self._file, json.dumps(entry, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _opened(path: Path) -> int:
    # A pipe without a reader is an error at once: waiting for one, the server could not even be stopped.
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, PRIVATE_MODE)
    os.set_blocking(descriptor, True)
    return descriptor


def redacted(params: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return parameters fit for a log: images as ``{"sha256", "bytes"}``, secrets as ``***``."""
    return {name: _redacted(name, value) for name, value in params}


def _redacted(name: str, value: Any) -> Any:  # parameters of any JSON type
    if name in _SECRETS:
        return "***"
    if isinstance(value, list):
        return [_redacted(name, item) if not isinstance(item, list) else _NESTED for item in value]
    if isinstance(value, dict):
        return _NESTED
    if isinstance(value, str) and (name in _IMAGES or len(value) > _LONGEST):
        return _digested(value)
    return value


def _digested(text: str) -> dict[str, Any]:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = text.encode("utf-8", "surrogatepass")
    known = digest(content)
    return {"sha256": known.sha256, "bytes": known.size}
