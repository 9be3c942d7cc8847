"""From a request to an action's answer: the order in which the vendor's gateway checks."""

# Action and version, size, signature, rate limit, region, parameters, and then the action's own rules.

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from reconciler.sandbox import describe, sts, writes
from reconciler.sandbox.account import Accounts
from reconciler.sandbox.faults import Fault, FaultPlan, corrupt_response
from reconciler.sandbox.http import JSON_TYPE, Manner, Request, Response, envelope, error_answer, html
from reconciler.sandbox.log import RequestLog, redacted
from reconciler.sandbox.model import ApiError
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.parameters import Action, ActionContext, Params, RateLimits, check, read_params
from reconciler.sandbox.signing import KeyRing, claimed_id, verify

ACTIONS: Final[Mapping[str, Action]] = {
    action.name: action
    for action in (
        sts.ASSUME_ROLE_ACTION,
        sts.WEB_IDENTITY_ACTION,
        describe.ACTION,
        sts.CALLER_IDENTITY,
        writes.MODIFY_ACTION,
        writes.ADD_ACTION,
    )
}


_LARGE_BODY: Final = 1024 * 1024
_REGION: Final = re.compile(r"[a-z]{2}-[a-z]+(?:-[a-z0-9]+)*")


class Dispatcher:
    """Answers requests from the account whose key signed; ``limits`` None turns the rate limits off."""

    def __init__(
        self,
        accounts: Accounts,
        keys: KeyRing,
        facts: UnconfirmedBehaviour,
        limits: RateLimits | None,
        second_submitter: str = "none",
    ) -> None:
        self._accounts = accounts
        self._keys = keys
        self._facts = facts
        self._limits = limits
        self._second = writes.SecondSubmitter(second_submitter)

    @property
    def has_several(self) -> bool:
        """Whether there is more than one account."""
        return len(self._accounts.uins) > 1

    def params(self, incoming: Request) -> Params:
        """Return the request's parameters as far as they can be read, for the log."""
        known = ACTIONS.get(incoming.action)
        # Also of requests that are refused: somebody who writes a client has to see what it sent.
        try:
            return read_params(incoming, known.schema if known else {})
        except ApiError:
            return {}

    def answer(self, incoming: Request) -> dict[str, Any]:
        """Return the content of ``Response``, request id aside. Raises ApiError."""
        action = _find(incoming)
        if incoming.oversized:
            raise ApiError("RequestSizeLimitExceeded", "The request is larger than 10 MB.")
        if self._facts.large_body != "accepted" and len(incoming.body) > _LARGE_BODY:
            raise ApiError(self._facts.large_body, "The signature does not match the request.")
        if not action.signed:
            _check_unsigned(incoming)
        key = verify(incoming, action.service, self._keys) if action.signed else None
        region = incoming.header("x-tc-region")
        if self._limits is not None and action.rate is not None:
            self._limits.admit((action.name, region, key.caller if key else ""), action.rate, incoming.arrived)
        _check_region(region, needed=action.regional)
        params = check(read_params(incoming, action.schema), action.schema)
        account = self._accounts.of(key.uin if key else None)
        uins = self._accounts.uins
        return action.run(ActionContext(account, self._facts, self._keys, incoming.now, region, uins), params)

    def submit_as_well(self, when: str, incoming: Request) -> None:
        """Let the second submitter come ``before`` or ``after`` a modify, whoever sent that."""
        if incoming.action == writes.MODIFY_ACTION.name:
            account, region = self._accounts.of(self.uin_of(incoming)), incoming.header("x-tc-region")
            context = ActionContext(account, self._facts, self._keys, incoming.now, region)
            self._second.comes(when, context, self.params(incoming))

    def uin_of(self, incoming: Request) -> str:
        """Return the account that a request is from, by the key that it names; nothing is checked."""
        key = self._keys.find(claimed_id(incoming))
        return self._accounts.of(key.uin if key else None).uin


def _find(incoming: Request) -> Action:
    if incoming.path != "/":
        raise ApiError("InvalidRequest", "Requests go to the path /.")
    if not incoming.action:
        raise ApiError("MissingParameter", "The header X-TC-Action is missing.")
    action = ACTIONS.get(incoming.action)
    if action is None:
        raise ApiError("InvalidAction", f"The action `{incoming.action}` does not exist.")
    version = incoming.header("x-tc-version")
    if not version:
        raise ApiError("MissingParameter", "The header X-TC-Version is missing.")
    if version != action.version:
        raise ApiError("NoSuchVersion", f"The version `{version}` does not have this action.")
    return action


def _check_unsigned(incoming: Request) -> None:
    if incoming.header("authorization") != "SKIP":
        raise ApiError("AuthFailure.InvalidAuthorization", "This action takes the Authorization header SKIP.")


def _check_region(region: str, *, needed: bool) -> None:
    if not region and needed:
        raise ApiError("MissingParameter", "The header X-TC-Region is missing.")
    if region and not _REGION.fullmatch(region):
        raise ApiError("UnsupportedRegion", f"The region `{region}` does not exist.")


# One request from arrival to reply: its fault, its answer, its line in the log.


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

    def reply(self, incoming: Request) -> Response:
        """Process one request, as far as its fault lets it, and return what to send."""
        fault = self._faults.next(incoming.action, self._dispatcher.uin_of(incoming))
        request_id = str(uuid.uuid4())
        self._dispatcher.submit_as_well("before", incoming)
        if fault is None:
            answer, code = self._processed(incoming)
            reply = Response(envelope(answer, request_id))
        else:
            if fault.kind == "delay-before":
                self._wait(float(fault.arg))
            answer, code = self._processed(incoming) if fault.processed else ({}, _code_of(fault))
            reply = _faulty(answer, request_id, fault)
        self._note(incoming, request_id, code)
        return replace(reply, delay_s=reply.delay_s + self._latency_s)

    def _processed(self, incoming: Request) -> tuple[dict[str, Any], str | None]:
        try:
            answer = self._dispatcher.answer(incoming)
        except ApiError as error:
            return error_answer(error), error.code
        self._dispatcher.submit_as_well("after", incoming)
        return answer, None

    def _whose(self, incoming: Request) -> dict[str, str]:
        """Return what a line of the log says of the account: nothing where there is only one."""
        return {"uin": self._dispatcher.uin_of(incoming)} if self._dispatcher.has_several else {}

    def _note(self, incoming: Request, request_id: str, code: str | None) -> None:
        self._log.note(
            {
                "time": round(incoming.now, 6),
                "action": incoming.action,
                "request_id": request_id,
                "code": code,
                **self._whose(incoming),
                "params": redacted(self._dispatcher.params(incoming).items()),
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
