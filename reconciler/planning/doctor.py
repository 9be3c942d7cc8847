"""What a run would use to reach the account and its record, tried out without writing anything."""

# Each check becomes a finding, so that what is wrong with one thing does not keep the others from being checked.

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from reconciler.clock import Clock
from reconciler.contract.api import DESCRIBE, IDENTITY, MAX_CLOCK_SKEW_S
from reconciler.contract.error_codes import describe, headline
from reconciler.errors import Exit, ReconcilerError, VendorError
from reconciler.model.plan import Target
from reconciler.model.report import CheckResult, Finding
from reconciler.model.signature import Account
from reconciler.model.state import State
from reconciler.net.environment import CA_VARIABLES, ca_bundle, proxy_for
from reconciler.planning.planner import store_for
from reconciler.state.checkout import head_commit
from reconciler.tencent.api import Identity
from reconciler.tencent.connection import Connection, identify, sms_address, sts_address
from reconciler.tencent.endpoint import Endpoint
from reconciler.tencent.responses import rows_of
from reconciler.tencent.sdk import Sdk
from reconciler.text import utc_time

# Subjects that take keys to check.
UNREACHED: Final = ("account", "clock", "signatures")

_BELIEVED_REMEDY: Final = (
    "to write, allow sts:GetCallerIdentity, or take on a role of that account (account.role), or give --believe-uin"
)

_ONE_ROW: Final[dict[str, object]] = {"International": 0, "Limit": 1, "Offset": 0}

_SUB_ACCOUNT: Final = "FailedOperation.ProhibitSubAccountUse"

# Codes that answer a describe all the same: the account was reached, and the keys were taken.
_DESCRIBE_MAY_FAIL: Final = frozenset({_SUB_ACCOUNT, "FailedOperation.MissingSignatureList"})


def check(subject: str, use: Callable[[], str]) -> Finding:
    """Return what ``use`` says, or the expected failure that it raises."""
    try:
        return Finding(subject, CheckResult.OK, use())
    except ReconcilerError as error:
        return problem(subject, error)


def problem(subject: str, error: ReconcilerError) -> Finding:
    """Return a failure as a finding."""
    return Finding(subject, CheckResult.PROBLEM, headline(error), describe(error).hint, error.exit_code)


def skipped(subject: str, why: str) -> Finding:
    """Return that a thing was not checked."""
    return Finding(subject, CheckResult.SKIPPED, why)


def route_findings(endpoint: Endpoint, region: str) -> list[Finding]:
    """Return what is known of the way to the vendor without a connection."""
    return [
        Finding("endpoint", CheckResult.OK, f"{endpoint}, region {region}"),
        check("proxy", lambda: proxy_for(str(endpoint)) or "none"),
        check("certificates", lambda: trusted(endpoint, os.environ)),
    ]


def trusted(endpoint: Endpoint, environment: Mapping[str, str]) -> str:
    """Say whose certificates are trusted. Raises VendorError where the environment names none that can be used."""
    if endpoint.scheme == "http":
        return "not asked for: plain http"
    path = ca_bundle(environment)
    if path is None:
        return "the list that comes with the vendor's client"
    name = next(name for name in CA_VARIABLES if environment.get(name))
    return f"{path} ({name})"


class AccountChecks:
    """Checks of the account of the definitions. ``identity`` is known after the findings, where it could be had."""

    def __init__(self, account: Account, connection: Connection, clock: Clock) -> None:
        self._account = account
        self._connection = connection
        self._clock = clock
        self.identity: Identity | None = None

    def findings(self) -> Iterator[Finding]:
        """Yield what is found of keys, account, clock and signatures, each as soon as it is known."""
        keys = check("keys", self._keys)
        yield keys
        if keys.result is not CheckResult.OK:
            yield from (skipped(subject, "there are no keys to ask with") for subject in UNREACHED)
            return
        refused = False
        for finding in self._account_and_clock():
            refused = refused or finding.exit_code is Exit.REFUSED
            yield finding
        if refused:
            yield skipped("signatures", "another account's keys are not worked with")
        else:
            yield check("signatures", self._signatures)

    def _keys(self) -> str:
        keys = self._connection.keys.current(0.0)
        return f"{keys.masked_id} from {keys.source}{', with a session token' if keys.token else ''}"

    def _account_and_clock(self) -> Iterator[Finding]:
        declared = None if self._connection.embedded else self._account.uin
        try:
            with closing(self._client(IDENTITY)) as sdk:
                try:
                    self.identity = identify(sdk, self._clock, declared, self._connection.keys)
                    yield self._account_finding(self.identity)
                except ReconcilerError as error:
                    yield problem("account", error)
                yield clock_finding(sdk.skew)
        except VendorError as error:
            yield problem("account", error)
            yield clock_finding(None)

    def _account_finding(self, identity: Identity) -> Finding:
        kind = ", a sandbox" if identity.sandbox else ""
        if identity.believed:
            what = f"{identity.uin}, as account.uin says; the vendor was not allowed to confirm it"
            return Finding("account", CheckResult.OK, what, _BELIEVED_REMEDY)
        if self._connection.embedded:
            return Finding("account", CheckResult.OK, f"{identity.uin}{kind}")
        if self._account.uin is None:
            hint = f'write uin: "{identity.uin}" below account:, so that no other account\'s keys are taken'
            return Finding("account", CheckResult.OK, f"{identity.uin}{kind}; the definitions name none", hint)
        return Finding("account", CheckResult.OK, f"{identity.uin}{kind}, as account.uin says")

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
        address = (sts_address if action == IDENTITY else sms_address)(self._account, self._connection)
        return Sdk(self._connection.keys, address, {action}, self._connection.limits.request_timeout)


def clock_finding(skew: float | None) -> Finding:
    """Return how far this machine's clock is ahead of the vendor's, in seconds; both may be a second off."""
    if skew is None:
        return skipped("clock", "no answer had the vendor's time")
    way = "ahead of" if skew > 0 else "behind"
    what = f"{abs(skew):.0f} s {way} the vendor's" if abs(skew) >= 1 else "the same as the vendor's"
    if abs(skew) <= MAX_CLOCK_SKEW_S:
        return Finding("clock", CheckResult.OK, what)
    hint = f"set it right (NTP): beyond {MAX_CLOCK_SKEW_S} s the vendor takes no request"
    return Finding("clock", CheckResult.PROBLEM, what, hint, Exit.VENDOR)


def record_finding(root: Path, branch: str | None, target: Target, *, embedded: bool = False) -> Finding:
    """Return where the record of submissions is and what it holds."""

    def read() -> str:
        store = store_for(root, branch, target, embedded=embedded, learns=False)
        snapshot = store.load()
        if snapshot.moved is not None:
            raise snapshot.moved
        return f"{store.where}: {_content(snapshot.state)}"

    return check("record", read)


def _content(state: State) -> str:
    if state.saved_at is None:
        return "nothing recorded yet"
    is_open = any(intent.is_live for entry in state.entries.values() for intent in entry.perhaps)
    held = "; another run is at work, or was cut off" if is_open else ""
    return f"{len(state.signatures)} signatures, last written {utc_time(state.saved_at)}{held}"


def commit_finding(root: Path) -> Finding:
    """Return which commit is checked out, which the record would name."""
    return check("commit", lambda: head_commit(root) or f"none: {root} is not in git, or has no commit yet")
