"""A plan carried out: signature after signature, until all had their turn or no further one can."""

from __future__ import annotations

from contextlib import suppress

from reconciler.apply.attempt import attempt
from reconciler.apply.context import ApplyContext
from reconciler.apply.journal import Journal
from reconciler.apply.results import ends_run, record_trouble, stopped
from reconciler.errors import ErrorInfo, StateError, VendorError
from reconciler.model.plan import Plan, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result


def execute(plan: Plan, context: ApplyContext, ledger: Journal) -> ApplyReport:
    """Submit every signature that the plan says to modify, and return what became of each."""
    results: dict[int, Result] = {}
    trouble = _each_in_turn(plan, context, ledger, results)
    try:
        ledger.close()
    except StateError as error:
        trouble = trouble or record_trouble(error)
    if trouble is not None:
        _look_again(plan, context, results)
    return ApplyReport(plan, results, trouble)


def _each_in_turn(plan: Plan, context: ApplyContext, ledger: Journal, results: dict[int, Result]) -> ErrorInfo | None:
    operations = [planned for planned in plan.signatures if planned.verdict is Verdict.MODIFY]
    for number, planned in enumerate(operations, start=1):
        if number == len(operations):
            # The vendor's interval has to be waited for here anyway, and the last one is looked at after its own call.
            _look_again(plan, context, results)
        if context.stopped():
            return stopped().trouble
        context.observer.begins(planned, number, len(operations))
        try:
            result = attempt(context, ledger, planned)
        except StateError as error:
            return record_trouble(error)
        results[planned.desired.sign_id] = result
        context.observer.ended(planned, result)
        if ends_run(result):
            return result.trouble
    return None


def _look_again(plan: Plan, context: ApplyContext, results: dict[int, Result]) -> None:
    """Describe everything that was accepted once more, so that the report shows it as the vendor does now."""
    accepted = {sign_id for sign_id, result in results.items() if result.outcome is Outcome.ACCEPTED}
    asked = {
        planned.desired.sign_id: planned.desired.fields.international
        for planned in plan.signatures
        if planned.desired.sign_id in accepted
    }
    with suppress(VendorError):
        for sign_id, row in context.reader.rows(asked, everything=False).rows.items():
            results[sign_id] = results[sign_id]._replace(shown=row)
