"""Whose keys they are, found out before anything else is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from reconciler.clock import Clock
from reconciler.contract.api import (
    DESCRIBE,
    DESCRIBE_RATE,
    IDENTITY,
    SMS_SERVICE,
    SMS_VERSION,
    STS_SERVICE,
    STS_VERSION,
)
from reconciler.errors import CredentialsError, Refusal, UsageError, VendorError
from reconciler.model.plan import Target
from reconciler.model.signature import Account
from reconciler.tencent.api import Caller, Identity
from reconciler.tencent.credentials.base import KeySource
from reconciler.tencent.endpoint import Endpoint
from reconciler.tencent.rate_limit import MODIFY_INTERVAL_S, patiently
from reconciler.tencent.reader import Reader
from reconciler.tencent.sdk import Sdk, ServiceAddress

_DENIED: Final = ("UnauthorizedOperation", "AuthFailure.UnauthorizedOperation")


_NOT_DENIED: Final = frozenset(
    {"UnauthorizedOperation.RequestIpNotInWhitelist", "UnauthorizedOperation.ServiceSuspendDueToArrears"}
)
"""Of the same family, but no word about this permission: other calls will fail for the same reason."""


_LONGEST_UIN: Final = 20


_SANDBOX_TYPE: Final = "Sandbox"


def identify(sts: Caller, clock: Clock, declared_uin: str | None) -> Identity:
    """Return the account of the keys, checked against ``account.uin`` of the definitions where that is given.

    Whether the call needs a permission is not documented: where it is denied, ``declared_uin`` is taken at its word.
    Raises Refusal for the wrong account, CredentialsError where nothing tells which account it is.
    """
    try:
        answer = patiently(clock, lambda: sts.call(IDENTITY, {}))
    except VendorError as error:
        if error.code in _NOT_DENIED or not error.code.startswith(_DENIED):
            raise
        return Identity(_declared(declared_uin, error), sandbox=False)
    uin = answer.get("AccountId")
    if not isinstance(uin, str) or not _is_uin(uin):
        raise CredentialsError("the vendor does not tell which account the keys belong to")
    if declared_uin is not None and uin != declared_uin:
        raise Refusal(
            f"the keys belong to account {uin}, the definitions are for {declared_uin}",
            hint="use the other account's keys, or correct account.uin",
        )
    return Identity(uin, sandbox=answer.get("Type") == _SANDBOX_TYPE)


def _is_uin(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_UIN


def _declared(uin: str | None, error: VendorError) -> str:
    if uin is None:
        raise CredentialsError(
            f"the keys may not ask which account they belong to ({error.code})",
            hint="write the account's number as account.uin into the definitions, or allow sts:GetCallerIdentity",
        ) from error
    return uin


# How the account is reached: endpoint, keys and the pace, as one value that every command makes the same way.


REQUEST_TIMEOUT_S: Final = 10.0


class RequestLimits(NamedTuple):
    """``describe_rate`` in calls a second, ``modify_interval`` and ``request_timeout`` in seconds."""

    describe_rate: float = DESCRIBE_RATE
    modify_interval: float = MODIFY_INTERVAL_S
    request_timeout: float = REQUEST_TIMEOUT_S

    @property
    def settle_after(self) -> float:
        """Seconds after which a call that was intended, and not recorded, is no longer on its way."""
        return 2 * self.request_timeout

    def check(self, endpoint: Endpoint) -> None:
        """Raise UsageProblem where the vendor's own limits would be set aside."""
        changed = (self.describe_rate, self.modify_interval) != (DESCRIBE_RATE, MODIFY_INTERVAL_S)
        if changed and not endpoint.loopback:
            raise UsageError(
                "--describe-rate and --modify-interval are the vendor's limits and stay as they are",
                hint="they can be changed for an endpoint on loopback only",
            )


class ConnectionOptions(NamedTuple):
    """What a person asked for on how the account is reached. ``endpoint`` is a URL, ``None`` for the definitions' own.

    ``sandbox`` asks for the one inside this process; ``oidc_provider`` and ``role_arn`` for keys by a web identity.
    """

    endpoint: str | None = None
    sandbox: bool = False
    oidc_provider: str | None = None
    role_arn: str | None = None
    request_timeout: float = REQUEST_TIMEOUT_S
    describe_rate: float = DESCRIBE_RATE
    modify_interval: float = MODIFY_INTERVAL_S

    @property
    def limits(self) -> RequestLimits:
        """The limits that calls are made within."""
        return RequestLimits(self.describe_rate, self.modify_interval, self.request_timeout)


class Connection(NamedTuple):
    """Where the vendor is and with which keys. ``embedded`` where it is the sandbox inside this process."""

    endpoint: Endpoint
    keys: KeySource
    limits: RequestLimits
    embedded: bool = False


# The account opened for reading: who it is, and what it holds. What is opened here cannot write.


class OpenAccount(NamedTuple):
    """An account whose keys were checked. ``reader`` has no way to write."""

    target: Target
    reader: Reader


@contextmanager
def reading(account: Account, reach: Connection, clock: Clock) -> Iterator[OpenAccount]:
    """Open the account of the definitions: first whose keys they are, then access to what it holds."""
    reach.limits.check(reach.endpoint)
    target = whose(account, reach, clock)
    sdk = Sdk(reach.keys, sms_place(account, reach), {DESCRIBE}, reach.limits.request_timeout)
    try:
        yield OpenAccount(target, Reader(sdk, clock, reach.limits.describe_rate))
    finally:
        sdk.close()


def whose(account: Account, reach: Connection, clock: Clock) -> Target:
    """Find out whose keys they are. Raises Refusal for an account that is not the definitions'."""
    sdk = Sdk(reach.keys, sts_place(account, reach), {IDENTITY}, reach.limits.request_timeout)
    try:
        # An embedded sandbox is nobody's account, so the definitions' uin says nothing about it.
        identity = identify(sdk, clock, None if reach.embedded else account.uin)
    finally:
        sdk.close()
    return Target(account, identity.uin, str(reach.endpoint), identity.sandbox)


def sms_place(account: Account, reach: Connection) -> ServiceAddress:
    """Return where the SMS actions of the account are."""
    return ServiceAddress(SMS_SERVICE, SMS_VERSION, reach.endpoint, account.region)


def sts_place(account: Account, reach: Connection) -> ServiceAddress:
    """Return where the keys' owner can be asked for: beside the SMS service."""
    return ServiceAddress(STS_SERVICE, STS_VERSION, reach.endpoint.for_service(STS_SERVICE), account.region)
