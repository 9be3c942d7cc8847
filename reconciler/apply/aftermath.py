"""What the vendor shows after a call: whether it took effect, and what to remember of it."""

from __future__ import annotations

from typing import Final

from reconciler.apply.context import Context
from reconciler.decision.intents import fate_of, shows, would_show
from reconciler.decision.moment import Moment
from reconciler.errors import VendorError
from reconciler.model.live import Row
from reconciler.model.plan import IntentFate
from reconciler.model.signature import Desired
from reconciler.model.state import Intent

_LOOKS: Final = 3
_BETWEEN_LOOKS_S: Final = 0.3
_SETTLE_EVERY_S: Final = 1.0


def shown_after(context: Context, desired: Desired, before: Row) -> tuple[Row | None, bool]:
    """Return the row after an accepted call, and whether it shows the submission already.

    Whether describes lag behind writes is not documented, so a row that does not show it yet is looked at again.
    """
    row = None
    for look in range(_LOOKS):
        if look:
            context.clock.wait(_BETWEEN_LOOKS_S)
        row = _look(context, desired) or row
        if row is not None and (not would_show(desired.fields, before) or _shows(desired, before, row)):
            return row, True
    return row, False


def _shows(desired: Desired, before: Row, row: Row) -> bool:
    """Tell whether anything moved: after an accepted call, that is the submission in the form the vendor gave it."""
    return shows(desired.fields, before, row) or row.sign_name != before.sign_name


def settled(context: Context, desired: Desired, intent: Intent) -> tuple[IntentFate, Row | None]:
    """Find out by describing what became of a call without an answer.

    It may prove at once that the call arrived; that it did not arrive is only believed after the time in which it could
    still be on its way.
    """
    end = context.clock.monotonic() + context.pacing.settle_after
    while True:
        over = context.clock.monotonic() >= end
        row = _look(context, desired)
        fate = _fate(context, intent, row, over=over)
        if fate is not IntentFate.OPEN or over or context.stopped() or not would_show(intent.fields, intent.before):
            return fate, row
        context.clock.wait(_SETTLE_EVERY_S)


def _fate(context: Context, intent: Intent, row: Row | None, *, over: bool) -> IntentFate:
    if row is None:
        return IntentFate.OPEN
    now = context.clock.now()
    return fate_of(intent, row, Moment(now, settle_after=0.0 if over else float("inf")))


def _look(context: Context, desired: Desired) -> Row | None:
    try:
        return context.reader.row(desired.sign_id, international=desired.fields.international)
    except VendorError:
        return None
