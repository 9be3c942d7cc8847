"""The model as the documents of ``--format json``, and their text. The names in published JSON are given here alone."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from reconciler.diagnostics import Diagnostic, Location
from reconciler.errors import ErrorInfo
from reconciler.model.plan import Change, Plan, Planned, Target
from reconciler.model.report import ApplyReport, CheckResult, Finding, Result, SignatureStatus, StatusReport
from reconciler.model.signature import LiveSignature, SignFields
from reconciler.model.state import Submitted
from reconciler.render.document import (
    AccountDocument,
    ChangeDocument,
    DefinitionDocument,
    DiagnosticDocument,
    DoctorDocument,
    ErrorDocument,
    FailureDocument,
    LiveDocument,
    LocationDocument,
    Param,
    PlanDocument,
    QualificationDocument,
    SignatureDocument,
    StatusDocument,
    StatusRowDocument,
    SubmittedDocument,
    UnmanagedDocument,
    ValidationDocument,
)
from reconciler.render.layout import image_document, value_document
from reconciler.schemas import schema
from reconciler.text import escaped

VERSION: Final = 1

# Controls, direction and invisible characters, halves of characters, which no output can encode, and `##[`.
_UNSAFE_IN_JSON: Final = (
    "(?<=##)\\[|[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def plan_document(plan: Plan) -> PlanDocument:
    """Return the document of a plan."""
    return {
        "version": VERSION,
        "account": _account(plan.target),
        "fingerprint": plan.fingerprint,
        "summary": plan.summary,
        "signatures": [_signature(planned) for planned in plan.signatures],
        "unmanaged": [_unmanaged(row) for row in plan.unmanaged],
        "diagnostics": [problem_document(problem) for problem in plan.diagnostics],
        "notes": list(plan.notes),
    }


def report_document(report: ApplyReport) -> PlanDocument:
    """Return the document of an apply: that of the plan, with an outcome for each signature."""
    document = plan_document(report.plan)
    for signature, planned in zip(document["signatures"], report.plan.signatures, strict=True):
        _add_outcome(signature, report.result(planned))
    document["error"] = _error(report.error)
    return document


def status_document(report: StatusReport) -> StatusDocument:
    """Return the document of a status."""
    return {
        "version": VERSION,
        "account": _account(report.target),
        "summary": report.summary,
        "signatures": [_status_row(reviewed) for reviewed in report.signatures],
        "unmanaged": [_unmanaged(row) for row in report.unmanaged],
        "error": _error(report.unread),
    }


def validation_document(problems: Sequence[Diagnostic], *, valid: bool) -> ValidationDocument:
    """Return the document of a validation."""
    return {"version": VERSION, "valid": valid, "diagnostics": [problem_document(problem) for problem in problems]}


def failure_document(code: int, message: str, hint: str, error_code: str = "") -> FailureDocument:
    """Return the document of a command that ended before it had a result. ``code`` is the exit code."""
    error: ErrorDocument = {"code": code, "message": message, "hint": hint}
    if error_code:
        error["error_code"] = error_code
    return {"version": VERSION, "error": error}


def doctor_document(findings: Sequence[Finding]) -> DoctorDocument:
    """Return the document of what ``doctor`` found. Its schema names what a finding holds, in this order."""
    names = schema("doctor")["properties"]["findings"]["items"]["required"]
    return {
        "version": VERSION,
        "healthy": all(finding.result is not CheckResult.PROBLEM for finding in findings),
        "findings": [
            dict(zip(names, (found.subject, found.result.value, found.what, found.hint), strict=True))
            for found in findings
        ],
    }


def _account(target: Target) -> AccountDocument:
    return {
        "site": target.account.site,
        "region": target.account.region,
        "uin": target.uin,
        "endpoint": target.endpoint,
        "sandbox": target.sandbox,
    }


def _signature(planned: Planned) -> SignatureDocument:
    decision, live = planned.decision, planned.live
    return {
        "key": planned.desired.key,
        "sign_id": planned.desired.sign_id or None,
        "sign_name": planned.desired.fields.sign_name,
        "verdict": decision.verdict.value,
        "reason": decision.reason,
        "advice": planned.hint,
        "status": decision.status.value,
        "compared": decision.compared.value,
        "changes": [_change(change) for change in decision.changes],
        "drift": list(decision.drift),
        "location": _location(planned.desired.location),
        "review_reply": live.review_reply if live is not None else "",
        "rule": decision.rule.code,
        "params": {name: _param(value) for name, value in decision.params.items()},
        "before": _live(live) if live is not None else None,
        "after": None if planned.desired.observed else _definition(planned.desired.fields),
    }


def _param(value: object) -> Param:
    match value:
        case None | bool() | int():
            return value
        case tuple() | list():
            return [str(item) for item in value]
        case _:
            return str(value)


def _live(row: LiveSignature) -> LiveDocument:
    return {
        "sign_id": row.sign_id,
        "sign_name": row.sign_name,
        "international": row.international,
        "status": row.status.value,
        "status_code": row.status_code,
        "review_reply": row.review_reply,
        "create_time": row.create_time,
        "qualification_id": row.qualification_id,
        "qualification_name": row.qualification_name,
        "qualification_status_code": row.qualification_status_code,
    }


def _definition(fields: SignFields) -> DefinitionDocument:
    commission = fields.commission_image
    return {
        "sign_name": fields.sign_name,
        "sign_type": fields.sign_type,
        "document_type": fields.document_type,
        "international": fields.international,
        "sign_purpose": fields.sign_purpose,
        "proof_image": image_document(fields.proof_image),
        "commission_image": image_document(commission) if commission is not None else None,
        "remark": fields.remark,
        "qualification_id": fields.qualification_id,
    }


def _add_outcome(signature: SignatureDocument, result: Result) -> None:
    signature["outcome"] = result.outcome.value
    signature["sign_id"] = result.sign_id or signature["sign_id"]
    signature["in_place"] = result.in_place
    signature["request_id"] = result.request_id
    signature["error"] = _error(result.error)
    signature["status_after"] = result.shown.status.value if result.shown is not None else None


def _change(change: Change) -> ChangeDocument:
    return {"field": change.field, "old": value_document(change.old), "new": value_document(change.new)}


def _unmanaged(row: LiveSignature) -> UnmanagedDocument:
    return {
        "sign_id": row.sign_id,
        "sign_name": row.sign_name,
        "status": row.status.value,
        "international": row.international,
        "review_reply": row.review_reply,
        "create_time": row.create_time,
    }


def _status_row(reviewed: SignatureStatus) -> StatusRowDocument:
    desired, live = reviewed.desired, reviewed.live
    return {
        "key": desired.key,
        "sign_id": desired.sign_id or None,
        "sign_name": live.sign_name if live is not None else desired.fields.sign_name,
        "status": reviewed.status.value,
        "status_code": live.status_code if live is not None else None,
        "review_reply": live.review_reply if live is not None else "",
        "create_time": live.create_time if live is not None else None,
        "location": _location(desired.location),
        "observed": desired.observed,
        "wait": reviewed.wait.value if reviewed.wait is not None else None,
        "detail": reviewed.detail or None,
        "needs": reviewed.attention.value if reviewed.attention is not None else None,
        "drift": list(reviewed.drift),
        "overdue": reviewed.is_overdue,
        "qualification": _qualification(live),
        "submitted": _submitted(reviewed.submitted),
    }


def _qualification(live: LiveSignature | None) -> QualificationDocument | None:
    if live is None or not live.qualification_id:
        return None
    return {
        "id": live.qualification_id,
        "name": live.qualification_name,
        "status_code": live.qualification_status_code,
        "problem": live.qualification_problem,
    }


def _submitted(own: Submitted | None) -> SubmittedDocument | None:
    if own is None:
        return None
    return {
        "at": int(own.at),
        "by": own.by,
        "commit": own.commit,
        "uncommitted": own.uncommitted,
        "request_id": own.request_id,
        "adopted": own.adopted,
    }


def problem_document(problem: Diagnostic) -> DiagnosticDocument:
    """Return the document of one problem."""
    return {
        "file": problem.location.file,
        "line": problem.location.line,
        "column": problem.location.column,
        "severity": problem.severity.value,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
    }


def _location(location: Location) -> LocationDocument:
    return {"file": location.file, "line": location.line, "column": location.column}


def _error(error: ErrorInfo | None) -> ErrorDocument | None:
    return {"code": error.code, "message": error.message, "hint": error.hint} if error is not None else None


def to_json(document: object) -> str:
    """Return a JSON document in which text stays readable and nothing can steer a terminal."""
    return _harmless(json.dumps(document, ensure_ascii=False, indent=2))


def to_json_line(document: object) -> str:
    """Return a JSON document as ``to_json`` does, on one line."""
    return _harmless(json.dumps(document, ensure_ascii=False))


def _harmless(text: str) -> str:
    # Hardly any document holds such a character, and to look for each of them takes as long as to write the document.
    if "##[" not in text and text.replace("\n", "").isprintable():
        return text
    return re.sub(_UNSAFE_IN_JSON, lambda found: escaped(found[0]), text)
