"""Workflow commands that GitHub shows as annotations, at the definition's own file and line."""

# GitHub keeps ten annotations of a kind for a step and drops the rest, so the tenth says how many more there are. The
# escapes are those of GitHub's own toolkit (``packages/core/src/command.ts``).

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from reconciler.diagnostics import Location, Severity
from reconciler.model.plan import WRITES, Verdict
from reconciler.render.document import (
    DiagnosticDocument,
    Document,
    LocationDocument,
    SignatureDocument,
    ended_early,
    id_words,
    is_failed,
)
from reconciler.text import escape_line, local_document, named, say

MOST_OF_A_KIND: Final = 10

_LONGEST: Final = 2000

_ERRORS: Final = frozenset({Verdict.REFUSED, Verdict.BLOCKED})


class Annotation(NamedTuple):
    """What GitHub shows at a line of a file, or at the run as a whole."""

    severity: Severity
    title: str
    text: str
    location: Location | None = None


def workflow_commands(document: Document, from_root: Callable[[str], str] = str, *, unsubmitted: bool = False) -> str:
    """Return one workflow command a line, errors first, at most ten of a kind; empty where all is well.

    ``from_root`` turns the name of a file into one from the repository's root, as GitHub wants it. With ``unsubmitted``
    what an apply would submit is warned of.
    """
    return commands(annotations_of(document, unsubmitted=unsubmitted), from_root)


def commands(annotations: Iterable[Annotation], from_root: Callable[[str], str] = str) -> str:
    """Return the commands of annotations, as ``workflow_commands`` does."""
    found = [_placed(each, from_root) for each in annotations]
    return "\n".join(line for severity in Severity for line in _of_a_kind(severity, found))


def _placed(annotation: Annotation, from_root: Callable[[str], str]) -> Annotation:
    if annotation.location is None:
        return annotation
    return annotation._replace(location=annotation.location._replace(file=from_root(annotation.location.file)))


def annotations_of(document: Document, *, unsubmitted: bool = False) -> Iterator[Annotation]:
    """Yield what a document has annotations of, in the order of the definitions; see ``workflow_commands``."""
    if (error := ended_early(document)) is not None:
        yield Annotation(
            Severity.ERROR, say("SMS signatures, the run ended early"), _joined(error["message"], error["hint"])
        )
    elif "error" in document and (error := document["error"]) is not None:
        title, text = say("SMS signatures, the record cannot be read"), _joined(error["message"], error["hint"])
        yield Annotation(Severity.ERROR, title, f"{error['code']}: {text}")
    if "diagnostics" in document:
        yield from map(_of_problem, document["diagnostics"])
    if "fingerprint" in document:
        for signature in document["signatures"]:
            yield from _of_signature(signature, unsubmitted=unsubmitted)


def _of_problem(problem: DiagnosticDocument) -> Annotation:
    text = _joined(problem["message"], problem["hint"])
    place = Location(problem["file"], problem["line"], problem["column"])
    return Annotation(Severity(problem["severity"]), say("SMS signatures"), text, place)


def _of_signature(signature: SignatureDocument, *, unsubmitted: bool) -> Iterator[Annotation]:
    title, place = (
        say(
            "SMS signature {name}, {key} ({id})",
            name=signature["sign_name"],
            key=signature["key"],
            id=id_words(signature),
        ),
        _place(signature["location"]),
    )
    if is_failed(signature):
        yield Annotation(Severity.ERROR, f"{title} {named('outcome', signature['outcome'])}", _error(signature), place)
    elif signature["verdict"] in _ERRORS:
        yield Annotation(Severity.ERROR, f"{title} {named('verdict', signature['verdict'])}", _why(signature), place)
    elif signature["verdict"] == Verdict.STUCK:
        yield Annotation(Severity.WARNING, f"{title} {named('verdict', signature['verdict'])}", _why(signature), place)
    elif unsubmitted and signature["verdict"] in WRITES:
        text = say("defined here and not submitted - start the workflow that applies it, and approve that run")
        yield Annotation(Severity.WARNING, f"{title} {named('verdict', signature['verdict'])}", text, place)


def _place(location: LocationDocument) -> Location:
    return Location(location["file"], location["line"], location["column"])


def _why(signature: SignatureDocument) -> str:
    reply = say("; the reviewer says: {reply}", reply=signature["review_reply"]) if signature["review_reply"] else ""
    return _joined(local_document(signature["reason"]) + reply, signature["advice"])


def _error(signature: SignatureDocument) -> str:
    error = signature["error"]
    if error is None:
        return say("see the step summary")
    message = local_document(error["message"])
    return _joined(f"{error['code']}: {message}" if error["code"] else message, error["hint"])


def _joined(text: str, hint: str) -> str:
    return f"{local_document(text)} - {local_document(hint)}" if hint else local_document(text)


def _of_a_kind(severity: Severity, found: Sequence[Annotation]) -> Iterator[str]:
    mine = [annotation for annotation in found if annotation.severity is severity]
    fits = len(mine) <= MOST_OF_A_KIND
    yield from map(_command, mine if fits else mine[: MOST_OF_A_KIND - 1])
    if not fits:
        left = len(mine) - MOST_OF_A_KIND + 1
        yield _command(
            Annotation(
                severity,
                say("SMS signatures, {count} more", count=left),
                say("{count} more of this kind are in the step summary", count=left),
            )
        )


def _command(annotation: Annotation) -> str:
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
