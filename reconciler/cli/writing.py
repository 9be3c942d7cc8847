"""The account and its record, opened for the commands that store or submit something."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from reconciler.apply.context import ApplyContext, Observer, images_of, writing
from reconciler.apply.timing import Timing
from reconciler.cli.connect import connect
from reconciler.cli.inputs import Inputs, lineage_of, record_of
from reconciler.clock import SystemClock
from reconciler.model.plan import Selection, Target
from reconciler.signals import StopFlag
from reconciler.state.git_repository import head_commit
from reconciler.tencent.connection import ConnectionOptions
from reconciler.tencent.rate_limit import ModifyRateLimit


class WriteSession(NamedTuple):
    """What an apply works with, and the account that it is for."""

    context: ApplyContext
    target: Target


@contextmanager
def open_for_writing(
    inputs: Inputs,
    choice: Selection,
    options: ConnectionOptions,
    stop: StopFlag,
    observer: Observer,
    *,
    allow_older: bool = False,
) -> Iterator[WriteSession]:
    """Open the account of the definitions for writing."""
    clock = SystemClock(stop)
    with connect(inputs, options) as connection, writing(inputs.account, connection, clock) as opened:
        store = record_of(inputs, opened.target, embedded=connection.embedded)
        root = inputs.definitions.root
        context = ApplyContext(
            reader=opened.reader,
            writer=opened.writer,
            store=store,
            clock=clock,
            pace=ModifyRateLimit(clock, connection.limits.modify_interval),
            pacing=connection.limits,
            choice=choice,
            observer=observer,
            stopped=stop.is_set,
            load_images=partial(images_of, root),
            run=uuid.uuid4().hex,
            timing=Timing.of(connection.limits, costly=store.costly),
            commit=head_commit(root),
            site=inputs.account.site,
            lineage=None if allow_older else lineage_of(inputs, embedded=connection.embedded),
        )
        yield WriteSession(context, opened.target)
