"""Waiting for another run: until it lets go of the record, or has not moved for so long that its call must be over."""

from __future__ import annotations

from typing import Final

from reconciler.apply.context import Context
from reconciler.errors import Exit, StateError
from reconciler.state.store import Snapshot

_LOOK_EVERY_S: Final = 1.0


class StoppedWaiting(StateError):
    """The person asked to stop while another run held the record."""

    exit_code = Exit.UNSETTLED


def await_turn(context: Context) -> Snapshot:
    """Return the record once nobody else writes.

    A holder still in it has not moved for twice the request timeout, its own or this run's, whichever is longer. That
    time passes on this machine's own clock, since nobody knows the other's. Raises StoppedWaiting where the person did
    not want to wait that long: a holder that was not waited out may have a call under way, so nothing may be concluded
    from the record or changed in it.
    """
    store, clock = context.store, context.clock
    snapshot = store.load()
    holder, since = snapshot.state.holder, clock.monotonic()
    while snapshot.state.holder is not None and snapshot.state.holder.run != context.run:
        if context.stopped():
            raise StoppedWaiting("stopped while another run holds the record", hint="run again when it ended")
        patience = max(context.pacing.settle_after, snapshot.state.holder.patience)
        left = since + patience - clock.monotonic()
        if left <= 0:
            break
        context.observer.waiting(left)
        clock.wait(min(_LOOK_EVERY_S, left))
        snapshot = store.load()
        if snapshot.state.holder != holder:
            holder, since = snapshot.state.holder, clock.monotonic()
    return snapshot
