"""The words of each line of the decision table: why, and what a person does next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from reconciler.contract.status import Status
from reconciler.decision.differs import Difference
from reconciler.model.live import Row
from reconciler.model.plan import Compared

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

    live: Row
    found: Difference
    recorded: bool
    perhaps_sent: bool


def blocked(line: int, live: Row | None) -> tuple[str, str]:
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
