from __future__ import annotations

from reconciler.apply import results
from reconciler.errors import ErrorInfo
from reconciler.model.plan import Change
from reconciler.model.report import Outcome, Result
from tests.fixtures.values import planned, row


def test_the_history_tells_which_signature_and_which_fields() -> None:
    made = planned(live=row())
    changed = made._replace(decision=made.decision._replace(changes=(Change("remark", "", "x"),)))
    assert results.intended(changed) == "intend acme-otp (1110): remark"
    assert results.intended(made) == "intend acme-otp (1110): as defined"
    assert results.withdrawn(made) == "withdraw acme-otp (1110)"


def test_the_history_tells_the_outcome_with_code_and_request() -> None:
    made = planned(live=row())
    assert results.ended(made, Result(Outcome.ACCEPTED, "request-1")) == "accepted acme-otp (1110) request request-1"
    failed = Result(Outcome.FAILED, None, ErrorInfo("InternalError", "words", "mend"))
    assert results.ended(made, failed) == "failed acme-otp (1110) InternalError"
