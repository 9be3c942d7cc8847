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
from reconciler.errors import Exit, ReconcilerError, VendorError, said
from reconciler.model.plan import Target
from reconciler.model.report import CheckResult, Finding
from reconciler.model.signature import Account
from reconciler.model.state import State
from reconciler.net.environment import CA_VARIABLES, ca_bundle, proxy_for
from reconciler.planning.planner import store_for
from reconciler.render.findings import number
from reconciler.state.checkout import head_commit
from reconciler.tencent.api import Client, Identity
from reconciler.tencent.connection import Connection, identify, sms_address, sts_address
from reconciler.tencent.endpoint import Endpoint
from reconciler.tencent.responses import rows_of
from reconciler.text import utc_time

# Subjects that take keys to check.
UNREACHED: Final = ("account", "clock", "signatures")

_BELIEVED_REMEDY: Final = (
    "to write, allow sts:GetCallerIdentity, or take on a role of that account (account.role), or give --believe-uin"
)

_WRITE_UIN: Final = 'write uin: "{uin}" below account:, so that no other account\'s keys are taken'
_NO_COMMIT: Final = "none: {root} is not in git, or has no commit yet"
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
        Finding("endpoint", CheckResult.OK, said("{endpoint}, region {region}", endpoint=endpoint, region=region)),
        check("proxy", lambda: proxy_for(str(endpoint)) or said("none")),
        check("certificates", lambda: trusted(endpoint, os.environ)),
    ]


def trusted(endpoint: Endpoint, environment: Mapping[str, str]) -> str:
    """Say whose certificates are trusted. Raises VendorError where the environment names none that can be used."""
    if endpoint.scheme == "http":
        return said("not asked for: plain http")
    path = ca_bundle(environment)
    if path is None:
        return said("the list that comes with the vendor's client")
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
            yield from (skipped(subject, said("there are no keys to ask with")) for subject in UNREACHED)
            return
        refused = False
        for finding in self._account_and_clock():
            refused = refused or finding.exit_code is Exit.REFUSED
            yield finding
        if refused:
            yield skipped("signatures", said("another account's keys are not worked with"))
        else:
            yield check("signatures", self._signatures)

    def _keys(self) -> str:
        keys = self._connection.keys.current(0.0)
        words = "{id} from {source}, with a session token" if keys.token else "{id} from {source}"
        return said(words, id=keys.masked_id, source=keys.source)

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
        whose = said("{uin}, a sandbox" if identity.sandbox else "{uin}", uin=identity.uin)
        if identity.believed:
            what = said("{uin}, as account.uin says; the vendor was not allowed to confirm it", uin=identity.uin)
            return Finding("account", CheckResult.OK, what, said(_BELIEVED_REMEDY))
        if self._connection.embedded:
            return Finding("account", CheckResult.OK, whose)
        if self._account.uin is None:
            hint = said(_WRITE_UIN, uin=identity.uin)
            return Finding("account", CheckResult.OK, said("{uin}; the definitions name none", uin=whose), hint)
        return Finding("account", CheckResult.OK, said("{uin}, as account.uin says", uin=whose))

    def _signatures(self) -> str:
        before = self._clock.monotonic()
        words = "can be read, in {ms:.0f} ms"
        with closing(self._client(DESCRIBE)) as sdk:
            try:
                rows_of(sdk.call(DESCRIBE, _ONE_ROW))
            except VendorError as error:
                if error.code not in _DESCRIBE_MAY_FAIL:
                    raise
                if error.code == _SUB_ACCOUNT:
                    words = "can be read, in {ms:.0f} ms; a sub-account's, so only declared ids can be read"
        return said(words, ms=(self._clock.monotonic() - before) * 1000)

    def _client(self, action: str) -> Client:
        address = (sts_address if action == IDENTITY else sms_address)(self._account, self._connection)
        return self._connection.client(address, {action})


def writing_finding(account: Account, connection: Connection, clock: Clock) -> Finding:
    """Return whether the keys of an apply, which are others than those of a plan, reach the account."""
    checks = AccountChecks(account, connection, clock)
    found = {finding.subject: finding for finding in checks.findings()}
    for finding in (found["keys"], found["account"], found["signatures"]):
        if finding.result is CheckResult.PROBLEM:
            return finding._replace(subject="writing")
    is_believed = checks.identity is not None and checks.identity.believed
    return found["keys"]._replace(subject="writing", hint=found["account"].hint if is_believed else "")


def clock_finding(skew: float | None) -> Finding:
    """Return how far this machine's clock is ahead of the vendor's, in seconds; both may be a second off."""
    if skew is None:
        return skipped("clock", said("no answer had the vendor's time"))
    words = "{seconds:.0f} s ahead of the vendor's" if skew > 0 else "{seconds:.0f} s behind the vendor's"
    what = said(words if abs(skew) >= 1 else "the same as the vendor's", seconds=abs(skew))
    if abs(skew) <= MAX_CLOCK_SKEW_S:
        return Finding("clock", CheckResult.OK, what)
    hint = said("set it right (NTP): beyond {most} s the vendor takes no request", most=MAX_CLOCK_SKEW_S)
    return Finding("clock", CheckResult.PROBLEM, what, hint, Exit.VENDOR)


def record_finding(root: Path, branch: str | None, target: Target, *, embedded: bool = False) -> Finding:
    """Return where the record of submissions is and what it holds."""

    def read() -> str:
        store = store_for(root, branch, target, embedded=embedded, learns=False)
        snapshot = store.load()
        if snapshot.moved is not None:
            raise snapshot.moved
        return said("{where}: {content}", where=store.where, content=_content(snapshot.state))

    return check("record", read)


def _content(state: State) -> str:
    if state.saved_at is None:
        return said("nothing recorded yet")
    is_open = any(intent.is_live for entry in state.entries.values() for intent in entry.perhaps)
    words = (
        "{signatures}, last written {time}; another run is at work, or was cut off"
        if is_open
        else "{signatures}, last written {time}"
    )
    return said(words, signatures=number(len(state.signatures), "signature"), time=utc_time(state.saved_at))


def commit_finding(root: Path) -> Finding:
    """Return which commit is checked out, which the record would name."""
    return check("commit", lambda: head_commit(root) or said(_NO_COMMIT, root=root))
