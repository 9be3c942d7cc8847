"""Plain values to build examples from: one signature called Acme, and what the vendor and the record say of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from reconciler.contract.api import Status
from reconciler.decision.compare import DecisionTime
from reconciler.definitions.load import Definitions
from reconciler.diagnostics import Location
from reconciler.model.plan import Decision, Plan, Planned, RuleText, Target, Verdict
from reconciler.model.signature import Account, Image, LiveSignature, Signature, SignFields
from reconciler.model.state import Entry, Intent, IntentState, Submitted

NOW: Final = 1_700_000_000.0
MOMENT: Final = DecisionTime(NOW)
SIGN_ID: Final = 1110

APPROVED, PENDING, NOT_EFFECTIVE, REJECTED, UNDOCUMENTED = 0, 1, 2, -1, 7


def image(digit: str = "a", file: str = "evidence/license.png") -> Image:
    """Return an image whose digest is made of one digit."""
    return Image(digit * 64, file, 123_456, 760, 520, "PNG")


ACME: Final = SignFields(
    "Acme", "company", "business-license", False, "others", image("a"), image("b"), "Login codes", None
)
HIDDEN_EDIT: Final = ACME._replace(remark="Login and payment codes")
RENAMED: Final = ACME._replace(sign_name="Borealis")


def row(status_code: int = PENDING, **differing: Any) -> LiveSignature:
    """Return the row of the signature, created a day ago."""
    return LiveSignature(SIGN_ID, False, status_code, "Acme", "", int(NOW) - 86400)._replace(**differing)


def submitted(fields: SignFields = ACME, ago: float = 7200.0, **differing: Any) -> Submitted:
    """Return a submission that the vendor accepted and showed as pending right after."""
    own = Submitted(fields, NOW - ago, "request-1", None, shown=row(sign_name=fields.sign_name), before=row(REJECTED))
    return own._replace(**differing)


def known(fields: SignFields = ACME, **differing: Any) -> Entry:
    """Return the entry of a signature that was submitted."""
    return Entry(1, submitted(fields, epoch=1, run="run-0", **differing))


def intent(
    fields: SignFields, before: LiveSignature, ago: float = 60.0, run: str = "run-1", **differing: Any
) -> Intent:
    """Return a call that was about to be made some seconds ago, and cannot be under way any more."""
    at = NOW - ago
    made = Intent(fields, before, at, run, epoch=2, looked_at=at, tolerance=2.0, window=26.0, status=IntentState.LAPSED)
    return made._replace(**differing)


def doubted(*intents: Intent, own: Submitted | None = None) -> Entry:
    """Return the entry of a signature of which nobody knows what became of these calls."""
    return Entry(max(known.epoch for known in intents), own, intents)


def desired(fields: SignFields = ACME, key: str = "acme-otp", sign_id: int = SIGN_ID) -> Signature:
    """Return a definition."""
    return Signature(key, sign_id, fields, Location("signatures.yaml", 12, 3))


TARGET: Final = Target(Account("international", "ap-singapore"), "100000000001", "sms.tencentcloudapi.com")


def planned(
    verdict: Verdict = Verdict.MODIFY, live: LiveSignature | None = None, key: str = "acme-otp", sign_id: int = 1110
) -> Planned:
    """Return a signature of a plan with a verdict."""
    status = live.status if live is not None else Status.MISSING
    return Planned(desired(key=key, sign_id=sign_id), live, Decision(because(verdict), status))


def because(verdict: Verdict, hint: str = "", reason: str = "because") -> RuleText:
    """Return a rule that the table does not have."""
    return RuleText("of-a-test", "9", "any row", "any", verdict, reason, hint)


def plan(signatures: Iterable[Planned] = (), **more: Any) -> Plan:
    """Return a plan of these signatures."""
    return Plan(TARGET, tuple(signatures), fingerprint="sha256:" + "0" * 64, **more)


def defined(*signatures: Signature) -> Definitions:
    """Return valid definitions of these signatures."""
    return Definitions(Path("/repository"), (), TARGET.account, None, signatures, ())
