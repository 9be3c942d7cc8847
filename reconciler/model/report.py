"""What a run reports: results of an apply, the review state of signatures, what ``doctor`` found."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from reconciler.contract.api import APPROVED, Status
from reconciler.errors import ErrorInfo, Exit, said
from reconciler.model.plan import Plan, Planned, Target, Verdict
from reconciler.model.signature import LiveSignature, Signature
from reconciler.model.state import Submitted


class Outcome(StrEnum):
    """How a signature came out of an apply."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    UNSETTLED = "unsettled"
    NOT_ATTEMPTED = "not-attempted"


class Result(NamedTuple):
    """The outcome for one signature, and the row that the vendor showed last.

    ``in_place`` where nothing was sent because another run had submitted the same in the meantime. ``sign_id`` is the
    id that a signature got which was created.
    """

    outcome: Outcome
    request_id: str | None = None
    error: ErrorInfo | None = None
    shown: LiveSignature | None = None
    in_place: bool = False
    sign_id: int | None = None


class ApplyReport(NamedTuple):
    """A plan with its results by key; ``error`` ended the run early or kept its record from being stored."""

    plan: Plan
    results: Mapping[str, Result]
    error: ErrorInfo | None = None

    def result(self, planned: Planned) -> Result:
        """Return a signature's result; one that no write was planned for came out as its verdict says."""
        refused = planned.verdict is Verdict.REFUSED
        default = Result(Outcome.REFUSED if refused else Outcome.NOT_ATTEMPTED)
        return self.results.get(planned.desired.key, default)


class Observer(Protocol):
    """Receives the progress of an apply."""

    def waiting(self, seconds: float, holder: str) -> None:
        """Hear that another run holds the record; ``seconds`` are left if it does not move.

        ``holder`` says who it is, since when, and where the record is.
        """

    def begins(self, planned: Planned, number: int, total: int) -> None:
        """Hear that a signature's turn has come."""

    def ended(self, planned: Planned, result: Result) -> None:
        """Hear that a signature has its result."""


class CheckResult(StrEnum):
    """Whether a thing is as it must be; ``skipped`` where something else must be corrected before it can be seen."""

    OK = "ok"
    PROBLEM = "problem"
    SKIPPED = "skipped"


class Finding(NamedTuple):
    """One thing that ``doctor`` checked: ``what`` would be used, or is wrong, and ``hint`` says what to do."""

    subject: str
    result: CheckResult
    what: str
    hint: str = ""
    exit_code: Exit = Exit.DONE


class Wait(StrEnum):
    """What a signature waits for: the vendor's review, or the carriers' filing of a mainland signature."""

    REVIEW = "review"
    FILING = "filing"


class Attention(StrEnum):
    """Why a person has to look at a signature."""

    REJECTED = "rejected"
    MISSING = "missing"
    UNKNOWN = "unknown"
    QUALIFICATION = "qualification"
    UNSETTLED = "unsettled"
    DRIFTED = "drifted"


# Seconds after which a review is pointed out: normally it takes hours, and the longest holiday is of about nine days.
REVIEW_S: Final = 14 * 86_400

# Seconds that a carrier filing normally takes at most: 10 working days (announcement 382/112640).
FILING_S: Final = 14 * 86_400


_NOT_CREATED: Final = "not created yet: `reconciler apply` adds it"


class SignatureStatus(NamedTuple):
    """One signature of the definitions and its row, ``None`` where the account has none.

    ``submitted`` is the last submission that the record knows, ``unsettled`` whether one more was perhaps made; ``now``
    is unix seconds. ``creation`` is what a plan says of one that has no id yet.
    """

    desired: Signature
    live: LiveSignature | None
    submitted: Submitted | None = None
    unsettled: bool = False
    site: str = "international"
    now: float = 0.0
    creation: Planned | None = None

    @property
    def status(self) -> Status:
        """The review state; ``missing`` without a row, or with the row of another signature."""
        if self.live is None or self.live.international != self.desired.fields.international:
            return Status.MISSING
        return self.live.status

    @property
    def wait(self) -> Wait | None:
        """What it waits for. A mainland -1 without a reply may be a filing that is not done (SDK 3.0.1482)."""
        live = self.live
        if self.status is Status.PENDING:
            return Wait.REVIEW
        if live is None or self.status is not Status.REJECTED or self.site != "china" or live.international:
            return None
        recent = not live.create_time or self.now - live.create_time < FILING_S
        return Wait.FILING if recent and not live.review_reply else None

    @property
    def detail(self) -> str:
        """Why one that has no id yet is missing; empty for every other."""
        if self.creation is None:
            return ""
        return said(_NOT_CREATED) if self._is_to_be_created else self.creation.decision.reason

    @property
    def _is_to_be_created(self) -> bool:
        return self.creation is not None and self.creation.verdict is Verdict.CREATE and not self.unsettled

    @property
    def is_overdue(self) -> bool:
        """Whether its review takes longer than holidays explain."""
        created = self.live.create_time if self.live is not None else 0
        return self.wait is Wait.REVIEW and bool(created) and self.now - created > REVIEW_S

    @property
    def drift(self) -> tuple[str, ...]:
        """Fields of an observed signature that the account shows otherwise; of others a plan says what differs."""
        live, desired = self.live, self.desired
        if live is None or not desired.observed or live.international != desired.fields.international:
            return ()
        return ("sign_name",) if live.sign_name != desired.fields.sign_name else ()

    @property
    def attention(self) -> Attention | None:
        """Why a person has to look at it, ``None`` where nobody has to: an apply is all that a new one needs."""
        if self._is_to_be_created:
            return None
        if self.status in {Status.MISSING, Status.UNKNOWN}:
            return Attention(self.status.value)
        if self.status is Status.REJECTED and self.wait is None:
            return Attention.REJECTED
        if self.live is not None and self.live.qualification_problem is not None:
            return Attention.QUALIFICATION
        if self.unsettled:
            return Attention.UNSETTLED
        return Attention.DRIFTED if self.drift else None


class StatusReport(NamedTuple):
    """The review state of a run's signatures in the order of the definitions, and the rows that none names.

    ``unread`` is why no record was read, and ``exit_code`` what that leaves the command with.
    """

    target: Target
    signatures: tuple[SignatureStatus, ...]
    unmanaged: tuple[LiveSignature, ...] = ()
    unread: ErrorInfo | None = None
    exit_code: Exit = Exit.DONE

    @property
    def summary(self) -> dict[str, int]:
        """Number of signatures by status, every status named."""
        counts = Counter(reviewed.status for reviewed in self.signatures)
        return {status.value: counts[status] for status in Status}

    @property
    def is_healthy(self) -> bool:
        """Whether nobody has to look at anything."""
        return all(reviewed.attention is None for reviewed in self.signatures)

    @property
    def is_decided(self) -> bool:
        """Whether no signature waits for anything."""
        return all(reviewed.wait is None for reviewed in self.signatures)

    @property
    def is_approved(self) -> bool:
        """Whether every signature is approved, effective or not yet."""
        return all(reviewed.status in APPROVED for reviewed in self.signatures)
