"""What a run reports: results of an apply, the review state of signatures, what ``doctor`` found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from reconciler.contract.api import Status
from reconciler.errors import ErrorInfo, Exit
from reconciler.model.plan import Plan, Planned, Target, Verdict
from reconciler.model.signature import LiveSignature, Signature


class Outcome(StrEnum):
    """How a signature came out of an apply."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    UNSETTLED = "unsettled"
    NOT_ATTEMPTED = "not-attempted"


class Result(NamedTuple):
    """The outcome for one signature, and the row that the vendor showed last.

    ``in_place`` where nothing was sent because another run had submitted the same in the meantime.
    """

    outcome: Outcome
    request_id: str | None = None
    trouble: ErrorInfo | None = None
    shown: LiveSignature | None = None
    in_place: bool = False


class ApplyReport(NamedTuple):
    """A plan with its results by ``sign_id``; ``trouble`` ended the run early or kept its record from being stored."""

    plan: Plan
    results: Mapping[int, Result]
    trouble: ErrorInfo | None = None

    def result(self, planned: Planned) -> Result:
        """Return a signature's result; one that no write was planned for came out as its verdict says."""
        refused = planned.verdict is Verdict.REFUSED
        default = Result(Outcome.REFUSED if refused else Outcome.NOT_ATTEMPTED)
        return self.results.get(planned.desired.sign_id, default)


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


class SignatureStatus(NamedTuple):
    """One signature of the definitions and its row, ``None`` where the account has none."""

    desired: Signature
    live: LiveSignature | None

    @property
    def status(self) -> Status:
        """The review state; ``missing`` without a row, or with the row of another signature."""
        if self.live is None or self.live.international != self.desired.fields.international:
            return Status.MISSING
        return self.live.status


class StatusReport(NamedTuple):
    """The review state of a run's signatures in the order of the definitions, and the rows that none names."""

    target: Target
    signatures: tuple[SignatureStatus, ...]
    unmanaged: tuple[LiveSignature, ...] = ()

    @property
    def summary(self) -> dict[str, int]:
        """Number of signatures by status, every status named."""
        counts = Counter(reviewed.status for reviewed in self.signatures)
        return {status.value: counts[status] for status in Status}
