"""The review state of signatures for people: what needs somebody first, then what is waited for, then the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from reconciler.contract.api import Status
from reconciler.model.report import REVIEW_S, Attention, SignatureStatus, StatusReport, Wait
from reconciler.model.state import Submitted
from reconciler.render.layout import Style, aligned
from reconciler.render.text import QUIET_LINES, target_line, unmanaged_lines
from reconciler.text import escape_line, local, named, say, utc_time

_INDENT: Final = "      "

# What is normal (pages 382/35460 and 382/112640).
_NORMAL: Final[Mapping[Wait, str]] = {
    Wait.REVIEW: "waits for review: normally about two hours, weekdays 9 to 21, weekends 9 to 18, Beijing time",
    Wait.FILING: "waits for the carriers' filing, or was rejected without a reply: normally 5 to 10 working days",
}
_ADVICE: Final[Mapping[Attention, str]] = {
    Attention.REJECTED: "change the definition as the reviewer asks, and apply",
    Attention.MISSING: "check sign_id, international and account.region in the console",
    Attention.UNKNOWN: "the vendor shows a code that no page documents: look at it in the console",
    Attention.QUALIFICATION: "put the qualification right in the console",
    Attention.UNSETTLED: "a run ended before its outcome was known: `reconciler plan` says what is proven",
    Attention.DRIFTED: "write the name that the account shows, or look who changed it",
}
# Of an observed signature nothing is submitted, however its definition is changed.
_MANAGE_IT: Final = (
    "it is only observed: submit it again in the console, or remove `observe: true`, write the other fields and apply"
)
# Without a record a mainland one may as well wait for the carriers, and is left alone (`rejected-perhaps-filing`).
_UNRECORDED: Final = (
    "change the definition as the reviewer asks, and apply; where `plan` calls it unverified, with `--resubmit {key}`"
)
_NOT_EFFECTIVE: Final = (
    "waits to take effect, which is up to the vendor; a mainland one normally takes 5 to 10 working days"
)
_OVERDUE: Final = (
    "it has waited for more than {days} days, longer than any review normally takes: ask the vendor's support"
)
_DAY_S: Final = 86_400


def status_text(report: StatusReport, style: Style, *, everything: bool = False) -> str:
    """Return the review state, ending in the counts. Without ``everything`` what needs nothing is cut to a page."""
    lines = [target_line(report.target), "", *_groups(report, style, everything=everything)]
    rows = report.unmanaged if everything else report.unmanaged[:QUIET_LINES]
    lines += unmanaged_lines(rows)
    if len(rows) < len(report.unmanaged):
        lines.append(_INDENT + say("and {count} more; --all shows them", count=len(report.unmanaged) - len(rows)))
    return "\n".join([*lines, "", _counts(report)])


def needing_lines(report: StatusReport, style: Style) -> Iterator[str]:
    """Yield the signatures that need a person, in full."""
    needing = [row for row in report.signatures if row.attention is not None]
    for row, head in zip(needing, aligned([_head(row) for row in needing]), strict=True):
        yield "  " + style(head, row.status)
        yield from (_INDENT + line for line in _details(row))


def _groups(report: StatusReport, style: Style, *, everything: bool) -> Iterator[str]:
    needing = [row for row in report.signatures if row.attention is not None]
    rest = [row for row in report.signatures if row.attention is None]
    waiting, quiet = [row for row in rest if _waits(row)], [row for row in rest if not _waits(row)]
    shown = len(quiet) if everything else QUIET_LINES
    heads = iter(aligned([_head(row) for row in (*needing, *waiting, *quiet[:shown])]))
    for row in (*needing, *waiting):
        yield "  " + style(next(heads), row.status)
        yield from (_INDENT + line for line in _details(row))
    for row in quiet[:shown]:
        yield "  " + style(next(heads), row.status)
    if len(quiet) > shown:
        yield "  " + say("and {count} more that need nothing; --all shows them", count=len(quiet) - shown)


def _waits(row: SignatureStatus) -> bool:
    return row.wait is not None or bool(row.detail) or row.status is Status.APPROVED_NOT_EFFECTIVE


def _head(row: SignatureStatus) -> Sequence[str]:
    desired, live = row.desired, row.live
    name = escape_line(live.sign_name if live is not None else desired.fields.sign_name)
    submitted = live is not None and live.create_time
    since = say("submitted {time}", time=utc_time(live.create_time)) if live is not None and submitted else ""
    return named("status", row.status), desired.key, desired.id_text, name, since


def _details(row: SignatureStatus) -> Iterator[str]:
    live = row.live
    if live is not None and live.review_reply:
        yield say("reviewer: {reply}", reply=escape_line(live.review_reply))
    if live is not None and live.qualification_problem is not None:
        yield say("qualification {id} {problem}", id=live.qualification_id, problem=live.qualification_problem)
    if row.detail:
        yield escape_line(local(row.detail))
    if live is not None and row.drift:
        words = "the account shows the name {live}, the definition has {defined}"
        defined = escape_line(row.desired.fields.sign_name)
        yield say(words, live=escape_line(live.sign_name), defined=defined)
    if row.wait is not None:
        yield say(_NORMAL[row.wait])
    elif row.status is Status.APPROVED_NOT_EFFECTIVE:
        yield say(_NOT_EFFECTIVE)
    if row.submitted is not None:
        yield _last(row.submitted)
    yield from _to_do(row)


def _to_do(row: SignatureStatus) -> Iterator[str]:
    if row.is_overdue:
        yield "-> " + say(_OVERDUE, days=REVIEW_S // _DAY_S)
    if row.creation is not None and row.creation.hint:
        yield escape_line(f"-> {local(row.creation.hint)}")
    elif row.attention is not None:
        key = escape_line(row.desired.key)
        yield "-> " + advice_on(row.attention, key, observed=row.desired.observed, recorded=row.submitted is not None)


def advice_on(attention: Attention, key: str, *, observed: bool, recorded: bool) -> str:
    """Return what a person is to do about a signature, of which a submission is ``recorded`` or not."""
    if attention is not Attention.REJECTED or (recorded and not observed):
        return say(_ADVICE[attention])
    return say(_MANAGE_IT) if observed else say(_UNRECORDED, key=key)


def _last(own: Submitted) -> str:
    parts = [say("adopted {time}" if own.adopted else "submitted by this tool {time}", time=utc_time(own.at))]
    parts += [say("by {who}", who=escape_line(own.by))] if own.by else []
    if own.commit:
        words = "from commit {commit} with changes" if own.uncommitted else "from commit {commit}"
        parts.append(say(words, commit=own.commit[:12]))
    parts += [say("request {id}", id=escape_line(own.request_id))] if own.request_id else []
    return say(", ").join(parts)


def _counts(report: StatusReport) -> str:
    counts = say(", ").join(f"{count} {named('status', status)}" for status, count in report.summary.items() if count)
    needing = sum(row.attention is not None for row in report.signatures)
    counted = say("Status: {counts}", counts=counts) if counts else say("Status: no signatures")
    if not needing:
        return counted
    return say("; ").join(
        (counted, say("1 needs a person" if needing == 1 else "{count} need a person", count=needing))
    )


def state_lines(report: StatusReport) -> dict[str, str]:
    """Return one line per signature by its key, for a log that follows the changes."""
    return {
        row.desired.key: f"{row.desired.key} ({row.desired.id_text}): {named('status', row.status)}"
        for row in report.signatures
    }
