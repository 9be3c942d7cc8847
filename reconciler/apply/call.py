"""One write, made at its time and repeated only where it certainly did not happen."""

from __future__ import annotations

from typing import Final

from reconciler.apply.context import Context
from reconciler.apply.ledger import Ledger
from reconciler.contract.codes import look_up
from reconciler.contract.treatment import Treatment
from reconciler.errors import VendorError
from reconciler.model.signature import Desired
from reconciler.vendor.api import Images

FRESH_S: Final = 5.0
"""A call starts at most this long after its intent was durable; later, another run may have given this one up."""

_PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0)


class Stopped(Exception):  # named for what happened
    """The person asked to stop before the call was made."""


def submit(context: Context, ledger: Ledger, desired: Desired, images: Images, durable_at: float) -> str | None:
    """Make the call and return its request id.

    Raises VendorError where it was not acknowledged, Stopped where it was not made because the person asked to stop,
    StateConflict where another run took over before it was made.
    """
    for pause in _PAUSES_S:
        try:
            return _once(context, ledger, desired, images, durable_at)
        except VendorError as error:
            if look_up(error.code).treatment is not Treatment.RETRY:
                raise
            context.pace.widen()
            context.clock.wait(pause)
    return _once(context, ledger, desired, images, durable_at)


def _once(context: Context, ledger: Ledger, desired: Desired, images: Images, durable_at: float) -> str | None:
    context.pace.wait()
    if context.stopped():
        raise Stopped
    if context.clock.monotonic() - durable_at > FRESH_S:
        ledger.renew()
    context.pace.started()
    try:
        return context.writer.modify(desired.sign_id, desired.fields, images)
    finally:
        context.pace.answered()
