"""The words of each line of the decision table: why, and what a person does next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from reconciler.contract.api import APPROVED, MODIFIABLE, Status
from reconciler.decision.compare import DecisionTime, Difference, changed_by_others, compare
from reconciler.decision.intents import intent_status, last_known
from reconciler.model.plan import Compared, Decision, IntentStatus, Verdict
from reconciler.model.signature import LiveSignature, SignFields
from reconciler.model.state import Entry, Submitted

_ADOPT: Final = (
    "`reconciler adopt KEY` records the definition as what was submitted, `apply --resubmit KEY` submits it again"
)


_NEW_SIGNATURE: Final = (
    "put the definition back to what is approved; for a different text, create a new signature in the console"
    " and name its id here"
)


_LOOK_THEN_ADOPT: Final = (
    "look in the console which submission was approved; if it is the definition, `reconciler adopt KEY` records that"
)


_FIXED: Final = {
    0: ("submitted again because --resubmit asks for it", ""),
    1: (
        "the account has no signature with this id in this region",
        "check sign_id and account.region in the console",
    ),
    8: (
        "a run ended before the outcome of its call was known, and nothing visible tells it: perhaps sent",
        _ADOPT,
    ),
    10: (
        "pending, but somebody submitted it again after this tool did; its hidden fields are not known",
        _ADOPT,
    ),
    11: ("submitted as defined, waiting for the vendor's review", ""),
    12: ("pending, and nothing visible differs; no submission is recorded, so nothing is sent", _ADOPT),
    14: (
        "rejected as submitted; nothing has changed since",
        "change the definition as the reviewer asks, or `apply --resubmit KEY` to submit it unchanged",
    ),
}


class Facts(NamedTuple):
    """What the words may speak of. ``perhaps_sent`` tells that an open intent stayed open."""

    live: LiveSignature
    found: Difference
    recorded: bool
    perhaps_sent: bool


def blocked(line: int, live: LiveSignature | None) -> tuple[str, str]:
    """Return reason and advice for the lines that nothing passes, whatever is wanted."""
    if live is None:
        return _FIXED[1]
    if line == 2:  # noqa: PLR2004  # lines are numbers in the documentation too
        kind = "global" if live.international else "mainland"
        return (
            f"the account holds it as a {kind} signature, which cannot be changed",
            "correct international or sign_id",
        )
    return (
        f"the vendor shows status code {live.status_code}, which no page documents",
        "look at it in the console",
    )


def explain(line: int, facts: Facts) -> tuple[str, str]:
    """Return reason and advice for a line of the table. The advice is empty where nothing is to be done."""
    match line:
        case 4:
            return _refused(facts), _LOOK_THEN_ADOPT if facts.perhaps_sent else _NEW_SIGNATURE
        case 5:
            return _in_sync(facts), ""
        case 9 | 13:
            return _modify(facts), ""
        case _:
            return _FIXED[line]


def _refused(facts: Facts) -> str:
    names = _listed(change.field for change in facts.found.changes)
    what = f", and the definition differs in {names}" if names else ""
    perhaps = "; a run ended before the outcome of its call was known" if facts.perhaps_sent else ""
    return f"{_approved(facts)}: the vendor lets nobody change it{what}{perhaps}"


def _in_sync(facts: Facts) -> str:
    if facts.found.compared is Compared.ALL:
        return f"{_approved(facts)} as submitted"
    why = "a run ended before the outcome of its call was known" if facts.perhaps_sent else _why_unknown(facts)
    return f"{_approved(facts)}; {why}, so only what the vendor shows was compared"


def _why_unknown(facts: Facts) -> str:
    return "changed by others since" if facts.recorded else "no submission is recorded"


def _modify(facts: Facts) -> str:
    names = _listed(change.field for change in facts.found.changes)
    if not names:
        return f"{facts.live.status}; no submission is recorded, so the definition is submitted"
    drift = f"; changed outside this tool: {_listed(facts.found.drift)}" if facts.found.drift else ""
    return f"{facts.live.status}, and the definition differs in {names}{drift}"


def _approved(facts: Facts) -> str:
    return "approved" if facts.live.status is Status.APPROVED else "approved, not effective yet"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


# The decision table: the first line that fits decides. The numbers are those of docs/decision.md.
#
# Only a pending or rejected row gets past line 5, so that nothing else can ever reach ``modify``.


_KNOWN: Final = MODIFIABLE | APPROVED


def decide(
    wanted: SignFields, live: LiveSignature | None, entry: Entry, moment: DecisionTime, *, resubmit: bool = False
) -> Decision:
    """Return the verdict on one signature. ``resubmit`` asks for a submission where the table would send none."""
    if live is None:
        return Decision(Verdict.BLOCKED, 1, Status.MISSING, *blocked(1, live))
    if live.international != wanted.international:
        return Decision(Verdict.BLOCKED, 2, live.status, *blocked(2, live))
    status = live.status
    if status not in _KNOWN:
        return Decision(Verdict.BLOCKED, 3, status, *blocked(3, live))
    fate = intent_status(entry.intent, live, moment)
    known = last_known(entry, live, fate)
    found = compare(wanted, live, known, moment)
    if fate is IntentStatus.OPEN and not _is_intended(wanted, entry):
        found = found._replace(compared=Compared.VISIBLE)  # perhaps something else than the record says was submitted
    if status in APPROVED:
        verdict, line = _decide_approved(found, resubmit)
    elif resubmit:
        verdict, line = Verdict.MODIFY, 0
    elif fate is IntentStatus.OPEN and _is_either(wanted, entry):
        verdict, line = Verdict.UNVERIFIED, 8
    elif status is Status.PENDING:
        verdict, line = _pending(found, known, live)
    else:
        verdict, line = _rejected(found, known)
    facts = Facts(live, found, recorded=known is not None, perhaps_sent=fate is IntentStatus.OPEN)
    reason, advice = explain(line, facts)
    return Decision(verdict, line, status, reason, advice, found.compared, found.changes, found.drift, fate)


def _decide_approved(found: Difference, resubmit: bool) -> tuple[Verdict, int]:
    return (Verdict.REFUSED, 4) if found or resubmit else (Verdict.IN_SYNC, 5)


def _is_either(wanted: SignFields, entry: Entry) -> bool:
    """Tell whether the account may hold just what is wanted: the intent if it was sent, the record if it was not."""
    return _is_intended(wanted, entry) or (entry.submitted is not None and wanted == entry.submitted.fields)


def _is_intended(wanted: SignFields, entry: Entry) -> bool:
    return entry.intent is not None and wanted == entry.intent.fields


def _pending(found: Difference, known: Submitted | None, live: LiveSignature) -> tuple[Verdict, int]:
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
