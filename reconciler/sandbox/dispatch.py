"""From a request to an action's answer: the order in which the vendor's gateway checks.

Action and version, size, signature, rate limit, region, parameters, and then the action's own rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from reconciler.sandbox.account import Account
from reconciler.sandbox.actions import assume_role, describe, identity, modify
from reconciler.sandbox.actions.action import Action, Context
from reconciler.sandbox.api_error import ApiError
from reconciler.sandbox.checks import Params, check
from reconciler.sandbox.facts import Facts
from reconciler.sandbox.incoming import Incoming
from reconciler.sandbox.keys import KeyRing
from reconciler.sandbox.limits import RateLimits
from reconciler.sandbox.params import read_params
from reconciler.sandbox.tc3 import verify

ACTIONS: Final[Mapping[str, Action]] = {
    module.ACTION.name: module.ACTION for module in (assume_role, describe, identity, modify)
}
_REGION: Final = re.compile(r"[a-z]{2}-[a-z]+(?:-[a-z0-9]+)*")


class Dispatcher:
    """Answers requests from an account; ``limits`` None turns the rate limits off."""

    def __init__(self, account: Account, keys: KeyRing, facts: Facts, limits: RateLimits | None) -> None:
        self._account = account
        self._keys = keys
        self._facts = facts
        self._limits = limits

    def params(self, incoming: Incoming) -> Params:
        """Return the request's parameters as far as they can be read, for the log."""
        known = ACTIONS.get(incoming.action)
        try:
            return read_params(incoming, known.schema if known else {})
        except ApiError:
            return {}

    def answer(self, incoming: Incoming) -> dict[str, Any]:
        """Return what stands in ``Response`` beside the request id. Raise ``ApiError``."""
        action = _find(incoming)
        if incoming.oversized:
            raise ApiError("RequestSizeLimitExceeded", "The request is larger than 10 MB.")
        secret_id = verify(incoming, action.service, self._keys) if action.signed else _unsigned(incoming)
        region = incoming.header("x-tc-region")
        if self._limits is not None and action.rate is not None:
            self._limits.admit((action.name, region, secret_id), action.rate, incoming.arrived)
        _check_region(region, needed=action.regional)
        params = check(read_params(incoming, action.schema), action.schema)
        return action.run(Context(self._account, self._facts, self._keys, incoming.now, region), params)


def _find(incoming: Incoming) -> Action:
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


def _unsigned(incoming: Incoming) -> str:
    if incoming.header("authorization") != "SKIP":
        raise ApiError("AuthFailure.InvalidAuthorization", "This action takes the Authorization header SKIP.")
    return ""


def _check_region(region: str, *, needed: bool) -> None:
    if not region and needed:
        raise ApiError("MissingParameter", "The header X-TC-Region is missing.")
    if region and not _REGION.fullmatch(region):
        raise ApiError("UnsupportedRegion", f"The region `{region}` does not exist.")
