"""Recording a definition as what was submitted: the way out where nobody else can tell."""

from __future__ import annotations

from reconciler.apply.context import ApplyContext
from reconciler.apply.journal import Journal, Step, await_lease
from reconciler.contract.api import Status
from reconciler.decision.compare import same_name
from reconciler.decision.transitions import accept
from reconciler.errors import Refusal
from reconciler.model.signature import LiveSignature, Signature
from reconciler.model.state import Submitted


def record_adoptions(context: ApplyContext, wishes: list[Signature]) -> list[Signature]:
    """Record each wish as submitted, with the row that the account shows; returns them.

    Raises Refusal, with nothing recorded, where the account shows something else than a definition says.
    """
    ledger = Journal(context.store, await_lease(context), context.run, context.clock, context.pacing.settle_after)
    for wish in wishes:
        ledger.later(_step(wish, _adopted(context, wish)), f"adopt {wish.key} ({wish.sign_id})")
    ledger.close()
    return wishes


def _adopted(context: ApplyContext, wish: Signature) -> Submitted:
    row = context.reader.row(wish.sign_id, international=wish.fields.international)
    shown = _checked(wish, row)
    return Submitted(wish.fields, context.clock.now(), commit=context.commit, adopted=True, shown=shown)


def _step(wish: Signature, own: Submitted) -> Step:
    return lambda state: accept(state, wish.sign_id, own)


def _checked(wish: Signature, row: LiveSignature | None) -> LiveSignature:
    """Return the row where it can be what the definition says."""
    if row is None or row.status is Status.UNKNOWN:
        raise Refusal(f"{wish.key}: the account has no signature {wish.sign_id} that could have been submitted so")
    if not same_name(row.sign_name, wish.fields.sign_name):
        raise Refusal(
            f"{wish.key}: the account shows the name {row.sign_name!r}, the definition says {wish.fields.sign_name!r}",
            hint="what differs cannot have been submitted; apply submits it",
        )
    return row
