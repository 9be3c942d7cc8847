"""Waiting for another run: until it lets go of the record, or has not moved for so long that its call must be over."""

from __future__ import annotations

from typing import Final

from reconciler.apply.context import Context
from reconciler.state.store import Snapshot

_LOOK_EVERY_S: Final = 1.0


def await_turn(context: Context) -> Snapshot:
    """Return the record once nobody else writes, or once the person asked to stop.

    A holder still in it has not moved for twice the request timeout. That time passes on this machine's own clock,
    since nobody knows the other's.
    """
    store, clock = context.store, context.clock
    snapshot = store.load()
    holder, since = snapshot.state.holder, clock.monotonic()
    while snapshot.state.holder is not None and not context.stopped():
        left = since + context.pacing.settle_after - clock.monotonic()
        if left <= 0:
            break
        context.observer.waiting(left)
        clock.wait(min(_LOOK_EVERY_S, left))
        snapshot = store.load()
        if snapshot.state.holder != holder:
            holder, since = snapshot.state.holder, clock.monotonic()
    return snapshot
