"""Workflow commands that GitHub shows as annotations, at the definition's own file and line.

GitHub keeps ten annotations of a kind for a step and drops the rest, so the tenth says how many more there are. The
escapes are those of GitHub's own toolkit (``packages/core/src/command.ts``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reconciler.diagnostics import Location, Severity
from reconciler.model.plan import Verdict
from reconciler.render.document import Document, Said, Shown
from reconciler.render.markdown import is_failed
from reconciler.text import escape_line

MOST_OF_A_KIND: Final = 10


_LONGEST: Final = 2000


_ERRORS: Final = frozenset({Verdict.REFUSED, Verdict.BLOCKED})


class _Annotation(NamedTuple):
    severity: Severity
    title: str
    text: str
    location: Location | None = None


def workflow_commands(document: Document) -> str:
    """Return one workflow command a line, errors first, at most ten of a kind; empty where all is well."""
    found = list(_found(document))
    return "\n".join(line for severity in Severity for line in _of_a_kind(severity, found))


def _found(document: Document) -> Iterator[_Annotation]:
    if document.error is not None:
        yield _Annotation(Severity.ERROR, "The run ended early", _joined(document.error.message, document.error.hint))
    for problem in document.problems:
        text = _joined(problem.message, problem.hint)
        yield _Annotation(problem.severity, "SMS signatures", text, problem.location)
    for shown in document.signatures:
        yield from _of_signature(shown)


def _of_signature(shown: Shown) -> Iterator[_Annotation]:
    title = f"{shown.key} ({shown.sign_id})"
    if is_failed(shown):
        said = _text(shown.error) if shown.error is not None else "see the step summary"
        yield _Annotation(Severity.ERROR, f"{title} {shown.outcome}", said, shown.location)
    elif shown.verdict in _ERRORS:
        yield _Annotation(Severity.ERROR, f"{title} {shown.verdict}", _why(shown), shown.location)
    elif shown.verdict is Verdict.STUCK:
        yield _Annotation(Severity.WARNING, f"{title} {shown.verdict}", _why(shown), shown.location)


def _why(shown: Shown) -> str:
    reason = f"{shown.reason}; the reviewer says: {shown.review_reply}" if shown.review_reply else shown.reason
    return _joined(reason, shown.advice)


def _text(said: Said) -> str:
    return _joined(f"{said.code}: {said.message}" if said.code else said.message, said.hint)


def _joined(text: str, hint: str) -> str:
    return f"{text} - {hint}" if hint else text


def _of_a_kind(severity: Severity, found: Sequence[_Annotation]) -> Iterator[str]:
    mine = [annotation for annotation in found if annotation.severity is severity]
    fits = len(mine) <= MOST_OF_A_KIND
    yield from map(_command, mine if fits else mine[: MOST_OF_A_KIND - 1])
    if not fits:
        left = len(mine) - MOST_OF_A_KIND + 1
        yield _command(_Annotation(severity, f"{left} more", f"{left} more of this kind are in the step summary"))


def _command(annotation: _Annotation) -> str:
    properties = {"title": annotation.title}
    if annotation.location is not None:
        file, line, column = annotation.location
        properties = {"file": file, "line": str(line), "col": str(column), **properties}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{annotation.severity} {listed}::{_data(escape_line(annotation.text)[:_LONGEST])}"


def _property(text: str) -> str:
    return _data(escape_line(text)).replace(":", "%3A").replace(",", "%2C")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
