"""The account opened for writing: the only place where a client that can write is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from reconciler.clock import Clock
from reconciler.cloud.reader import Reader
from reconciler.cloud.sdk import Sdk
from reconciler.cloud.writer import Writer
from reconciler.contract.api import DESCRIBE, MODIFY
from reconciler.model.plan import Target
from reconciler.model.signature import Account
from reconciler.planning.account import sms_place, whose
from reconciler.planning.reach import Reach


class WritableAccount(NamedTuple):
    """An account whose keys were checked, with its one write."""

    target: Target
    reader: Reader
    writer: Writer


@contextmanager
def writing(account: Account, reach: Reach, clock: Clock) -> Iterator[WritableAccount]:
    """Open the account of the definitions: first whose keys they are, then access to read and to submit."""
    reach.pacing.check(reach.endpoint)
    target = whose(account, reach, clock)
    sdk = Sdk(reach.keys, sms_place(account, reach), {DESCRIBE, MODIFY}, reach.pacing.request_timeout)
    try:
        yield WritableAccount(target, Reader(sdk, clock, reach.pacing.describe_rate), Writer(sdk))
    finally:
        sdk.close()
