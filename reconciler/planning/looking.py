"""Looking at one thing, so that what is wrong with it is told and does not keep the others from being looked at."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.contract.codes import look_up
from reconciler.errors import ReconcilerError, VendorError
from reconciler.model.health import Finding, Health


def looked_at(subject: str, look: Callable[[], str]) -> Finding:
    """Return what ``look`` says, or the expected failure that it raises."""
    try:
        return Finding(subject, Health.OK, look())
    except ReconcilerError as error:
        return problem(subject, error)


def problem(subject: str, error: ReconcilerError) -> Finding:
    """Return a failure as a finding."""
    what, mend = error.message, error.hint
    if isinstance(error, VendorError):
        row = look_up(error.code)
        what = f"{row.meaning} ({error.code}{': ' + what if what else ''})"
        mend = mend or row.advice
    return Finding(subject, Health.PROBLEM, what, mend, error.exit_code)


def skipped(subject: str, why: str) -> Finding:
    """Return that a thing was not looked at."""
    return Finding(subject, Health.SKIPPED, why)
