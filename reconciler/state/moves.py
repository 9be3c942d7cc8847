"""A record that moves from a local file to a branch."""

# Two records of one account would each know a part only, so no run goes on while there are two.

from __future__ import annotations

from functools import partial
from math import ceil
from typing import Final

from reconciler.decision.transitions import live_intents, take_over
from reconciler.errors import Refusal, StateError
from reconciler.model.state import OLD_INTENT_S, State
from reconciler.state.local import FileStore
from reconciler.state.store import Snapshot, Store

_HOW_TO_END_TWO: Final = "`reconciler state migrate` moves it there, `reconciler state forget --local` drops it"


def check_single(local: FileStore, branch: str | None) -> None:
    """Raise Refusal where the account has a record elsewhere than where the definitions keep it.

    That is a local one beside a branch, or a branch that a local one was moved to and that is not named any more.
    """
    if branch is not None and local.load().state.entries:
        raise Refusal(
            "the account has two records: {file} from before, and branch {branch}",
            hint=_HOW_TO_END_TWO,
            file=local.where,
            branch=branch,
        )
    moved = local.moved_to() if branch is None else None
    if moved is not None:
        raise Refusal(
            "the record of this account was moved to branch {branch}, which the definitions do not name",
            hint="name it under `state`, or begin a new record with `reconciler state forget --local`",
            branch=moved,
        )


def check_at_rest(state: State, now: float) -> None:
    """Raise Refusal while a call that a local record holds can act yet. ``now`` is unix seconds of this machine."""
    # One from far in the future was dated by a clock that was wrong, and holds nobody up for ever.
    intents = (intent for intent in live_intents(state).values() if intent.at <= now + OLD_INTENT_S)
    ends = [intent.at + intent.window for intent in intents]
    left = max(ends, default=now) - now
    if left > 0:
        raise Refusal(
            "a call of another run may be under way",
            hint="run it again in {seconds:.0f} s",
            seconds=ceil(left),
        )


def migrate(local: FileStore, store: Store, branch: str) -> Snapshot:
    """Put what the local record holds into the store of the branch, and leave a note of where it went.

    What the branch has of newer submissions stays. Killed in between, both records are there, and it can be run again.
    Raises StateError where a run goes on writing the local record.
    """
    for _ in range(3):
        before = local.load()
        moved = store.update(partial(_taken_over, other=before.state), f"take over {local.where}")
        if local.take_away(before.version, branch):
            return moved
    raise StateError("the local record keeps changing", hint="End the apply that writes it, and start again.")


def _taken_over(state: State, other: State) -> State:
    joined = take_over(state, other)
    return joined if joined == state else joined._replace(saved_at=max(state.saved_at or 0.0, other.saved_at or 0.0))
