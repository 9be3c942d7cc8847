"""The lines of each section: list items where something is to be done, table rows where something is to be compared."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.plan import Verdict
from reconciler.model.report import Outcome
from reconciler.model.signature import FieldValue
from reconciler.render.markdown_document import Document, Problem, Shown
from reconciler.render.markdown_text import code, prose, words
from reconciler.render.values import in_words

CHANGES_HEAD = "| Signature | Field | Old | New |\n|---|---|---|---|"
OUTCOMES_HEAD = "| Signature | Id | Outcome | Now | Request |\n|---|---|---|---|---|"
REPLIES_HEAD = "| Signature | Id | Status | The reviewer says |\n|---|---|---|---|"
SIGNATURES_HEAD = "| Verdict | Signature | Id | Name | Status | Why |\n|---|---|---|---|---|---|"
STATUSES_HEAD = "| Status | Signature | Id | Name |\n|---|---|---|---|"
UNMANAGED_HEAD = "| Id | Name | Status |\n|---|---|---|"


def to_do(shown: Shown) -> str:
    """Return a list item that says what stands in the way of a signature and what a person does about it."""
    reply = f" The reviewer says: {code(shown.review_reply)}." if shown.review_reply else ""
    return f"- **{shown.verdict}** {_subject(shown)}: {words(shown.reason)}.{reply}{_mend(shown.advice)}"


def not_accepted(shown: Shown) -> str:
    """Return a list item for a planned submission that was not accepted."""
    request = f", request {code(shown.request_id)}" if shown.request_id else ""
    if shown.error is None:
        return f"- **{shown.outcome}** {_subject(shown)}{request}"
    said = f"{code(shown.error.code)} {prose(shown.error.message)}"
    return f"- **{shown.outcome}** {_subject(shown)}{request}: {said}.{_mend(shown.error.hint)}"


def problem(found: Problem) -> str:
    """Return a list item for a problem of the definitions."""
    return f"- **{found.severity}** {code(str(found.location))} {words(found.message)}.{_mend(found.hint)}"


def changes(shown: Shown) -> Iterator[str]:
    """Yield a table row for each field that an apply would change, old and new side by side."""
    if not shown.changes:
        yield _row(code(shown.key), "all", "not known", "as the definition says")
    for change in shown.changes:
        yield _row(code(shown.key), code(change.field), _value(change.old), _value(change.new))


def outcome(shown: Shown) -> str:
    """Return the table row of what became of a planned submission."""
    done = "submitted so by another run" if shown.in_place else str(shown.outcome)
    return _row(code(shown.key), str(shown.sign_id), done, shown.status_after or "", code(shown.request_id))


def reply(shown: Shown) -> str:
    """Return the table row of a reviewer's reply."""
    return _row(code(shown.key), str(shown.sign_id), shown.status, code(shown.review_reply))


def signature(shown: Shown) -> str:
    """Return the table row of a signature in a plan."""
    verdict, name = shown.verdict or "", code(shown.sign_name)
    return _row(verdict, code(shown.key), str(shown.sign_id), name, shown.status, words(shown.reason))


def status(shown: Shown) -> str:
    """Return the table row of a signature in a status."""
    return _row(shown.status, code(shown.key), str(shown.sign_id), code(shown.sign_name))


def unmanaged(document: Document) -> list[str]:
    """Return a table row for each signature of the account that no definition names."""
    return [_row(str(row.sign_id), code(row.sign_name), row.status) for row in document.unmanaged]


def is_refused(shown: Shown) -> bool:
    """Tell whether nothing can be done for a signature until a person changes something."""
    return shown.verdict in {Verdict.REFUSED, Verdict.BLOCKED, Verdict.STUCK}


def is_failed(shown: Shown) -> bool:
    """Tell whether a submission was planned and did not come to be accepted."""
    planned = shown.verdict is Verdict.MODIFY and shown.outcome is not None
    return planned and shown.outcome is not Outcome.ACCEPTED and not shown.in_place


def _subject(shown: Shown) -> str:
    return f"{code(shown.key)} ({shown.sign_id}, {code(shown.sign_name)}) at {code(_place(shown))}"


def _place(shown: Shown) -> str:
    return f"{shown.location.file}:{shown.location.line}"


def _mend(hint: str) -> str:
    return f" To do: {words(hint)}." if hint else ""


def _value(value: FieldValue) -> str:
    return code(in_words(value))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
