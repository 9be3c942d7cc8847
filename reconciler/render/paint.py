"""Colour for a terminal, and none elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from reconciler.contract.status import Status
from reconciler.model.health import Health
from reconciler.model.plan import Verdict
from reconciler.model.report import Outcome
from reconciler.model.source import Severity

Painter = Callable[[str, object], str]
"""Paints a text in the colour that belongs to a verdict, an outcome or a severity."""

_CODES: Final[Mapping[object, str]] = {
    Verdict.MODIFY: "33",
    Verdict.IN_SYNC: "32",
    Verdict.WAITING: "36",
    Verdict.UNVERIFIED: "35",
    Verdict.STUCK: "31",
    Verdict.REFUSED: "31;1",
    Verdict.BLOCKED: "31;1",
    Outcome.ACCEPTED: "32",
    Outcome.REFUSED: "31;1",
    Outcome.FAILED: "31",
    Outcome.UNSETTLED: "35",
    Outcome.NOT_ATTEMPTED: "2",
    Status.APPROVED: "32",
    Status.APPROVED_NOT_EFFECTIVE: "32",
    Status.PENDING: "36",
    Status.REJECTED: "31",
    Status.UNKNOWN: "31;1",
    Status.MISSING: "31;1",
    Severity.ERROR: "31",
    Severity.WARNING: "33",
    Health.OK: "32",
    Health.PROBLEM: "31",
    Health.SKIPPED: "2",
}


def coloured(text: str, meaning: object) -> str:
    """Return text in the colour of its meaning."""
    code = _CODES.get(meaning)
    return f"\x1b[{code}m{text}\x1b[0m" if code else text


def plain(text: str, _meaning: object) -> str:
    """Return text as it is."""
    return text
