"""The account opened for reading: who it is, and what it holds. What is opened here cannot write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from reconciler.clock import Clock
from reconciler.cloud.identity import identify
from reconciler.cloud.reader import Reader
from reconciler.cloud.sdk import Place, Sdk
from reconciler.contract.api import DESCRIBE, IDENTITY, SMS_SERVICE, SMS_VERSION, STS_SERVICE, STS_VERSION
from reconciler.model.plan import Target
from reconciler.model.signature import Account
from reconciler.planning.reach import Reach


class OpenAccount(NamedTuple):
    """An account whose keys were checked. ``reader`` has no way to write."""

    target: Target
    reader: Reader


@contextmanager
def reading(account: Account, reach: Reach, clock: Clock) -> Iterator[OpenAccount]:
    """Open the account of the definitions: first whose keys they are, then access to what it holds."""
    reach.pacing.check(reach.endpoint)
    target = whose(account, reach, clock)
    sdk = Sdk(reach.keys, sms_place(account, reach), {DESCRIBE}, reach.pacing.request_timeout)
    try:
        yield OpenAccount(target, Reader(sdk, clock, reach.pacing.describe_rate))
    finally:
        sdk.close()


def whose(account: Account, reach: Reach, clock: Clock) -> Target:
    """Find out whose keys they are. Raises Refusal for an account that is not the definitions'."""
    sdk = Sdk(reach.keys, sts_place(account, reach), {IDENTITY}, reach.pacing.request_timeout)
    try:
        # An embedded sandbox is nobody's account, so the definitions' uin says nothing about it.
        identity = identify(sdk, clock, None if reach.embedded else account.uin)
    finally:
        sdk.close()
    return Target(account, identity.uin, str(reach.endpoint), identity.sandbox)


def sms_place(account: Account, reach: Reach) -> Place:
    """Return where the SMS actions of the account are."""
    return Place(SMS_SERVICE, SMS_VERSION, reach.endpoint, account.region)


def sts_place(account: Account, reach: Reach) -> Place:
    """Return where the keys' owner can be asked for: beside the SMS service."""
    return Place(STS_SERVICE, STS_VERSION, reach.endpoint.for_service(STS_SERVICE), account.region)
