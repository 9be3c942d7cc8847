"""What a row proves about a call whose outcome nobody recorded: `intent-proven`, `intent-dropped`, `perhaps-sent`."""

from __future__ import annotations

import unicodedata
from typing import Final

from reconciler.contract.api import Status
from reconciler.model.signature import LiveSignature, SignFields
from reconciler.model.state import Entry, Intent, IntentState, Submitted

# Seconds for which an unchanged row may prove that nothing was sent; later, others may have changed it back.
MEMORY_S: Final = 3600.0


def key(name: str) -> str:
    """Return what the vendor may not change of a name however it spells names: its letters and digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def is_ours(fields: SignFields, live: LiveSignature) -> bool:
    """Return whether the row's name can be the submitted one."""
    return key(live.sign_name) == key(fields.sign_name)


def apart(one: str, other: str) -> bool:
    """Return whether two names are different however the vendor may spell or cut them."""
    first, second = key(one), key(other)
    return bool(first and second) and not (first.startswith(second) or second.startswith(first))


def is_moved(intent: Intent, live: LiveSignature) -> bool:
    """Return whether somebody submitted the signature since the intent looked at it, as far as ``CreateTime`` tells."""
    return live.create_time != intent.before.create_time


def is_in_time(intent: Intent, live: LiveSignature) -> bool:
    """Return whether the row's ``CreateTime`` can be that of the intended call."""
    earliest = intent.looked_at - intent.tolerance
    return earliest <= live.create_time <= intent.looked_at + intent.window + intent.tolerance


def is_foreign(intent: Intent, live: LiveSignature) -> bool:
    """Return whether the row shows somebody else's submission, which proves nothing about this call."""
    return is_moved(intent, live) and not is_in_time(intent, live)


def is_sent(intent: Intent, live: LiveSignature) -> bool:
    """Return whether the row proves that the call was made."""
    if intent.status is IntentState.LATE or is_foreign(intent, live) or not is_ours(intent.fields, live):
        return False
    before = intent.before
    renamed = live.sign_name != before.sign_name and key(before.sign_name) != key(live.sign_name)
    resubmitted = before.status is Status.REJECTED and live.status is Status.PENDING
    qualified = (
        live.qualification_id is not None
        and live.qualification_id != before.qualification_id
        and live.qualification_id == intent.fields.qualification_id
    )
    return renamed or resubmitted or qualified or is_moved(intent, live)


def must_show(fields: SignFields, before: LiveSignature) -> bool:
    """Return whether the call, had it been made, must have changed the row whatever the vendor does with names."""
    return before.status is Status.REJECTED or apart(fields.sign_name, before.sign_name)


def is_not_sent(intent: Intent, live: LiveSignature, now: float) -> bool:
    """Return whether the row proves that the call was not made, given that it cannot act or show any more."""
    if intent.status is IntentState.LATE or now - intent.at >= MEMORY_S:
        return False
    return live == intent.before and must_show(intent.fields, intent.before)


def sent_submission(intent: Intent, live: LiveSignature) -> Submitted:
    """Return the submission that a row proves; a ``CreateTime`` that cannot be its own is not taken over."""
    until = intent.looked_at + intent.window + intent.tolerance
    return Submitted(
        intent.fields, intent.at, commit=intent.commit, shown=live, before=intent.before,
        epoch=intent.epoch, run=intent.run, until=live.create_time if is_moved(intent, live) else until,
        by=intent.by, uncommitted=intent.uncommitted,
    )  # fmt: skip


def after_rows(entry: Entry, live: LiveSignature | None, now: float) -> Entry:
    """Return the entry with its newest doubts settled as far as the row does, given that none of them can act."""
    while live is not None and (intent := entry.newest) is not None:
        if intent.is_live:
            return entry
        if is_sent(intent, live):
            return entry._replace(submitted=sent_submission(intent, live), perhaps=())
        if not is_not_sent(intent, live, now):
            return entry
        entry = entry._replace(perhaps=entry.perhaps[:-1])
    return entry
