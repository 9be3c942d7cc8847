"""What became of a plan, for people: what was sent and how it stands, then what was not and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.model.plan import Planned, Verdict
from reconciler.model.report import Outcome, Report, Result
from reconciler.render.clean import one_line
from reconciler.render.columns import aligned
from reconciler.render.paint import Painter

_INDENT = "      "


def report_text(report: Report, paint: Painter) -> str:
    """Return the result of every planned write, and the counts."""
    return "\n".join([*_written(report, paint), *_early_end(report), _summary(report)])


def _planned_writes(report: Report) -> list[Planned]:
    return [planned for planned in report.plan.signatures if planned.verdict is Verdict.MODIFY]


def _written(report: Report, paint: Painter) -> Iterator[str]:
    writes = _planned_writes(report)
    heads = aligned([_head(planned, report.result(planned)) for planned in writes])
    for planned, head in zip(writes, heads, strict=True):
        result = report.result(planned)
        yield "  " + paint(head, result.outcome)
        yield from (_INDENT + line for line in _details(result))


def _head(planned: Planned, result: Result) -> Sequence[str]:
    now = f"now {result.shown.status}" if result.shown is not None else ""
    request = f"request {one_line(result.request_id)}" if result.request_id else ""
    return result.outcome, planned.desired.key, str(planned.desired.sign_id), now, request


def _details(result: Result) -> Iterator[str]:
    if result.in_place:
        yield "already submitted just so by another run"
    if result.trouble is not None:
        yield one_line(f"{result.trouble.code}: {result.trouble.message}")
        if result.trouble.hint:
            yield f"-> {one_line(result.trouble.hint)}"
    if result.outcome is Outcome.UNSETTLED:
        yield "-> nobody can tell yet whether it was sent; it is not sent again, the next run looks first"


def _early_end(report: Report) -> Iterator[str]:
    if report.trouble is not None:
        mend = f" - {one_line(report.trouble.hint)}" if report.trouble.hint else ""
        yield f"Ended early: {one_line(report.trouble.message)}{mend}"


def _summary(report: Report) -> str:
    counts = Counter(report.result(planned).outcome for planned in _planned_writes(report))
    named = [f"{counts[outcome]} {outcome.value.replace('-', ' ')}" for outcome in Outcome if counts[outcome]]
    return "Apply: " + (", ".join(named) if named else "nothing to do")
