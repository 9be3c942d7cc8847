"""Whose keys they are, found out before anything else is done with them."""

from __future__ import annotations

from typing import Final

from reconciler.clock import Clock
from reconciler.cloud.api import Identity
from reconciler.cloud.reader import Caller
from reconciler.cloud.retry import patiently
from reconciler.contract.api import IDENTITY
from reconciler.errors import CredentialsError, Refusal, VendorError

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
