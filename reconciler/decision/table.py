"""The decision table: the first line that fits decides. The numbers are those of docs/decision.md.

Only a pending or rejected row gets past line 5, so that nothing else can ever reach ``modify``.
"""

from __future__ import annotations

from typing import Final

from reconciler.contract.status import APPROVED, MODIFIABLE, Status
from reconciler.decision.differs import Difference, changed_by_others, compare
from reconciler.decision.intents import fate_of, last_known
from reconciler.decision.moment import Moment
from reconciler.decision.reasons import Facts, blocked, explain
from reconciler.model.live import Row
from reconciler.model.plan import Compared, Decision, IntentFate, Verdict
from reconciler.model.signature import SignFields
from reconciler.model.state import Entry, Submitted

_KNOWN: Final = MODIFIABLE | APPROVED


def decide(wanted: SignFields, live: Row | None, entry: Entry, moment: Moment, *, resubmit: bool = False) -> Decision:
    """Return the verdict on one signature. ``resubmit`` asks for a submission where the table would send none."""
    if live is None:
        return Decision(Verdict.BLOCKED, 1, Status.MISSING, *blocked(1, live))
    if live.international != wanted.international:
        return Decision(Verdict.BLOCKED, 2, live.status, *blocked(2, live))
    status = live.status
    if status not in _KNOWN:
        return Decision(Verdict.BLOCKED, 3, status, *blocked(3, live))
    fate = fate_of(entry.intent, live, moment)
    known = last_known(entry, live, fate)
    found = compare(wanted, live, known, moment)
    if fate is IntentFate.OPEN and not _is_intended(wanted, entry):
        found = found._replace(compared=Compared.VISIBLE)  # perhaps something else than the record says was submitted
    if status in APPROVED:
        verdict, line = _approved(found, resubmit)
    elif resubmit:
        verdict, line = Verdict.MODIFY, 0
    elif fate is IntentFate.OPEN and _is_either(wanted, entry):
        verdict, line = Verdict.UNVERIFIED, 8
    elif status is Status.PENDING:
        verdict, line = _pending(found, known, live)
    else:
        verdict, line = _rejected(found, known)
    facts = Facts(live, found, recorded=known is not None, perhaps_sent=fate is IntentFate.OPEN)
    reason, advice = explain(line, facts)
    return Decision(verdict, line, status, reason, advice, found.compared, found.changes, found.drift, fate)


def _approved(found: Difference, resubmit: bool) -> tuple[Verdict, int]:
    return (Verdict.REFUSED, 4) if found or resubmit else (Verdict.IN_SYNC, 5)


def _is_either(wanted: SignFields, entry: Entry) -> bool:
    """Tell whether the account may hold just what is wanted: the intent if it was sent, the record if it was not."""
    return _is_intended(wanted, entry) or (entry.submitted is not None and wanted == entry.submitted.fields)


def _is_intended(wanted: SignFields, entry: Entry) -> bool:
    return entry.intent is not None and wanted == entry.intent.fields


def _pending(found: Difference, known: Submitted | None, live: Row) -> tuple[Verdict, int]:
    if found:
        return Verdict.MODIFY, 9
    if known is None:
        return Verdict.UNVERIFIED, 12
    if changed_by_others(live, known):
        return Verdict.UNVERIFIED, 10
    return Verdict.WAITING, 11


def _rejected(found: Difference, known: Submitted | None) -> tuple[Verdict, int]:
    if found or known is None:
        return Verdict.MODIFY, 13
    return Verdict.STUCK, 14
