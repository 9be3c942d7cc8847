"""A plan, and what became of it, as the JSON document that ``schemas/plan.schema.json`` describes."""

from __future__ import annotations

from typing import Final

from reconciler.model.live import Row
from reconciler.model.plan import Change, Plan, Planned, Target
from reconciler.model.report import Report, Result, Trouble
from reconciler.render.clean import to_json
from reconciler.render.diagnostics import diagnostics_data
from reconciler.render.values import as_data

VERSION: Final = 1


def plan_json(plan: Plan) -> str:
    """Return the document of a plan."""
    return to_json(plan_data(plan))


def report_json(report: Report) -> str:
    """Return the document of an apply: that of the plan, with an outcome for each signature."""
    document = plan_data(report.plan)
    document["signatures"] = [
        _signature(planned) | _outcome(report.result(planned)) for planned in report.plan.signatures
    ]
    document["error"] = _trouble(report.trouble)
    return to_json(document)


def plan_data(plan: Plan) -> dict[str, object]:
    """Return a plan as plain data."""
    return {
        "version": VERSION,
        "account": account_data(plan.target),
        "fingerprint": plan.fingerprint,
        "summary": plan.summary,
        "signatures": [_signature(planned) for planned in plan.signatures],
        "unmanaged": [unmanaged_data(row) for row in plan.unmanaged],
        "diagnostics": diagnostics_data(plan.diagnostics),
        "notes": list(plan.notes),
    }


def account_data(target: Target) -> dict[str, object]:
    """Return the account as plain data."""
    return {
        "site": target.account.site,
        "region": target.account.region,
        "uin": target.uin,
        "endpoint": target.endpoint,
        "sandbox": target.sandbox,
    }


def _signature(planned: Planned) -> dict[str, object]:
    decision, live = planned.decision, planned.live
    return {
        "key": planned.desired.key,
        "sign_id": planned.desired.sign_id,
        "sign_name": planned.desired.fields.sign_name,
        "verdict": decision.verdict.value,
        "reason": decision.reason,
        "advice": planned.advice,
        "status": decision.status.value,
        "compared": decision.compared.value,
        "changes": [_change(change) for change in decision.changes],
        "drift": list(decision.drift),
        "location": planned.desired.location._asdict(),
        "review_reply": live.review_reply if live is not None else "",
    }


def _change(change: Change) -> dict[str, object]:
    return {"field": change.field, "old": as_data(change.old), "new": as_data(change.new)}


def unmanaged_data(row: Row) -> dict[str, object]:
    """Return a row that no definition names as plain data."""
    return {"sign_id": row.sign_id, "sign_name": row.sign_name, "status": row.status.value}


def _outcome(result: Result) -> dict[str, object]:
    return {
        "outcome": result.outcome.value,
        "in_place": result.in_place,
        "request_id": result.request_id,
        "error": _trouble(result.trouble),
        "status_after": result.shown.status.value if result.shown is not None else None,
    }


def _trouble(trouble: Trouble | None) -> dict[str, str] | None:
    return {"code": trouble.code, "message": trouble.message, "hint": trouble.hint} if trouble is not None else None


def error_json(code: int, message: str, hint: str) -> str:
    """Return the document of a command that ended before it had a plan."""
    return to_json({"version": VERSION, "error": {"code": code, "message": message, "hint": hint}})
