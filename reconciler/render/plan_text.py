"""A plan for people: a line per signature, and below it why, what changes, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.model.live import Row
from reconciler.model.plan import Change, Plan, Planned, Target, Verdict
from reconciler.render.clean import one_line
from reconciler.render.columns import aligned
from reconciler.render.paint import Painter
from reconciler.render.values import in_words

_SIGNS: Final = {
    Verdict.MODIFY: "~",
    Verdict.IN_SYNC: "=",
    Verdict.WAITING: ".",
    Verdict.UNVERIFIED: "?",
    Verdict.STUCK: "!",
    Verdict.REFUSED: "x",
    Verdict.BLOCKED: "x",
}
_COUNTED: Final = {
    Verdict.MODIFY: "to modify",
    Verdict.IN_SYNC: "in sync",
    Verdict.WAITING: "waiting for review",
    Verdict.UNVERIFIED: "unverified",
    Verdict.STUCK: "stuck",
    Verdict.REFUSED: "refused",
    Verdict.BLOCKED: "blocked",
}
_INDENT: Final = "      "


def plan_text(plan: Plan, paint: Painter) -> str:
    """Return the whole plan, ending in its summary."""
    return "\n".join(
        [target_line(plan.target), "", *_signatures(plan, paint), *unmanaged_lines(plan.unmanaged), *_closing(plan)]
    )


def target_line(target: Target) -> str:
    """Return the line that says which account it is about, plainly where it is the sandbox."""
    place = f"account {one_line(target.uin)}, site {target.account.site}, region {target.account.region}"
    return f"SANDBOX, not the vendor: {place}" if target.sandbox else place[0].upper() + place[1:]


def _signatures(plan: Plan, paint: Painter) -> Iterator[str]:
    heads = aligned([_head(planned) for planned in plan.signatures])
    for planned, head in zip(plan.signatures, heads, strict=True):
        yield "  " + paint(head, planned.verdict)
        yield from (_INDENT + line for line in details(planned))


def _head(planned: Planned) -> Sequence[str]:
    desired = planned.desired
    name = one_line(desired.fields.sign_name)
    return _SIGNS[planned.verdict], planned.verdict, desired.key, str(desired.sign_id), name, planned.decision.status


def details(planned: Planned) -> Iterator[str]:
    """Yield why, what changes, what the reviewer said, and what to do."""
    decision = planned.decision
    yield one_line(decision.reason)
    if decision.changes:
        yield from changes(decision.changes)
    if planned.live is not None and planned.live.review_reply:
        yield f"reviewer: {one_line(planned.live.review_reply)}"
    if planned.advice:
        yield one_line(f"-> {planned.advice}")


def changes(changed: Sequence[Change]) -> list[str]:
    """Return one aligned line per change, old to new."""
    return aligned([(change.field, f"{in_words(change.old)} -> {in_words(change.new)}") for change in changed])


def unmanaged_lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the rows that no definition names, nothing where there are none."""
    if rows:
        yield ""
        yield "  Not in the definitions, left alone:"
        yield from (_INDENT + line for line in aligned([_row(row) for row in rows]))


def _row(row: Row) -> Sequence[str]:
    return str(row.sign_id), one_line(row.sign_name), row.status


def _closing(plan: Plan) -> Iterator[str]:
    yield ""
    yield from (f"Note: {one_line(note)}" for note in plan.notes)
    yield summary_line(plan)
    if any(planned.verdict is Verdict.MODIFY for planned in plan.signatures):
        yield f"Fingerprint: {plan.fingerprint}"


def summary_line(plan: Plan) -> str:
    """Return the counts by verdict, what is to be modified always named."""
    counts = plan.summary
    named = [f"{counts[verdict]} {words}" for verdict, words in _COUNTED.items() if counts[verdict]]
    if not counts[Verdict.MODIFY]:
        named.insert(0, "nothing to modify")
    return "Plan: " + ", ".join(named)
