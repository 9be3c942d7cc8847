"""One line for each step in the record's history: what was about to be sent, and how it ended."""

from __future__ import annotations

from reconciler.model.plan import Planned
from reconciler.model.report import Result


def intended(planned: Planned) -> str:
    """Return the line for an intent: which signature, and which fields differ."""
    fields = ", ".join(change.field for change in planned.decision.changes) or "as defined"
    return f"intend {planned.desired.key} ({planned.desired.sign_id}): {fields}"


def withdrawn(planned: Planned) -> str:
    """Return the line for an intent whose call was not made, since the intent could not be renewed."""
    return f"withdraw {planned.desired.key} ({planned.desired.sign_id})"


def ended(planned: Planned, result: Result) -> str:
    """Return the line for an outcome, with the request id that the vendor's support asks for."""
    code = f" {result.trouble.code}" if result.trouble else ""
    request = f" request {result.request_id}" if result.request_id else ""
    return f"{result.outcome} {planned.desired.key} ({planned.desired.sign_id}){code}{request}"
