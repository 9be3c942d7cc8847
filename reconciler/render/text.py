"""Plans, their outcome and the review state for people: a line per signature, below it why and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from reconciler.model.plan import READING_ORDER, Change, Plan, Planned, Target, Verdict
from reconciler.model.report import ApplyReport, Outcome, Result
from reconciler.model.signature import FIELD_NAMES, LiveSignature, SignFields, id_edit
from reconciler.render.document import Value
from reconciler.render.layout import Style, aligned, fitted, in_words, padded, plain, value_document, widest
from reconciler.text import escape_line, local, named, say

SIGNS: Final = {
    Verdict.MODIFY: "~",
    Verdict.CREATE: "+",
    Verdict.IN_SYNC: "=",
    Verdict.WAITING: ".",
    Verdict.UNVERIFIED: "?",
    Verdict.STUCK: "!",
    Verdict.REFUSED: "x",
    Verdict.BLOCKED: "x",
    Verdict.OBSERVED: "o",
}

_COUNTED: Final = {
    Verdict.MODIFY: "{count} to modify",
    Verdict.CREATE: "{count} to create",
    Verdict.IN_SYNC: "{count} in sync",
    Verdict.WAITING: "{count} waiting for review",
    Verdict.UNVERIFIED: "{count} unverified",
    Verdict.STUCK: "{count} stuck",
    Verdict.REFUSED: "{count} refused",
    Verdict.BLOCKED: "{count} blocked",
    Verdict.OBSERVED: "{count} observed",
}
_OUTCOMES: Final = {
    Outcome.ACCEPTED: "{count} accepted",
    Outcome.REFUSED: "{count} refused",
    Outcome.FAILED: "{count} failed",
    Outcome.UNSETTLED: "{count} unsettled",
    Outcome.NOT_ATTEMPTED: "{count} not attempted",
}
_ACCOUNT: Final = "Account {uin}, site {site}, region {region}"
_SANDBOX: Final = "SANDBOX, not the vendor: account {uin}, site {site}, region {region}"

_INDENT: Final = "      "

# Signatures that need nothing, shown on a line each before the rest becomes a count.
QUIET_LINES: Final = 20

_QUIET: Final = frozenset({Verdict.IN_SYNC, Verdict.WAITING, Verdict.OBSERVED})


def plan_text(plan: Plan, style: Style, *, columns: int | None = None, everything: bool = False) -> str:
    """Return the whole plan, ending in its summary: what needs a person first, what needs nothing last.

    What needs nothing is cut to a page without ``everything``. Lines are wrapped to ``columns`` cells where given.
    """
    rows = plan.unmanaged if everything else plan.unmanaged[:QUIET_LINES]
    lines = [target_line(plan.target), "", *_signatures(plan, style, everything=everything), *unmanaged_lines(rows)]
    if len(rows) < len(plan.unmanaged):
        lines.append(_INDENT + say("and {count} more; --all shows them", count=len(plan.unmanaged) - len(rows)))
    lines += _closing(plan)
    return fitted("\n".join(lines), columns)


def target_line(target: Target) -> str:
    """Return the line that says which account it is about, plainly where it is the sandbox."""
    return account_line(target.uin, target.account.site, target.account.region, sandbox=target.sandbox)


def account_line(uin: str, site: str, region: str, *, sandbox: bool) -> str:
    """Return what account a plan is for, in words."""
    words = _SANDBOX if sandbox else _ACCOUNT
    return say(words, uin=escape_line(uin), site=escape_line(site), region=escape_line(region))


def loud_lines(plan: Plan, style: Style) -> Iterator[str]:
    """Yield in full what an apply would do and what needs a person; nothing of the signatures that need nothing."""
    loud, _ = _parted(plan)
    for planned, head in zip(loud, aligned([_head(planned) for planned in loud]), strict=True):
        yield "  " + style(head, planned.verdict)
        yield from (_INDENT + line for line in details(planned, style))


def _parted(plan: Plan) -> tuple[list[Planned], list[Planned]]:
    """Return the signatures that need something, in reading order, and those that need nothing."""
    loud: list[Planned] = []
    quiet: list[Planned] = []
    for planned in plan.signatures:
        (quiet if _is_quiet(planned) else loud).append(planned)
    return sorted(loud, key=lambda planned: READING_ORDER.index(planned.verdict)), quiet


def _signatures(plan: Plan, style: Style, *, everything: bool) -> Iterator[str]:
    loud, quiet = _parted(plan)
    shown = len(quiet) if everything else QUIET_LINES
    heads = iter(aligned([_head(planned) for planned in (*loud, *quiet[:shown])]))
    for planned in loud:
        yield "  " + style(next(heads), planned.verdict)
        yield from (_INDENT + line for line in details(planned, style))
    for planned in quiet[:shown]:
        yield "  " + style(next(heads), planned.verdict)
        yield from (_INDENT + line for line in details(planned, style) if everything)
    if len(quiet) > shown:
        yield "  " + say("and {count} more that need nothing; --all shows them", count=len(quiet) - shown)


def _is_quiet(planned: Planned) -> bool:
    """Return whether a signature needs nothing, and its verdict says all that there is to know."""
    decision = planned.decision
    if decision.verdict not in _QUIET or decision.drift or decision.rule.hint:
        return False
    return planned.live is None or not planned.live.review_reply


def _head(planned: Planned) -> Sequence[str]:
    desired = planned.desired
    name = escape_line(desired.fields.sign_name)
    verdict, status = named("verdict", planned.verdict), named("status", planned.decision.status)
    return SIGNS[planned.verdict], verdict, desired.key, desired.id_text, name, status


def details(planned: Planned, style: Style = plain) -> Iterator[str]:
    """Yield why, what changes, what the reviewer said, and what to do."""
    decision = planned.decision
    yield escape_line(local(decision.reason))
    if planned.is_whole:
        yield from field_lines(planned.desired.fields)
    elif decision.changes:
        yield from changes(decision.changes, style)
    if planned.live is not None and planned.live.review_reply:
        yield say("reviewer: {reply}", reply=escape_line(planned.live.review_reply))
    if planned.hint:
        yield escape_line(f"-> {local(planned.hint)}")


def changes(changed: Sequence[Change], style: Style = plain) -> list[str]:
    """Return one aligned line per change, old to new."""
    return change_lines(
        [(change.field, value_document(change.old), value_document(change.new)) for change in changed], style
    )


def change_lines(changed: Sequence[tuple[str, Value, Value]], style: Style = plain) -> list[str]:
    """Return what ``changes`` does, of values as documents hold them."""
    names = aligned([(escape_line(field),) for field, _, _ in changed])
    size = widest(names)
    return [
        f"{padded(name, size)}  {style(in_words(old), Outcome.FAILED)} -> {style(in_words(new), Outcome.ACCEPTED)}"
        for name, (_, old, new) in zip(names, changed, strict=True)
    ]


def whole(values: Sequence[tuple[str, Value]]) -> list[str]:
    """Return every field that would be sent, where nothing is known to differ."""
    return aligned([(escape_line(name), in_words(value)) for name, value in values if value not in (None, "")])


def field_lines(fields: SignFields) -> list[str]:
    """Return one aligned line per field that holds something."""
    return whole([(name, value_document(getattr(fields, name))) for name in FIELD_NAMES])


def unmanaged_lines(rows: Sequence[LiveSignature]) -> Iterator[str]:
    """Yield the rows that no definition names, nothing where there are none."""
    if rows:
        yield ""
        yield "  " + say("Not in the definitions, left alone:")
        yield from (_INDENT + line for line in aligned([_row(row) for row in rows]))


def _row(row: LiveSignature) -> Sequence[str]:
    return str(row.sign_id), escape_line(row.sign_name), named("status", row.status)


def _closing(plan: Plan) -> Iterator[str]:
    yield ""
    yield from (say("Note: {note}", note=escape_line(local(note))) for note in plan.notes)
    yield summary_line(plan)
    if plan.writes:
        yield say("Fingerprint: {fingerprint}", fingerprint=plan.fingerprint)


def summary_line(plan: Plan) -> str:
    """Return the counts by verdict, those to modify always named."""
    nothing = [] if plan.writes else [say("nothing to modify")]
    return say("Plan: {counts}", counts=say(", ").join([*nothing, *counted_verdicts(plan.summary)]))


def counted_verdicts(counts: Mapping[str, int]) -> list[str]:
    """Return the counts of the verdicts in words, those of none left out."""
    return [say(words, count=counts[verdict]) for verdict, words in _COUNTED.items() if counts.get(verdict)]


def report_text(report: ApplyReport, style: Style, *, ids_written: bool = False) -> str:
    """Return the result of every planned write, and the counts. ``ids_written`` as in ``report_lines``."""
    return "\n".join([*report_lines(report, style, ids_written=ids_written), _summary(report)])


def report_lines(report: ApplyReport, style: Style, *, ids_written: bool = False) -> Iterator[str]:
    """Yield the result of every planned write, and what ended the run early.

    ``ids_written`` where the run writes the ids of what it created itself, so that nobody is asked to.
    """
    yield from _written(report, style, ids_written=ids_written)
    yield from _early_end(report)


def _planned_writes(report: ApplyReport) -> list[Planned]:
    return list(report.plan.writes)


def _written(report: ApplyReport, style: Style, *, ids_written: bool) -> Iterator[str]:
    writes = _planned_writes(report)
    heads = aligned([_report_head(planned, report.result(planned)) for planned in writes])
    for planned, head in zip(writes, heads, strict=True):
        result = report.result(planned)
        yield "  " + style(head, result.outcome)
        if result.sign_id is not None and not ids_written:
            yield _INDENT + escape_line(local(id_edit(planned.desired, result.sign_id)))
        yield from (_INDENT + line for line in _result_details(result))


def _report_head(planned: Planned, result: Result) -> Sequence[str]:
    now = say("now {status}", status=named("status", result.shown.status)) if result.shown is not None else ""
    request = say("request {id}", id=escape_line(result.request_id)) if result.request_id else ""
    return (
        named("outcome", result.outcome),
        planned.desired.key,
        str(result.sign_id or planned.desired.id_text),
        now,
        request,
    )


def _result_details(result: Result) -> Iterator[str]:
    if result.in_place:
        yield say("another run had already submitted the same")
    if result.error is not None:
        yield escape_line(f"{result.error.code}: {local(result.error.message)}")
        if result.error.hint:
            yield f"-> {escape_line(local(result.error.hint))}"
    if result.outcome is Outcome.UNSETTLED:
        yield "-> " + say("it is not known yet whether it was sent; it is not sent again, the next run checks first")


def _early_end(report: ApplyReport) -> Iterator[str]:
    if report.error is not None:
        hint = f" - {escape_line(local(report.error.hint))}" if report.error.hint else ""
        yield say("Ended early: {message}", message=escape_line(local(report.error.message))) + hint


def _summary(report: ApplyReport) -> str:
    counts = say(", ").join(counted_outcomes(report_outcomes(report)))
    return say("Apply: {counts}", counts=counts) if counts else say("Apply: nothing to do")


def report_outcomes(report: ApplyReport) -> Counter[str]:
    """Return the number of planned writes by outcome."""
    return Counter(report.result(planned).outcome.value for planned in _planned_writes(report))


def counted_outcomes(counts: Mapping[str, int]) -> list[str]:
    """Return the counts of the outcomes in words, those of none left out."""
    return [say(words, count=counts[outcome]) for outcome, words in _OUTCOMES.items() if counts.get(outcome)]
