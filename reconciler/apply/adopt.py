"""Recording a definition as what was submitted: the way out where nobody else can tell."""

from __future__ import annotations

from collections.abc import Collection

from reconciler.apply.context import ApplyContext
from reconciler.apply.journal import check_lineage
from reconciler.apply.waiting import Watch
from reconciler.contract.api import Status
from reconciler.decision import transitions
from reconciler.decision.intents import is_ours
from reconciler.errors import Refusal
from reconciler.model.signature import LiveSignature, Signature
from reconciler.model.state import State, Submitted


def adopt(context: ApplyContext, wanted: list[Signature]) -> None:
    """Record each definition as submitted, with the row that the account shows.

    Raises Refusal, with nothing recorded, where the account shows something else than a definition says.
    """
    watch = Watch(context)
    watch.await_turn()
    found = [(signature, _adopted(context, signature)) for signature in wanted]

    def step(state: State) -> State:
        check_lineage(context, state)
        transitions.check_nobody_live(state, watch.waited_out, context.run)
        for signature, own in found:
            entry = state.entry(signature.sign_id)
            for intent in entry.perhaps:
                state = transitions.lapse(state, signature.sign_id, intent)
            state = transitions.adopt(state, signature.sign_id, signature.fields, own)
        return state._replace(commit=context.commit or state.commit)

    context.store.update(step, "; ".join(f"adopt {signature.key} ({signature.sign_id})" for signature in wanted))


def _adopted(context: ApplyContext, signature: Signature) -> Submitted:
    row = _checked(signature, context.reader.row(signature.sign_id, international=signature.fields.international))
    skew = context.reader.skew
    until = context.clock.now() + 300.0 if skew is None else context.clock.now() - skew + 2.0
    return Submitted(
        signature.fields,
        context.clock.now(),
        commit=context.commit,
        adopted=True,
        shown=row,
        run=context.run,
        until=until,
    )


def _checked(signature: Signature, row: LiveSignature | None) -> LiveSignature:
    """Return the row where it can be what the definition says."""
    if row is None or row.status is Status.UNKNOWN:
        raise Refusal(
            "{key}: the account has no signature {sign_id} that could have been submitted so",
            key=signature.key,
            sign_id=signature.sign_id,
        )
    if not is_ours(signature.fields, row):
        raise Refusal(
            "{key}: the account shows the name {sign_name}",
            hint="apply submits it",
            key=signature.key,
            sign_name=repr(row.sign_name),
        )
    return row


def forget(context: ApplyContext, sign_ids: Collection[int]) -> None:
    """Forget these signatures, once no call for them can be under way."""
    watch = Watch(context)
    watch.await_turn()

    def step(state: State) -> State:
        transitions.check_nobody_live(state, watch.waited_out, context.run)
        for sign_id in sign_ids:
            for intent in state.entry(sign_id).perhaps:
                state = transitions.lapse(state, sign_id, intent)
            state = transitions.forget(state, sign_id)
        return state

    context.store.update(step, "forget " + ", ".join(map(str, sorted(sign_ids))))
