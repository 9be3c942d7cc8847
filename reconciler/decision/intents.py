"""What the live row proves about a call whose outcome was never recorded: lines 6 to 8 of the decision table."""

from __future__ import annotations

from reconciler.contract.api import Status
from reconciler.decision.compare import DecisionTime, same_name
from reconciler.model.plan import IntentStatus
from reconciler.model.signature import LiveSignature, SignFields
from reconciler.model.state import Entry, Intent, Submitted


def intent_status(intent: Intent | None, live: LiveSignature, moment: DecisionTime) -> IntentStatus:
    """Tell whether the call was made for certain, was not made for certain, or neither is certain."""
    if intent is None:
        return IntentStatus.NONE
    if shows(intent.fields, intent.before, live):
        return IntentStatus.PROVEN
    if _proves_absence(intent, live, moment):
        return IntentStatus.DROPPED
    return IntentStatus.OPEN


def shows(fields: SignFields, before: LiveSignature, live: LiveSignature) -> bool:
    """Tell whether the row shows the submission: its name or qualification taken over, or a rejection now pending."""
    name_taken = live.sign_name != before.sign_name and same_name(live.sign_name, fields.sign_name)
    resubmitted = before.status is Status.REJECTED and live.status is Status.PENDING
    qualification_taken = (
        live.qualification_id is not None
        and live.qualification_id != before.qualification_id
        and live.qualification_id == fields.qualification_id
    )
    return name_taken or resubmitted or qualification_taken


def would_show(fields: SignFields, before: LiveSignature) -> bool:
    """Tell whether the submission, had it happened, must have changed the row in a way that ``shows`` sees."""
    return not same_name(fields.sign_name, before.sign_name) or before.status is Status.REJECTED


def _proves_absence(intent: Intent, live: LiveSignature, moment: DecisionTime) -> bool:
    return (
        would_show(intent.fields, intent.before)
        and live == intent.before
        and moment.is_recent(intent.at)
        and not moment.may_be_under_way(intent.at)
    )


def last_known(entry: Entry, live: LiveSignature, fate: IntentStatus) -> Submitted | None:
    """Return what is known to be submitted last: a proven intent counts as a submission seen in ``live``."""
    if fate is IntentStatus.PROVEN and entry.intent is not None:
        intent = entry.intent
        return Submitted(intent.fields, at=intent.at, commit=intent.commit, shown=live, before=intent.before)
    return entry.submitted
