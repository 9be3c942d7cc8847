"""What a run would use to reach the account, tried out without writing anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Final

from reconciler.clock import Clock
from reconciler.cloud.answers import rows_of
from reconciler.cloud.api import Identity
from reconciler.cloud.endpoint import Endpoint
from reconciler.cloud.identity import identify
from reconciler.cloud.route import proxy_for, trusted
from reconciler.cloud.sdk import Sdk
from reconciler.contract.api import DESCRIBE, IDENTITY, MAX_CLOCK_SKEW_S
from reconciler.errors import Exit, ReconcilerError, VendorError
from reconciler.model.health import Finding, Health
from reconciler.model.signature import Account
from reconciler.planning.account import sms_place, sts_place
from reconciler.planning.looking import looked_at, problem, skipped
from reconciler.planning.reach import Reach

UNREACHED: Final = ("account", "clock", "signatures")
"""Subjects that take keys to look at."""
_NOT_OURS: Final = "another account's keys are not worked with"
_ONE_ROW: Final[dict[str, object]] = {"International": 0, "Limit": 1, "Offset": 0}
_SUB_ACCOUNT: Final = "FailedOperation.ProhibitSubAccountUse"
_DESCRIBE_MAY_FAIL: Final = frozenset({_SUB_ACCOUNT, "FailedOperation.MissingSignatureList"})
"""Codes that answer this question all the same: the account was reached, and the keys were taken."""


def route_findings(endpoint: Endpoint, region: str) -> list[Finding]:
    """Return what is known of the way to the vendor without going it."""
    return [
        Finding("endpoint", Health.OK, f"{endpoint}, region {region}"),
        Finding("proxy", Health.OK, proxy_for(endpoint) or "none"),
        looked_at("certificates", lambda: trusted(endpoint, os.environ)),
    ]


class Examination:
    """A look at the account of the definitions. ``uin`` is known once the findings were taken and it could be had."""

    def __init__(self, account: Account, reach: Reach, clock: Clock) -> None:
        self._account = account
        self._reach = reach
        self._clock = clock
        self.identity: Identity | None = None

    def findings(self) -> Iterator[Finding]:
        """Yield what is found of keys, account, clock and signatures, one as soon as it is known."""
        keys = looked_at("keys", self._keys)
        yield keys
        if keys.health is not Health.OK:
            yield from (skipped(subject, "there are no keys to ask with") for subject in UNREACHED)
            return
        refused = False
        for finding in self._account_and_clock():
            refused = refused or finding.exit_code is Exit.REFUSED
            yield finding
        yield skipped("signatures", _NOT_OURS) if refused else looked_at("signatures", self._signatures)

    def _keys(self) -> str:
        keys = self._reach.keys.current(0.0)
        return f"{keys.masked_id} from {keys.source}{', with a session token' if keys.token else ''}"

    def _account_and_clock(self) -> Iterator[Finding]:
        declared = None if self._reach.embedded else self._account.uin
        try:
            with closing(self._client(IDENTITY)) as sdk:
                try:
                    self.identity = identify(sdk, self._clock, declared)
                    yield self._account_found(self.identity)
                except ReconcilerError as error:
                    yield problem("account", error)
                yield clock_finding(sdk.skew)
        except VendorError as error:
            yield problem("account", error)
            yield clock_finding(None)

    def _account_found(self, identity: Identity) -> Finding:
        kind = ", a sandbox" if identity.sandbox else ""
        if self._reach.embedded:
            return Finding("account", Health.OK, f"{identity.uin}{kind}")
        if self._account.uin is None:
            mend = f'write uin: "{identity.uin}" below account:, so that no other account\'s keys are taken'
            return Finding("account", Health.OK, f"{identity.uin}{kind}; the definitions name none", mend)
        return Finding("account", Health.OK, f"{identity.uin}{kind}, as account.uin says")

    def _signatures(self) -> str:
        before = self._clock.monotonic()
        note = ""
        with closing(self._client(DESCRIBE)) as sdk:
            try:
                rows_of(sdk.call(DESCRIBE, _ONE_ROW))
            except VendorError as error:
                if error.code not in _DESCRIBE_MAY_FAIL:
                    raise
                note = "; a sub-account's, so only declared ids can be read" if error.code == _SUB_ACCOUNT else ""
        return f"can be read, in {(self._clock.monotonic() - before) * 1000:.0f} ms{note}"

    def _client(self, action: str) -> Sdk:
        place = (sts_place if action == IDENTITY else sms_place)(self._account, self._reach)
        return Sdk(self._reach.keys, place, {action}, self._reach.pacing.request_timeout)


def clock_finding(skew: float | None) -> Finding:
    """Return how far this machine's clock is ahead of the vendor's, in seconds; both may be a second off."""
    if skew is None:
        return skipped("clock", "no answer told the vendor's time")
    way = "ahead of" if skew > 0 else "behind"
    what = f"{abs(skew):.0f} s {way} the vendor's" if abs(skew) >= 1 else "the same as the vendor's"
    if abs(skew) <= MAX_CLOCK_SKEW_S:
        return Finding("clock", Health.OK, what)
    mend = f"set it right (NTP): beyond {MAX_CLOCK_SKEW_S} s the vendor takes no request"
    return Finding("clock", Health.PROBLEM, what, mend, Exit.VENDOR)
