"""What the commands that store or submit something work with."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from reconciler.apply.context import ApplyContext, Observer, images_of, writing
from reconciler.cli.connect import connect
from reconciler.cli.inputs import Inputs, record_of
from reconciler.clock import SystemClock
from reconciler.model.plan import Selection, Target
from reconciler.signals import StopFlag
from reconciler.state.git_history import head_commit
from reconciler.tencent.connection import ConnectionOptions
from reconciler.tencent.rate_limit import ModifyRateLimit


class WriteSession(NamedTuple):
    """An open account and its record. ``shared`` where the record is on a branch, ``commit`` what is checked out."""

    context: Callable[[Observer], ApplyContext]
    target: Target
    shared: bool
    commit: str | None


@contextmanager
def open_for_writing(
    inputs: Inputs, choice: Selection, options: ConnectionOptions, stop: StopFlag
) -> Iterator[WriteSession]:
    """Open the account of the definitions for writing."""
    clock = SystemClock(stop)
    with connect(inputs, options) as reach, writing(inputs.account, reach, clock) as opened:
        store = record_of(inputs, opened.target, embedded=reach.embedded)
        commit = head_commit(inputs.definitions.root)
        context = partial(
            _context,
            reader=opened.reader,
            writer=opened.writer,
            store=store,
            clock=clock,
            pace=ModifyRateLimit(clock, reach.limits.modify_interval),
            pacing=reach.limits,
            choice=choice,
            stopped=stop.is_set,
            load_images=partial(images_of, inputs.definitions.root),
            run=uuid.uuid4().hex,
            commit=commit,
        )
        yield WriteSession(context, opened.target, inputs.definitions.branch is not None and not reach.embedded, commit)


def _context(observer: Observer, **given: Any) -> ApplyContext:
    return ApplyContext(observer=observer, **given)
