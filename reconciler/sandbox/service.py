"""One request from arrival to reply: its fault, its answer, its line in the log."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from reconciler.sandbox.api_error import ApiError
from reconciler.sandbox.dispatch import Dispatcher
from reconciler.sandbox.faults import Fault, FaultPlan
from reconciler.sandbox.incoming import Incoming
from reconciler.sandbox.log import RequestLog, redacted
from reconciler.sandbox.mangle import mangle
from reconciler.sandbox.reply import JSON_TYPE, Manner, Reply, envelope, error_answer, html

_MANNERS: Final = {
    "reset-before": Manner.RESET,
    "reset-after": Manner.RESET,
    "stall-before": Manner.NEVER,
    "stall": Manner.HALF_THEN_WAIT,
    "truncate": Manner.HALF_THEN_CLOSE,
}
_NOT_PROCESSED: Final = "Sandbox.NotProcessed"
"""Logged as the code of a request that a fault kept from being processed and answered without a code."""


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

    def reply(self, incoming: Incoming) -> Reply:
        """Process one request, as far as its fault lets it, and return what to send."""
        fault = self._faults.next(incoming.action)
        request_id = str(uuid.uuid4())
        if fault is None:
            answer, code = self._processed(incoming)
            reply = Reply(envelope(answer, request_id))
        else:
            if fault.kind == "delay-before":
                self._wait(float(fault.arg))
            answer, code = self._processed(incoming) if fault.processed else ({}, _code_of(fault))
            reply = _faulty(answer, request_id, fault)
        self._note(incoming, request_id, code)
        return replace(reply, delay_s=reply.delay_s + self._latency_s)

    def _processed(self, incoming: Incoming) -> tuple[dict[str, Any], str | None]:
        try:
            return self._dispatcher.answer(incoming), None
        except ApiError as error:
            return error_answer(error), error.code

    def _note(self, incoming: Incoming, request_id: str, code: str | None) -> None:
        self._log.note(
            {
                "time": round(incoming.now, 6),
                "action": incoming.action,
                "request_id": request_id,
                "code": code,
                "params": redacted(self._dispatcher.params(incoming).items()),
            }
        )


def _error(fault: Fault) -> ApiError:
    code, _, message = fault.arg.strip().partition(" ")
    return ApiError(code, message or "Injected by the sandbox.")


def _code_of(fault: Fault) -> str:
    return _error(fault).code if fault.kind in ("error", "error-charset") else _NOT_PROCESSED


def _faulty(answer: dict[str, Any], request_id: str, fault: Fault) -> Reply:
    reply = Reply(envelope(mangle(answer, fault), request_id), manner=_MANNERS.get(fault.kind, Manner.WHOLE))
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
