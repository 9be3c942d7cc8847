"""A plan: every verdict with its reason, as a value that renderers and apply read."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import NamedTuple

from reconciler.contract.status import Status
from reconciler.model.live import Row
from reconciler.model.signature import Account, Desired, FieldValue
from reconciler.model.source import Diagnostic


class Verdict(StrEnum):
    """What is to happen with a signature. Only ``modify`` ever leads to a call that writes."""

    MODIFY = "modify"
    IN_SYNC = "in-sync"
    WAITING = "waiting"
    UNVERIFIED = "unverified"
    STUCK = "stuck"
    REFUSED = "refused"
    BLOCKED = "blocked"


class Compared(StrEnum):
    """How far a comparison could look: every field, or only those that the vendor shows."""

    ALL = "all"
    VISIBLE = "visible"


class IntentFate(StrEnum):
    """What becomes of an open intent: there is none, it stays open, it is proven, or it is proven not sent."""

    NONE = "none"
    OPEN = "open"
    PROVEN = "proven"
    DROPPED = "dropped"


class Change(NamedTuple):
    """A field whose wanted value differs. ``old`` is ``None`` where nobody can know it."""

    field: str
    old: FieldValue
    new: FieldValue


class Decision(NamedTuple):
    """The verdict on one signature. ``line`` is the line of the decision table that fitted first."""

    verdict: Verdict
    line: int
    status: Status
    reason: str
    advice: str = ""
    compared: Compared = Compared.VISIBLE
    changes: tuple[Change, ...] = ()
    drift: tuple[str, ...] = ()
    intent: IntentFate = IntentFate.NONE


class Planned(NamedTuple):
    """One signature of a plan: what is wanted, what is there, what follows."""

    desired: Desired
    live: Row | None
    decision: Decision

    @property
    def verdict(self) -> Verdict:
        """The decision's verdict."""
        return self.decision.verdict

    @property
    def advice(self) -> str:
        """What a person does next, with the signature's own key in it."""
        return self.decision.advice.replace("KEY", self.desired.key)


class Target(NamedTuple):
    """The account that a plan was made for. ``endpoint`` is host or URL, ``sandbox`` whether it says it is one."""

    account: Account
    uin: str
    endpoint: str
    sandbox: bool = False


class Plan(NamedTuple):
    """Every signature of a run in the order of the definitions, and the rows that no definition names.

    ``notes`` are facts about the run as a whole (an open intent, a listing that was refused) for people.
    """

    target: Target
    signatures: tuple[Planned, ...]
    unmanaged: tuple[Row, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    fingerprint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> dict[str, int]:
        """Number of signatures by verdict, every verdict named."""
        counts = Counter(planned.decision.verdict for planned in self.signatures)
        return {verdict.value: counts[verdict] for verdict in Verdict}
