"""How the record changes: each step of a submission as a pure function from state to state."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.decision.compare import DecisionTime
from reconciler.decision.intents import intent_status, last_known
from reconciler.model.plan import IntentStatus
from reconciler.model.signature import LiveSignature
from reconciler.model.state import Entry, Intent, Lease, State, Submitted


def put(state: State, sign_id: int, entry: Entry) -> State:
    """Return the state with one entry replaced; an entry that says nothing is left out."""
    entries = {known: held for known, held in state.entries.items() if known != sign_id}
    if entry != Entry():
        entries[sign_id] = entry
    return state._replace(entries=entries)


def intend(state: State, sign_id: int, intent: Intent) -> State:
    """Note that a call is about to be made; what was submitted before stays known."""
    return put(state, sign_id, state.entry(sign_id)._replace(intent=intent))


def accept(state: State, sign_id: int, submitted: Submitted) -> State:
    """Note that the vendor accepted a submission, or that somebody adopted one; that closes an intent."""
    return put(state._replace(commit=submitted.commit or state.commit), sign_id, Entry(submitted))


def accept_own(state: State, sign_id: int, submitted: Submitted, run: str) -> State:
    """Note the acceptance of this run's own call, unless the record already knows of something newer."""
    entry = state.entry(sign_id)
    if entry.intent is not None and entry.intent.run != run:
        return state
    if entry.intent is None and entry.submitted is not None and entry.submitted.at >= submitted.at:
        return state
    return accept(state, sign_id, submitted)


def forget_own(state: State, sign_id: int, run: str) -> State:
    """Note that this run's own intended call certainly did not happen or was not taken."""
    intent = state.entry(sign_id).intent
    return forget_intent(state, sign_id) if intent is not None and intent.run == run else state


def forget_intent(state: State, sign_id: int) -> State:
    """Note that the intended call certainly did not happen or was not taken."""
    return put(state, sign_id, state.entry(sign_id)._replace(intent=None))


def settlements(state: State, live: Mapping[int, LiveSignature], moment: DecisionTime) -> dict[int, Entry]:
    """Return the entries whose open intent the live rows prove sent or not sent, each as it is with that settled."""
    settled = {
        sign_id: _settled(entry, live[sign_id], moment)
        for sign_id, entry in state.entries.items()
        if entry.intent is not None and sign_id in live
    }
    return {sign_id: entry for sign_id, entry in settled.items() if entry.intent is None}


def _settled(entry: Entry, row: LiveSignature, moment: DecisionTime) -> Entry:
    fate = intent_status(entry.intent, row, moment)
    return entry if fate is IntentStatus.OPEN else Entry(last_known(entry, row, fate))


def settle(state: State, seen: State, settled: Mapping[int, Entry]) -> State:
    """Store settlements, each only where the intent is still the one that was ``seen`` when the rows were read."""
    for sign_id, entry in settled.items():
        if state.entry(sign_id) == seen.entry(sign_id):
            state = put(state, sign_id, entry)
    return state


def hold(state: State, run: str, patience: float) -> State:
    """Note that ``run`` is writing now, one beat further than the holder before; ``patience`` as in ``Holder``."""
    beat = state.holder.beat + 1 if state.holder is not None else 1
    return state._replace(holder=Lease(run, beat, patience))


def release(state: State) -> State:
    """Note that nobody is writing."""
    return state._replace(holder=None)
