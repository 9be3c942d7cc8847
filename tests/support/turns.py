"""One signature's turn in a faked run, and vendors that answer in a certain way."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.apply.attempt import Attempt
from reconciler.cli.exit_codes import report_exit
from reconciler.errors import VendorError
from reconciler.model.plan import Plan
from reconciler.model.report import ApplyReport, Result
from reconciler.model.signature import SignFields
from reconciler.model.state import Entry
from tests.support.fake_run import EMPTY, Run
from tests.support.values import (
    RENAMED,
    SIGN_ID,
    desired,
    known,
)

KNOWN = EMPTY._replace(entries={SIGN_ID: known()})


def failing(code: str, request_id: str | None = "request-9") -> Callable[[], str]:
    def fail() -> str:
        raise VendorError("words of the vendor", code=code, request_id=request_id)

    return fail


def taken_but(run: Run, code: str, fields: SignFields = RENAMED) -> Callable[[], str]:
    def lose() -> str:
        run.vendor.take(SIGN_ID, fields)
        return failing(code, None)()

    return lose


def slow_pace(run: Run) -> None:
    """Let the next write wait for over five seconds, as after four limit errors."""
    for _ in range(4):
        run.context.pace.slow_down()


def arrive(run: Run) -> None:
    run.vendor.take(SIGN_ID, RENAMED)


class Turn:
    """One signature's turn in a run, planned first; what happens in between is up to the test."""

    def __init__(self, run: Run, fields: SignFields = RENAMED) -> None:
        self.run = run
        self.plan: Plan = run.plan(desired(fields))
        self.journal = run.journal()

    def take(self) -> Result:
        self.result = Attempt(self.run.context, self.run.watch, self.journal, self.plan.signatures[0]).take()
        return self.result

    @property
    def exit(self) -> int:
        return report_exit(ApplyReport(self.plan, {SIGN_ID: self.result}))

    @property
    def entry(self) -> Entry:
        return self.run.store.state.entry(SIGN_ID)
