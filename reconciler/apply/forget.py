"""Forgetting what is recorded of a signature."""

from __future__ import annotations

from collections.abc import Collection

from reconciler.apply.context import ApplyContext
from reconciler.apply.waiting import Watch
from reconciler.decision import transitions
from reconciler.model.state import State


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
