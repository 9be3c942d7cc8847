"""Two writers of one record: what each changed since the record both started from, put together signature by signature.

- A signature that one side changed is that side's. Changed by both to the same value, it is that value; to different
  values, it is a conflict, for a submission would be forgotten.
- The holder is the fence between two runs: where the other side moved it, nothing of ours may be stored.
- The commit is the side's that changed it. Two different new ones are a conflict, because only git can tell which of
  them is the newer, and the run has to look again before it goes on.
- ``saved_at`` is the later of the two.
"""

from __future__ import annotations

from typing import TypeVar

from reconciler.errors import StateConflict, StateError
from reconciler.model.state import Entry, State

_Value = TypeVar("_Value")


def merge(base: State, ours: State, theirs: State) -> State:
    """Return the record with the changes of both sides since ``base``.

    Raises StateConflict where they contradict each other, StateError for the records of different accounts.
    """
    _same_account(base, ours, theirs)
    if theirs.holder not in (base.holder, ours.holder):
        raise StateConflict(
            "another run has begun to write to this account", hint="Wait until it has ended and start again."
        )
    return State(
        uin=ours.uin,
        region=ours.region,
        entries=_entries(base, ours, theirs),
        holder=ours.holder,
        commit=_either(base.commit, ours.commit, theirs.commit, "the commit applied"),
        saved_at=max((at for at in (ours.saved_at, theirs.saved_at) if at is not None), default=None),
        sandbox=ours.sandbox,
    )


def _same_account(*states: State) -> None:
    accounts = {(state.uin, state.region, state.sandbox) for state in states}
    if len(accounts) > 1:
        names = ", ".join(sorted(f"{uin} in {region}" for uin, region, _ in accounts))
        raise StateError(f"records of different accounts cannot be merged: {names}", hint="Start the run again.")


def _entries(base: State, ours: State, theirs: State) -> dict[int, Entry]:
    merged = {
        sign_id: _either(base.entry(sign_id), ours.entry(sign_id), theirs.entry(sign_id), f"signature {sign_id}")
        for sign_id in sorted(ours.entries.keys() | theirs.entries.keys())
    }
    return {sign_id: entry for sign_id, entry in merged.items() if entry != Entry()}


def _either(base: _Value, ours: _Value, theirs: _Value, what: str) -> _Value:
    if theirs == base:
        return ours
    if ours in (base, theirs):
        return theirs
    raise StateConflict(
        f"{what} was changed in the record by another run at the same time",
        hint="Start the run again: it plans afresh from what is recorded now.",
    )
