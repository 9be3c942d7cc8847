"""How the record changes: each step of a submission as a pure function from state to state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.decision.intents import fate_of, last_known
from reconciler.decision.moment import Moment
from reconciler.model.live import Row
from reconciler.model.plan import IntentFate
from reconciler.model.state import Entry, Holder, Intent, State, Submitted


def put(state: State, sign_id: int, entry: Entry) -> State:
    """Return the state with one entry replaced; an entry that says nothing is left out."""
    entries = {known: held for known, held in state.entries.items() if known != sign_id}
    if entry != Entry():
        entries[sign_id] = entry
    return replace(state, entries=entries)


def intend(state: State, sign_id: int, intent: Intent) -> State:
    """Note that a call is about to be made; what was submitted before stays known."""
    return put(state, sign_id, replace(state.entry(sign_id), intent=intent))


def accept(state: State, sign_id: int, submitted: Submitted) -> State:
    """Note that the vendor accepted a submission, or that somebody adopted one; that closes an intent."""
    return put(replace(state, commit=submitted.commit or state.commit), sign_id, Entry(submitted))


def forget_intent(state: State, sign_id: int) -> State:
    """Note that the intended call certainly did not happen or was not taken."""
    return put(state, sign_id, replace(state.entry(sign_id), intent=None))


def settle(state: State, live: Mapping[int, Row], moment: Moment) -> State:
    """Close every open intent that the live rows prove sent or not sent; one that they do not prove stays open."""
    for sign_id, entry in list(state.entries.items()):
        if entry.intent is not None and sign_id in live:
            state = _settle_one(state, sign_id, live[sign_id], moment)
    return state


def _settle_one(state: State, sign_id: int, row: Row, moment: Moment) -> State:
    entry = state.entry(sign_id)
    fate = fate_of(entry.intent, row, moment)
    if fate is IntentFate.DROPPED:
        return forget_intent(state, sign_id)
    known = last_known(entry, row, fate)
    return accept(state, sign_id, known) if fate is IntentFate.PROVEN and known is not None else state


def hold(state: State, run: str) -> State:
    """Note that ``run`` is writing now, one beat further than the holder before."""
    beat = state.holder.beat + 1 if state.holder is not None else 1
    return replace(state, holder=Holder(run, beat))


def release(state: State) -> State:
    """Note that nobody is writing."""
    return replace(state, holder=None)
