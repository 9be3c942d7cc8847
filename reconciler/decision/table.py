"""The decision table: the first rule that fits decides. The rules themselves, with their words, are in ``rules``."""

# Only a pending or rejected row gets past the rules for approved ones, so that nothing else can ever reach ``modify``.

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.contract.api import APPROVED, MODIFIABLE, Status
from reconciler.decision.compare import DecisionTime, Difference, changed_by_others, compare
from reconciler.decision.intents import after_rows
from reconciler.decision.rules import Rule
from reconciler.errors import said
from reconciler.model.plan import Change, Compared, Decision, IntentStatus
from reconciler.model.signature import FIELD_NAMES, LiveSignature, SignFields
from reconciler.model.state import Entry, Submitted

_KNOWN: Final = MODIFIABLE | APPROVED


def decide(
    wanted: SignFields,
    live: LiveSignature | None,
    entry: Entry,
    moment: DecisionTime,
    *,
    resubmit: bool = False,
    site: str = "international",
    observed: bool = False,
) -> Decision:
    """Return the verdict on one signature. ``resubmit`` asks for a submission where the table would send none.

    An ``observed`` one is never submitted, whatever else holds.
    """
    if live is None:
        return Decision(Rule.NO_SUCH_SIGNATURE, Status.MISSING)
    if observed or live.international != wanted.international or live.status not in _KNOWN:
        return _left_alone(wanted, live, entry, moment, observed=observed)
    status = live.status
    settled = after_rows(entry, live, moment.now)
    is_open, known = bool(settled.perhaps), settled.submitted
    found = compare(wanted, live, known, moment)
    if any(intent.fields != wanted for intent in settled.perhaps):
        found = found._replace(compared=Compared.VISIBLE)  # perhaps something else than the record says was submitted
    if status in APPROVED:
        rule = _approved(found, known, resubmit=resubmit, perhaps_sent=is_open)
    elif resubmit:
        rule = Rule.RESUBMIT
    elif is_open and _is_either(wanted, settled):
        rule = Rule.PERHAPS_SENT
    elif is_open:
        rule = Rule.PENDING_DIFFERS if status is Status.PENDING else Rule.REJECTED_DIFFERS
        found = found or found._replace(changes=_changes_since(settled, wanted))
    elif status is Status.PENDING:
        rule = _pending(found, known, live)
    else:
        rule = _rejected(found, known, perhaps_filing=site == "china" and not live.international)
    return Decision(
        rule, status, _params(status, found), found.compared, found.changes, found.drift, _intent_status(entry, settled)
    )


def _left_alone(
    wanted: SignFields, live: LiveSignature, entry: Entry, moment: DecisionTime, *, observed: bool
) -> Decision:
    """Return the decision on a row that no submission can be made of: of another kind, observed, of no known status."""
    if live.international != wanted.international:
        return Decision(
            Rule.OTHER_KIND, live.status, {"kind": said("global") if live.international else said("mainland")}
        )
    if observed:
        return _observed(wanted, live, entry, moment)
    return Decision(Rule.UNKNOWN_STATUS, live.status, {"status_code": live.status_code})


def _observed(wanted: SignFields, live: LiveSignature, entry: Entry, moment: DecisionTime) -> Decision:
    """Return what is seen of a signature that is only watched. What is open of it is settled all the same."""
    renamed = live.sign_name != wanted.sign_name
    return Decision(
        Rule.OBSERVED_DRIFTED if renamed else Rule.OBSERVED,
        live.status,
        {"status": live.status, "name": live.sign_name},
        drift=("sign_name",) if renamed else (),
        intent=_intent_status(entry, after_rows(entry, live, moment.now)),
    )


def _changes_since(entry: Entry, wanted: SignFields) -> tuple[Change, ...]:
    """Return in what a definition differs from what was perhaps sent last."""
    sent = entry.perhaps[-1].fields
    pairs = ((name, getattr(sent, name), getattr(wanted, name)) for name in FIELD_NAMES)
    return tuple(Change(name, old, new) for name, old, new in pairs if old != new)


def _intent_status(entry: Entry, settled: Entry) -> IntentStatus:
    if settled.perhaps or not entry.perhaps:
        return IntentStatus.OPEN if settled.perhaps else IntentStatus.NONE
    return IntentStatus.PROVEN if settled.submitted != entry.submitted else IntentStatus.DROPPED


def _params(status: Status, found: Difference) -> Mapping[str, object]:
    return {"status": status, "fields": tuple(change.field for change in found.changes), "drift": found.drift}


def _approved(found: Difference, known: Submitted | None, *, resubmit: bool, perhaps_sent: bool) -> Rule:
    if found:
        return Rule.APPROVED_DIFFERS_PERHAPS_SENT if perhaps_sent else Rule.APPROVED_DIFFERS
    if resubmit:
        return Rule.APPROVED_RESUBMIT_PERHAPS_SENT if perhaps_sent else Rule.APPROVED_RESUBMIT
    if found.compared is Compared.ALL:
        return Rule.APPROVED_AS_SUBMITTED
    if perhaps_sent:
        return Rule.APPROVED_PERHAPS_SENT
    return Rule.APPROVED_NOT_RECORDED if known is None else Rule.APPROVED_CHANGED_BY_OTHERS


def _is_either(wanted: SignFields, entry: Entry) -> bool:
    """Return whether the account may hold just what is wanted: the intent if it was sent, the record if it was not."""
    return _is_intended(wanted, entry) or (entry.submitted is not None and wanted == entry.submitted.fields)


def _is_intended(wanted: SignFields, entry: Entry) -> bool:
    return any(wanted == intent.fields for intent in entry.perhaps)


def _pending(found: Difference, known: Submitted | None, live: LiveSignature) -> Rule:
    if found:
        return Rule.PENDING_DRIFTED if found.drift else Rule.PENDING_DIFFERS
    if known is None:
        return Rule.PENDING_NOT_RECORDED
    if changed_by_others(live, known):
        return Rule.RESUBMITTED_BY_OTHERS
    return Rule.WAITING_FOR_REVIEW


def _rejected(found: Difference, known: Submitted | None, *, perhaps_filing: bool) -> Rule:
    if found:
        return Rule.REJECTED_DRIFTED if found.drift else Rule.REJECTED_DIFFERS
    if known is None and perhaps_filing:
        return Rule.REJECTED_PERHAPS_FILING
    return Rule.REJECTED_NOT_RECORDED if known is None else Rule.REJECTED_AS_SUBMITTED
