"""A plan: every verdict with its reason, as a value that renderers and apply read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from reconciler.contract.api import Status
from reconciler.diagnostics import NO_PARAMS, Diagnostic
from reconciler.errors import fill, said
from reconciler.model.signature import Account, FieldValue, LiveSignature, Signature
from reconciler.text import joined


class Verdict(StrEnum):
    """What happens with a signature. Only ``modify`` and ``create`` ever lead to a call that writes."""

    MODIFY = "modify"
    CREATE = "create"
    IN_SYNC = "in-sync"
    WAITING = "waiting"
    UNVERIFIED = "unverified"
    STUCK = "stuck"
    REFUSED = "refused"
    BLOCKED = "blocked"
    OBSERVED = "observed"


# Verdicts that lead to a call that writes.
WRITES: Final = frozenset({Verdict.MODIFY, Verdict.CREATE})

# Verdicts after which nothing happens until a person changes something.
STOPPED: Final = frozenset({Verdict.REFUSED, Verdict.BLOCKED, Verdict.STUCK})

# In which order a report shows them: what needs a person, what will be submitted, what needs nothing.
READING_ORDER: Final = (
    Verdict.REFUSED,
    Verdict.BLOCKED,
    Verdict.STUCK,
    Verdict.UNVERIFIED,
    Verdict.CREATE,
    Verdict.MODIFY,
    Verdict.WAITING,
    Verdict.OBSERVED,
    Verdict.IN_SYNC,
)


class Compared(StrEnum):
    """How far a comparison could look: every field, or only those that the vendor shows."""

    ALL = "all"
    VISIBLE = "visible"


class IntentStatus(StrEnum):
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


@dataclass(frozen=True)
class RuleText:
    """A rule of the decision as data: its name for programs, its line in the table, when it fits, and what it says.

    ``live`` and ``condition`` are for the documentation. ``reason`` and ``hint`` are whole templates with named
    placeholders, never put together from pieces, so that each can be translated. ``verdict`` is ``None`` where a rule
    only settles what the record says, and the lines below it decide.
    """

    code: str
    line: str
    live: str
    condition: str
    verdict: Verdict | None
    reason: str
    hint: str = ""


class Decision(NamedTuple):
    """The rule that fitted a signature first, with the plain values that its words speak of."""

    rule: RuleText
    status: Status
    params: Mapping[str, object] = NO_PARAMS
    compared: Compared = Compared.VISIBLE
    changes: tuple[Change, ...] = ()
    drift: tuple[str, ...] = ()
    intent: IntentStatus = IntentStatus.NONE

    @property
    def verdict(self) -> Verdict:
        """The rule's verdict. Raises ValueError for a rule that only settles an intent, and decides nothing."""
        if self.rule.verdict is None:
            raise ValueError(f"{self.rule.code} decides nothing by itself")
        return self.rule.verdict

    @property
    def reason(self) -> str:
        """Why, in words."""
        return fill(self.rule.reason, _in_words(self.params))


def _in_words(params: Mapping[str, object]) -> dict[str, object]:
    return {name: _word(value) for name, value in params.items()}


def _word(value: object) -> object:
    if isinstance(value, tuple):
        return joined(value)
    if value is Status.APPROVED_NOT_EFFECTIVE:
        return said("approved, not effective yet")
    return said(value.value) if isinstance(value, Status) else value


class Planned(NamedTuple):
    """One signature of a plan: what is wanted, what is there, what follows."""

    desired: Signature
    live: LiveSignature | None
    decision: Decision

    @property
    def verdict(self) -> Verdict:
        """The decision's verdict."""
        return self.decision.verdict

    @property
    def is_whole(self) -> bool:
        """Whether every field is shown, since nothing is known to differ."""
        return self.verdict is Verdict.CREATE or (self.verdict is Verdict.MODIFY and not self.decision.changes)

    @property
    def hint(self) -> str:
        """What a person does next, with the signature's own key in it; empty where nothing is to do."""
        return fill(self.decision.rule.hint, {**self.decision.params, "key": self.desired.key})


class Target(NamedTuple):
    """The account that a plan was made for. ``endpoint`` is host or URL, ``sandbox`` whether it says it is one.

    ``believed`` where only the definitions say that it is this account: the vendor did not.
    """

    account: Account
    uin: str
    endpoint: str
    sandbox: bool = False
    believed: bool = False


class Plan(NamedTuple):
    """Every signature of a run in the order of the definitions, and the rows that no definition names.

    ``notes`` are facts about the run as a whole (an open intent, a listing that was refused) for people.
    """

    target: Target
    signatures: tuple[Planned, ...]
    unmanaged: tuple[LiveSignature, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    fingerprint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def writes(self) -> tuple[Planned, ...]:
        """The signatures that a write is planned for."""
        return tuple(planned for planned in self.signatures if planned.verdict in WRITES)

    @property
    def summary(self) -> dict[str, int]:
        """Number of signatures by verdict, every verdict named."""
        counts = Counter(planned.decision.verdict for planned in self.signatures)
        return {verdict.value: counts[verdict] for verdict in Verdict}


class Selection(NamedTuple):
    """What the person asked for: ``only`` these (empty: all), and ``resubmit`` these keys whatever the table says.

    ``only`` holds keys and patterns as in a shell, ``resubmit`` keys alone: sending again is asked for one by one.
    """

    only: frozenset[str] = frozenset()
    resubmit: frozenset[str] = frozenset()

    def takes(self, key: str) -> bool:
        """Return whether a signature is part of this run."""
        return not self.only or key in self.only or any(fnmatchcase(key, pattern) for pattern in self.only)


# Every signature, and none again.
EVERYTHING: Final = Selection()
