"""From a request to an action's answer: the order in which the vendor's gateway checks."""

# Action and version, size, signature, rate limit, region, permission, parameters, and then the action's own rules.

from __future__ import annotations

import re
import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any, Final

from reconciler.sandbox import describe, sts, writes
from reconciler.sandbox.account import Accounts
from reconciler.sandbox.http import Request
from reconciler.sandbox.model import ApiError
from reconciler.sandbox.options import UnconfirmedBehaviour
from reconciler.sandbox.parameters import Action, ActionContext, Params, check, read_params
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


_WINDOW_S: Final = 1.0
_LARGE_BODY: Final = 1024 * 1024
_REGION: Final = re.compile(r"[a-z]{2}-[a-z]+(?:-[a-z0-9]+)*")


class RateLimits:
    """Requests a second, per action, region and key, counted as they arrive; a refused one does not count.

    Source: "API frequency limit" page of product 1278. Whether the vendor's window slides is not documented.
    """

    def __init__(self, window: str) -> None:
        self._fixed = window == "fixed"
        self._lock = threading.Lock()
        self._admitted: defaultdict[tuple[str, str, str], deque[float]] = defaultdict(deque)

    def admit(self, who: tuple[str, str, str], rate: float, arrived: float) -> None:
        """Count one request of (action, region, key); raise ``RequestLimitExceeded`` past ``rate`` a second."""
        with self._lock:
            recent = self._admitted[who]
            while recent and self._is_past(recent[0], arrived):
                recent.popleft()
            if len(recent) >= rate:
                raise ApiError("RequestLimitExceeded", f"{who[0]} is limited to {rate:g} requests a second.")
            recent.append(arrived)

    def _is_past(self, earlier: float, now: float) -> bool:
        if self._fixed:
            return int(earlier) < int(now)
        return now - earlier >= _WINDOW_S


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

    def params(self, request: Request) -> Params:
        """Return the request's parameters as far as they can be read, for the log."""
        known = ACTIONS.get(request.action)
        # Also of requests that are refused: somebody who writes a client has to see what it sent.
        try:
            return read_params(request, known.schema if known else {})
        except ApiError:
            return {}

    def answer(self, request: Request) -> dict[str, Any]:
        """Return the content of ``Response``, request id aside. Raises ApiError."""
        action = _find(request)
        if request.oversized:
            raise ApiError("RequestSizeLimitExceeded", "The request is larger than 10 MB.")
        if self._facts.large_body != "accepted" and len(request.body) > _LARGE_BODY:
            raise ApiError(self._facts.large_body, "The signature does not match the request.")
        if not action.signed:
            _check_unsigned(request)
        key = verify(request, action.service, self._keys) if action.signed else None
        region = request.header("x-tc-region")
        if self._limits is not None and action.rate is not None:
            self._limits.admit((action.name, region, key.caller if key else ""), action.rate, request.arrived)
        _check_region(region, needed=action.regional)
        if key is not None and action.writes and not self._keys.may_write(key):
            raise ApiError("UnauthorizedOperation", f"You are not authorized to perform sms:{action.name}.")
        params = check(read_params(request, action.schema), action.schema)
        account = self._accounts.of(key.uin if key else None)
        uins = self._accounts.uins
        return action.run(ActionContext(account, self._facts, self._keys, request.now, region, uins), params)

    def submit_as_well(self, when: str, request: Request) -> None:
        """Let the second submitter come ``before`` or ``after`` a modify, whoever sent that."""
        if request.action == writes.MODIFY_ACTION.name:
            account, region = self._accounts.of(self.uin_of(request)), request.header("x-tc-region")
            context = ActionContext(account, self._facts, self._keys, request.now, region)
            self._second.comes(when, context, self.params(request))

    def uin_of(self, request: Request) -> str:
        """Return the account that a request is from, by the key that it names; nothing is checked."""
        key = self._keys.find(claimed_id(request))
        return self._accounts.of(key.uin if key else None).uin


def _find(request: Request) -> Action:
    if request.path != "/":
        raise ApiError("InvalidRequest", "Requests go to the path /.")
    if not request.action:
        raise ApiError("MissingParameter", "The header X-TC-Action is missing.")
    action = ACTIONS.get(request.action)
    if action is None:
        raise ApiError("InvalidAction", f"The action `{request.action}` does not exist.")
    version = request.header("x-tc-version")
    if not version:
        raise ApiError("MissingParameter", "The header X-TC-Version is missing.")
    if version != action.version:
        raise ApiError("NoSuchVersion", f"The version `{version}` does not have this action.")
    return action


def _check_unsigned(request: Request) -> None:
    if request.header("authorization") != "SKIP":
        raise ApiError("AuthFailure.InvalidAuthorization", "This action takes the Authorization header SKIP.")


def _check_region(region: str, *, needed: bool) -> None:
    if not region and needed:
        raise ApiError("MissingParameter", "The header X-TC-Region is missing.")
    if region and not _REGION.fullmatch(region):
        raise ApiError("UnsupportedRegion", f"The region `{region}` does not exist.")
