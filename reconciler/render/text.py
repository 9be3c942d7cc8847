"""Plans, their outcome and the review state for people: a line per signature, below it why and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.model.plan import Change, Plan, Planned, Target, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result, SignatureStatus, StatusReport
from reconciler.model.signature import LiveSignature
from reconciler.render.layout import Style, aligned, in_words, value_document
from reconciler.text import escape_line, utc_time

_SIGNS: Final = {
    Verdict.MODIFY: "~",
    Verdict.IN_SYNC: "=",
    Verdict.WAITING: ".",
    Verdict.UNVERIFIED: "?",
    Verdict.STUCK: "!",
    Verdict.REFUSED: "x",
    Verdict.BLOCKED: "x",
    Verdict.OBSERVED: "o",
}

_COUNTED: Final = {
    Verdict.MODIFY: "to modify",
    Verdict.IN_SYNC: "in sync",
    Verdict.WAITING: "waiting for review",
    Verdict.UNVERIFIED: "unverified",
    Verdict.STUCK: "stuck",
    Verdict.REFUSED: "refused",
    Verdict.BLOCKED: "blocked",
    Verdict.OBSERVED: "observed",
}

_INDENT: Final = "      "


def plan_text(plan: Plan, paint: Style) -> str:
    """Return the whole plan, ending in its summary."""
    return "\n".join(
        [target_line(plan.target), "", *_signatures(plan, paint), *unmanaged_lines(plan.unmanaged), *_closing(plan)]
    )


def target_line(target: Target) -> str:
    """Return the line that says which account it is about, plainly where it is the sandbox."""
    place = f"account {escape_line(target.uin)}, site {target.account.site}, region {target.account.region}"
    return f"SANDBOX, not the vendor: {place}" if target.sandbox else place[0].upper() + place[1:]


def _signatures(plan: Plan, paint: Style) -> Iterator[str]:
    heads = aligned([_head(planned) for planned in plan.signatures])
    for planned, head in zip(plan.signatures, heads, strict=True):
        yield "  " + paint(head, planned.verdict)
        yield from (_INDENT + line for line in details(planned))


def _head(planned: Planned) -> Sequence[str]:
    desired = planned.desired
    name = escape_line(desired.fields.sign_name)
    return _SIGNS[planned.verdict], planned.verdict, desired.key, str(desired.sign_id), name, planned.decision.status


def details(planned: Planned) -> Iterator[str]:
    """Yield why, what changes, what the reviewer said, and what to do."""
    decision = planned.decision
    yield escape_line(decision.reason)
    if decision.changes:
        yield from changes(decision.changes)
    if planned.live is not None and planned.live.review_reply:
        yield f"reviewer: {escape_line(planned.live.review_reply)}"
    if planned.hint:
        yield escape_line(f"-> {planned.hint}")


def changes(changed: Sequence[Change]) -> list[str]:
    """Return one aligned line per change, old to new."""
    return aligned(
        [
            (change.field, f"{in_words(value_document(change.old))} -> {in_words(value_document(change.new))}")
            for change in changed
        ]
    )


def unmanaged_lines(rows: Sequence[LiveSignature]) -> Iterator[str]:
    """Yield the rows that no definition names, nothing where there are none."""
    if rows:
        yield ""
        yield "  Not in the definitions, left alone:"
        yield from (_INDENT + line for line in aligned([_row(row) for row in rows]))


def _row(row: LiveSignature) -> Sequence[str]:
    return str(row.sign_id), escape_line(row.sign_name), row.status


def _closing(plan: Plan) -> Iterator[str]:
    yield ""
    yield from (f"Note: {escape_line(note)}" for note in plan.notes)
    yield summary_line(plan)
    if any(planned.verdict is Verdict.MODIFY for planned in plan.signatures):
        yield f"Fingerprint: {plan.fingerprint}"


def summary_line(plan: Plan) -> str:
    """Return the counts by verdict, those to modify always named."""
    counts = plan.summary
    named = [f"{counts[verdict]} {words}" for verdict, words in _COUNTED.items() if counts[verdict]]
    if not counts[Verdict.MODIFY]:
        named.insert(0, "nothing to modify")
    return "Plan: " + ", ".join(named)


def report_text(report: ApplyReport, paint: Style) -> str:
    """Return the result of every planned write, and the counts."""
    return "\n".join([*_written(report, paint), *_early_end(report), _summary(report)])


def _planned_writes(report: ApplyReport) -> list[Planned]:
    return [planned for planned in report.plan.signatures if planned.verdict is Verdict.MODIFY]


def _written(report: ApplyReport, paint: Style) -> Iterator[str]:
    writes = _planned_writes(report)
    heads = aligned([_report_head(planned, report.result(planned)) for planned in writes])
    for planned, head in zip(writes, heads, strict=True):
        result = report.result(planned)
        yield "  " + paint(head, result.outcome)
        yield from (_INDENT + line for line in _result_details(result))


def _report_head(planned: Planned, result: Result) -> Sequence[str]:
    now = f"now {result.shown.status}" if result.shown is not None else ""
    request = f"request {escape_line(result.request_id)}" if result.request_id else ""
    return result.outcome, planned.desired.key, str(planned.desired.sign_id), now, request


def _result_details(result: Result) -> Iterator[str]:
    if result.in_place:
        yield "another run had already submitted the same"
    if result.trouble is not None:
        yield escape_line(f"{result.trouble.code}: {result.trouble.message}")
        if result.trouble.hint:
            yield f"-> {escape_line(result.trouble.hint)}"
    if result.outcome is Outcome.UNSETTLED:
        yield "-> it is not known yet whether it was sent; it is not sent again, the next run checks first"


def _early_end(report: ApplyReport) -> Iterator[str]:
    if report.trouble is not None:
        hint = f" - {escape_line(report.trouble.hint)}" if report.trouble.hint else ""
        yield f"Ended early: {escape_line(report.trouble.message)}{hint}"


def _summary(report: ApplyReport) -> str:
    counts = Counter(report.result(planned).outcome for planned in _planned_writes(report))
    named = [f"{counts[outcome]} {outcome.value.replace('-', ' ')}" for outcome in Outcome if counts[outcome]]
    return "Apply: " + (", ".join(named) if named else "nothing to do")


def status_text(report: StatusReport, paint: Style) -> str:
    """Return one line per signature, below it the reviewer's reply, and the counts."""
    return "\n".join(
        [
            target_line(report.target),
            "",
            *_lines(report, paint),
            *unmanaged_lines(report.unmanaged),
            "",
            _counts(report),
        ]
    )


def _lines(report: StatusReport, paint: Style) -> Iterator[str]:
    heads = aligned([_status_head(row) for row in report.signatures])
    for row, head in zip(report.signatures, heads, strict=True):
        yield "  " + paint(head, row.status)
        if row.live is not None and row.live.review_reply:
            yield f"{_INDENT}reviewer: {escape_line(row.live.review_reply)}"


def _status_head(row: SignatureStatus) -> Sequence[str]:
    desired, live = row.desired, row.live
    name = escape_line(live.sign_name if live is not None else desired.fields.sign_name)
    submitted = f"submitted {utc_time(live.create_time)}" if live is not None and live.create_time else ""
    return row.status, desired.key, str(desired.sign_id), name, submitted


def _counts(report: StatusReport) -> str:
    named = [f"{count} {status}" for status, count in report.summary.items() if count]
    return "Status: " + (", ".join(named) if named else "no signatures")
