"""The account opened for writing: the only place where a client that can write is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from reconciler.apply.waiting import Timing
from reconciler.clock import Clock
from reconciler.contract.api import ADD, DESCRIBE, MODIFY
from reconciler.evidence.containment import read_for_upload
from reconciler.model.plan import Selection, Target
from reconciler.model.report import Observer
from reconciler.model.signature import Account, Signature
from reconciler.model.state import Lineage
from reconciler.state.store import Store
from reconciler.tencent.api import Describer, Images, Modifier
from reconciler.tencent.connection import Connection, find_target, sms_address
from reconciler.tencent.rate_limit import ModifyRateLimit
from reconciler.tencent.reader import Reader
from reconciler.tencent.writer import Writer


class WritableAccount(NamedTuple):
    """An account whose keys were checked, with its two writes."""

    target: Target
    reader: Reader
    writer: Writer


@contextmanager
def writing(account: Account, connection: Connection, clock: Clock) -> Iterator[WritableAccount]:
    """Open the account of the definitions: first whose keys they are, then access to read and to submit."""
    connection.limits.check(connection.endpoint)
    target = find_target(account, connection, clock)
    sdk = connection.client(sms_address(account, connection), {DESCRIBE, MODIFY, ADD})
    try:
        yield WritableAccount(target, Reader(sdk, clock, connection.limits.describe_rate), Writer(sdk))
    finally:
        sdk.close()


# What every step of an apply is given.


class ApplyContext(NamedTuple):
    """One apply's surroundings. ``stopped`` says whether the person asked to stop.

    It is applied from ``commit``, or with changes that it does not hold (``uncommitted``), and run ``by`` whom.
    """

    reader: Describer
    writer: Modifier
    store: Store
    clock: Clock
    rate_limit: ModifyRateLimit
    choice: Selection
    observer: Observer
    stopped: Callable[[], bool]
    load_images: Callable[[Signature], Images]
    run: str
    timing: Timing
    commit: str | None = None
    lineage: Callable[[str], Lineage] | None = None
    site: str = "international"
    by: str = ""
    uncommitted: bool = False


# The bytes that go with a submission, checked against what was planned.


def images_of(root: Path, desired: Signature) -> Images:
    """Return the evidence of a signature. Raises EvidenceChanged where a file is not the one that was planned with."""
    fields = desired.fields
    proof = read_for_upload(root, desired.folder, fields.proof_image.file, fields.proof_image)
    if fields.commission_image is None:
        return Images(proof, None)
    name = fields.commission_image.file
    return Images(proof, read_for_upload(root, desired.folder, name, fields.commission_image))
