"""The vendor's side as one value: where it is, with which keys, in which limits; and an account opened to be read."""

# Whose keys they are is found out before anything else is done with them.

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.clock import Clock
from reconciler.contract.api import DESCRIBE, IDENTITY
from reconciler.errors import CredentialsError, Refusal, VendorError
from reconciler.model.plan import Target
from reconciler.model.signature import Account
from reconciler.tencent.api import Caller, Client, Identity
from reconciler.tencent.credentials.base import KeySource
from reconciler.tencent.endpoint import Endpoint, RequestLimits, ServiceAddress, sms_at, sts_at
from reconciler.tencent.rate_limit import retrying
from reconciler.tencent.reader import Reader

if TYPE_CHECKING:
    from reconciler.net.transport import Transport

_DENIED: Final = ("UnauthorizedOperation", "AuthFailure.UnauthorizedOperation")

# Of the same family, but no word about this permission: other calls will fail for the same reason.
_NOT_DENIED: Final = frozenset(
    {"UnauthorizedOperation.RequestIpNotInWhitelist", "UnauthorizedOperation.ServiceSuspendDueToArrears"}
)

_LONGEST_UIN: Final = 20
_SANDBOX_TYPE: Final = "Sandbox"


def client_for(
    keys: KeySource | None,
    address: ServiceAddress,
    actions: Collection[str],
    timeout: float,
    transport: Transport | None = None,
) -> Client:
    """Return what makes these calls there, and no others; see ``Sdk``."""
    # At the top of a module, `--help` of each command would load the SDK, and what it loads.
    from reconciler.tencent.sdk import Sdk  # noqa: PLC0415  # 50 ms

    return Sdk(keys, address, actions, timeout, transport)


class Connection(NamedTuple):
    """Where the vendor is and with which keys. ``embedded`` where it is the sandbox inside this process.

    ``transport`` keeps the connections where several accounts share them.
    """

    endpoint: Endpoint
    keys: KeySource
    limits: RequestLimits
    embedded: bool = False
    transport: Transport | None = None

    def client(self, address: ServiceAddress, actions: Collection[str]) -> Client:
        """Return what makes these calls there, and no others."""
        return client_for(self.keys, address, actions, self.limits.request_timeout, self.transport)


class OpenAccount(NamedTuple):
    """An account whose keys were checked. ``reader`` has no way to write."""

    target: Target
    reader: Reader


@contextmanager
def reading(account: Account, connection: Connection, clock: Clock) -> Iterator[OpenAccount]:
    """Open the account of the definitions: first whose keys they are, then access to what it holds."""
    connection.limits.check(connection.endpoint)
    target = find_target(account, connection, clock)
    sdk = connection.client(sms_address(account, connection), {DESCRIBE})
    try:
        yield OpenAccount(target, Reader(sdk, clock, connection.limits.describe_rate))
    finally:
        sdk.close()


def find_target(account: Account, connection: Connection, clock: Clock) -> Target:
    """Find out whose keys they are. Raises Refusal for an account that is not the definitions'."""
    sdk = connection.client(sts_address(account, connection), {IDENTITY})
    try:
        # An embedded sandbox is nobody's account, so the definitions' uin says nothing about it.
        identity = identify(sdk, clock, None if connection.embedded else account.uin, connection.keys)
    finally:
        sdk.close()
    return Target(account, identity.uin, str(connection.endpoint), identity.sandbox, identity.believed)


def sms_address(account: Account, connection: Connection) -> ServiceAddress:
    """Return where the SMS actions of the account are."""
    return sms_at(connection.endpoint, account.region)


def sts_address(account: Account, connection: Connection) -> ServiceAddress:
    """Return where the keys' owner can be asked for: beside the SMS service."""
    return sts_at(connection.endpoint, account.region)


def identify(sts: Caller, clock: Clock, declared_uin: str | None, keys: KeySource) -> Identity:
    """Return the account of the keys, checked against ``account.uin`` of the definitions where that is given.

    Whether the call needs a permission is not documented. Where it is denied, the ARN of a role that was taken on
    proves the account; else ``declared_uin`` is believed, which is not enough to write. Raises Refusal for the wrong
    account, CredentialsError where nothing tells which account it is.
    """
    try:
        answer = retrying(clock, lambda: sts.call(IDENTITY, {}))
    except VendorError as error:
        if error.code in _NOT_DENIED or not error.code.startswith(_DENIED):
            raise
        owner = keys.current(0.0).owner
        if owner is None:
            return Identity(_declared(declared_uin, error), sandbox=False, believed=True)
        return Identity(_checked(owner, declared_uin), sandbox=False)
    uin = answer.get("AccountId")
    if not isinstance(uin, str) or not _is_uin(uin):
        raise CredentialsError("the vendor does not tell which account the keys belong to")
    return Identity(_checked(uin, declared_uin), sandbox=answer.get("Type") == _SANDBOX_TYPE)


def _checked(uin: str, declared_uin: str | None) -> str:
    if declared_uin is not None and uin != declared_uin:
        raise Refusal(
            "the keys belong to account {uin}, the definitions are for {declared}",
            hint="use the other account's keys, or correct account.uin",
            uin=uin,
            declared=declared_uin,
        )
    return uin


def _is_uin(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_UIN


def _declared(uin: str | None, error: VendorError) -> str:
    if uin is None:
        raise CredentialsError(
            "the keys may not ask which account they belong to ({vendor_code})",
            hint="write the account's number as account.uin into the definitions, or allow sts:GetCallerIdentity",
            vendor_code=error.code,
        ) from error
    return uin
