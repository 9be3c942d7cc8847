"""A signature that has no id yet: whether it exists, was created before, or may be created. ``sign_id: new``.

The vendor gives no way to create once and only once, so everything hangs on the list of the account: what is there
already, and which ids came after a call whose answer was lost.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from reconciler.contract.api import PENDING_CODE, Status
from reconciler.decision.compare import DecisionTime
from reconciler.decision.intents import apart, is_in_time, is_ours
from reconciler.decision.rules import Rule
from reconciler.decision.transitions import note_created
from reconciler.errors import said
from reconciler.model.plan import Change, Decision, IntentStatus, Planned
from reconciler.model.signature import FIELD_NAMES, LiveSignature, Signature, SignFields
from reconciler.model.state import Entry, Intent, IntentState, State, Submitted


class AccountRows(NamedTuple):
    """The rows of the account by id, and whether they are all of them."""

    rows: Mapping[int, LiveSignature]
    complete: bool


def decide_new(signature: Signature, account: AccountRows, state: State) -> Signature | Planned:
    """Return the plan of a signature without an id, or the signature with the id that it was created with."""
    entries = settled_creates(state, account)
    entry = entries.get(signature.key, Entry())
    own = entry.submitted
    if own is not None and own.sign_id is not None and is_same(own.fields, signature.fields):
        return signature._replace(sign_id=own.sign_id)
    if not account.complete:
        return Planned(signature, None, Decision(Rule.CREATE_NOT_LISTED, Status.MISSING))
    if own is not None and own.sign_id in account.rows:
        params = {"sign_id": own.sign_id, "name": own.fields.sign_name}
        return Planned(signature, None, Decision(Rule.CREATED_OTHERWISE, Status.MISSING, params))
    held = _holder(signature.fields, account, _submitted(state, entries))
    if held is not None:
        return Planned(signature, held, _held(held))
    intended = _intended(signature.fields, entries)
    if intended is not None:
        params = {"intended": intended}
        return Planned(
            signature, None, Decision(Rule.PERHAPS_CREATED, Status.MISSING, params, intent=IntentStatus.OPEN)
        )
    return Planned(signature, None, _create(signature.fields))


def with_created(state: State, signature: Signature, account: AccountRows) -> State:
    """Return the state with what the list proves of a signature that was created, at its id too."""
    return note_created(state, signature.key, settled_creates(state, account)[signature.key])


def _create(fields: SignFields) -> Decision:
    changes = tuple(Change(name, None, getattr(fields, name)) for name in FIELD_NAMES)
    shown = tuple(change for change in changes if change.new not in (None, ""))
    kind = said("global") if fields.international else said("mainland")
    return Decision(Rule.CREATE, Status.MISSING, {"kind": kind}, changes=shown)


def trailing_row(sign_id: int, entry: Entry, moment: DecisionTime) -> LiveSignature | None:
    """Return what stands for a row that was created just now, and that a describe need not show yet."""
    own = entry.submitted
    if own is None or own.adopted or own.before is not None or not moment.may_trail(own.at):
        return None
    pending = LiveSignature(sign_id, own.fields.international, PENDING_CODE, own.fields.sign_name, "", int(own.at))
    return own.shown or pending


def is_same(one: SignFields, other: SignFields) -> bool:
    """Return whether two definitions would create the same signature: equal in name and kind."""
    return one.international == other.international and _plain(one.sign_name) == _plain(other.sign_name)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())


def _submitted(state: State, creates: Mapping[str, Entry]) -> Mapping[int, SignFields]:
    """Return what was submitted last for each id: under another key, a definition meets what it created itself."""
    made = {own.sign_id: own.fields for entry in creates.values() if (own := entry.submitted) and own.sign_id}
    later = {sign_id: entry.submitted.fields for sign_id, entry in state.signatures.items() if entry.submitted}
    return made | later


def _holder(fields: SignFields, account: AccountRows, submitted: Mapping[int, SignFields]) -> LiveSignature | None:
    """Return the row that has the name already, a rejected one only where no other has.

    The vendor may spell a submitted name its own way: then what was submitted is what tells.
    """

    def holds(row: LiveSignature) -> bool:
        own = submitted.get(row.sign_id)
        is_spelt = own is not None and is_same(own, fields) and not apart(own.sign_name, row.sign_name)
        return row.international == fields.international and (
            is_spelt or _plain(row.sign_name) == _plain(fields.sign_name)
        )

    held = [row for row in account.rows.values() if holds(row)]
    return min(held, key=lambda row: (row.status is Status.REJECTED, row.sign_id), default=None)


def _held(row: LiveSignature) -> Decision:
    rule = Rule.NAME_REJECTED if row.status is Status.REJECTED else Rule.NAME_HELD
    return Decision(rule, row.status, {"status": row.status, "sign_id": row.sign_id})


def _intended(fields: SignFields, creates: Mapping[str, Entry]) -> str | None:
    """Return the key under which a call that creates just this is open: its definition may have another one by now."""
    return next((key for key, entry in creates.items() if any(is_same(i.fields, fields) for i in entry.perhaps)), None)


# What the list proves about a call whose answer was lost.


def settled_creates(state: State, account: AccountRows) -> Mapping[str, Entry]:
    """Return what is known of creates, their doubts settled as far as the list does."""
    creates = state.creates
    taken = {entry.submitted.sign_id for entry in creates.values() if entry.submitted is not None}
    return {key: _settled(entry, account, taken) for key, entry in creates.items()}


def _settled(entry: Entry, account: AccountRows, taken: set[int | None]) -> Entry:
    """Settle the newest doubts, given that none of them can act: the ids that came since tell it, or that none came."""
    while (intent := entry.newest) is not None and account.complete and not intent.is_live:
        since = list(_rows_since(intent, account, taken))
        own = [row for row in since if is_ours(intent.fields, row) and is_in_time(intent, row)]
        if len(own) == 1 and intent.status is not IntentState.LATE:
            return entry._replace(submitted=created_submission(intent, own[0]), perhaps=())
        older = entry.perhaps[:-1]
        # Whatever its name is now: it can be the call's, renamed in the console since.
        if own or any(not _is_explained(older, row) for row in since):
            return entry
        entry = entry._replace(perhaps=older)
    return entry


def _is_explained(doubts: Sequence[Intent], row: LiveSignature) -> bool:
    """Return whether a row is what one of these calls must have made."""
    return any(is_ours(intent.fields, row) and is_in_time(intent, row) for intent in doubts)


def _rows_since(intent: Intent, account: AccountRows, taken: set[int | None]) -> Iterator[LiveSignature]:
    known = set(intent.known or ()) | taken
    for row in account.rows.values():
        if row.international == intent.fields.international and row.sign_id not in known:
            yield row


def proof_of(intent: Intent, account: AccountRows, state: State) -> Submitted | None:
    """Return the submission that the list proves a call to have made, None where it proves nothing."""
    taken = {each.submitted.sign_id for each in state.creates.values() if each.submitted is not None}
    return _settled(_closed(intent), account, taken).submitted


def is_not_created(intent: Intent, account: AccountRows, state: State) -> bool:
    """Return whether the list proves that the call created nothing, given that it cannot act any more."""
    taken = {each.submitted.sign_id for each in state.creates.values() if each.submitted is not None}
    return _settled(_closed(intent), account, taken) == Entry(intent.epoch)


def _closed(intent: Intent) -> Entry:
    return Entry(intent.epoch, None, (intent._replace(status=IntentState.LAPSED),))


def created_submission(intent: Intent, row: LiveSignature) -> Submitted:
    """Return the submission that a new row proves."""
    return Submitted(
        intent.fields, intent.at, commit=intent.commit, shown=row, epoch=intent.epoch, run=intent.run,
        until=row.create_time, by=intent.by, uncommitted=intent.uncommitted, sign_id=row.sign_id,
    )  # fmt: skip
