"""One write, made at its time and repeated only where it certainly did not happen."""

from __future__ import annotations

from typing import Final

from reconciler.apply.context import Context
from reconciler.apply.ledger import Ledger, Stored
from reconciler.cloud.api import Images
from reconciler.contract.codes import look_up
from reconciler.contract.treatment import Treatment
from reconciler.errors import StateError, VendorError
from reconciler.model.signature import Desired

FRESH_S: Final = 5.0
"""A call starts at most this long after its intent was known to be durable; later, it is renewed first."""

_RENEWALS: Final = 5

_PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0)


class Stopped(Exception):  # named for what happened
    """The person asked to stop before the call was made."""


def submit(context: Context, ledger: Ledger, desired: Desired, images: Images, stored: Stored) -> str | None:
    """Make the call and return its request id.

    Raises VendorError where it was not acknowledged, Stopped where it was not made because the person asked to stop,
    StateError where it was not made because its intent could not be renewed: StateConflict if another run took over.
    """
    for pause in _PAUSES_S:
        try:
            return _once(context, ledger, desired, images, stored)
        except VendorError as error:
            if look_up(error.code).treatment is not Treatment.RETRY:
                raise
            context.pace.widen()
            context.clock.wait(pause)
    return _once(context, ledger, desired, images, stored)


def _once(context: Context, ledger: Ledger, desired: Desired, images: Images, stored: Stored) -> str | None:
    context.pace.wait()
    if context.stopped():
        raise Stopped
    _renewed(context, ledger, stored)
    context.pace.started()
    try:
        return context.writer.modify(desired.sign_id, desired.fields, images)
    finally:
        context.pace.answered()


def _renewed(context: Context, ledger: Ledger, stored: Stored) -> None:
    """Renew the intent until it is fresh: nobody can have given this run up before a call that starts now has ended."""
    for _ in range(_RENEWALS):
        if _is_fresh(context, stored):
            return
        stored = ledger.renew()
    raise StateError(
        "the record takes longer to store than a run may be silent",
        hint="raise --request-timeout for a slow remote",
    )


def _is_fresh(context: Context, stored: Stored) -> bool:
    """Tell whether others, who wait for twice the request timeout, still wait while a call of that length runs."""
    now = context.clock.monotonic()
    return now - stored.known <= FRESH_S and now - stored.begun <= context.pacing.request_timeout
