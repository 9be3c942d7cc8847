"""A document as Markdown for a comment or a step summary: counts first, then what a person has to do, then the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reconciler.model.plan import Verdict
from reconciler.render import markdown_rows as rows
from reconciler.render.markdown_document import Document, Place
from reconciler.render.markdown_fit import COMMENT_BYTES, Section, fitted
from reconciler.render.markdown_text import code, prose, words

ELSEWHERE: Final = "the output of `--format json`"

_ORDER: Final = (
    Verdict.REFUSED,
    Verdict.BLOCKED,
    Verdict.STUCK,
    Verdict.MODIFY,
    Verdict.UNVERIFIED,
    Verdict.WAITING,
    Verdict.IN_SYNC,
)


def markdown(document: Document, limit: int = COMMENT_BYTES, elsewhere: str = ELSEWHERE) -> str:
    """Return a document as Markdown of at most ``limit`` bytes.

    ``elsewhere`` says, as Markdown, where everything is that does not fit. Nothing that the vendor or a pull request
    wrote has any effect of its own in the result.
    """
    return fitted("\n".join(_opening(document)), _sections(document), "\n".join(_closing(document)), limit, elsewhere)


def _opening(document: Document) -> Iterator[str]:
    yield f"### SMS signatures: {_headline(document)}\n"
    if document.place is not None:
        yield _about(document.place) + "\n"
    if document.error is not None:
        yield f"**Ended early:** {words(document.error.message)}. {words(document.error.hint)}\n"
    yield from _table(document)


def _headline(document: Document) -> str:
    if document.valid is not None:
        return "the definitions are valid" if document.valid else "the definitions are not valid"
    counted = ", ".join(f"{count} {word}" for word, count in _counted(document).items())
    return counted or ("the run ended early" if document.error is not None else "no signatures")


def _counted(document: Document) -> Mapping[str, int]:
    if document.outcomes:
        return {word.value.replace("-", " "): count for word, count in document.outcomes.items()}
    if document.verdicts:
        return {verdict.value: document.verdicts[verdict] for verdict in _ORDER if document.verdicts[verdict]}
    return Counter(shown.status.value for shown in document.signatures)


def _about(place: Place) -> str:
    where = f"account {code(place.uin)}, site {code(place.site)}, region {code(place.region)}"
    return f"**SANDBOX, not the vendor:** {where}" if place.sandbox else where[0].upper() + where[1:]


def _table(document: Document) -> Iterator[str]:
    counted = _counted(document)
    if counted:
        yield "| Signatures | |\n|---|---:|"
        yield from (f"| {word} | {count} |" for word, count in counted.items())
        yield ""


def _sections(document: Document) -> list[Section]:
    signatures = document.signatures
    modified = [shown for shown in signatures if shown.verdict is Verdict.MODIFY]
    return [
        Section("Problems of the definitions", [rows.problem(found) for found in document.problems]),
        Section("Not accepted", [rows.not_accepted(shown) for shown in signatures if rows.is_failed(shown)]),
        Section("Refused, blocked or stuck", [rows.to_do(shown) for shown in signatures if rows.is_refused(shown)]),
        Section(
            "Outcomes",
            [rows.outcome(shown) for shown in modified if shown.outcome is not None],
            rows.OUTCOMES_HEAD,
        ),
        Section("Changes", [row for shown in modified for row in rows.changes(shown)], rows.CHANGES_HEAD, folded=True),
        *_overviews(document),
    ]


def _overviews(document: Document) -> list[Section]:
    planned = [shown for shown in document.signatures if shown.verdict is not None]
    reviewed = [shown for shown in document.signatures if shown.verdict is None]
    replies = [rows.reply(shown) for shown in document.signatures if shown.review_reply]
    unverified = [rows.to_do(shown) for shown in planned if shown.verdict is Verdict.UNVERIFIED]
    return [
        Section("Replies of the reviewer", replies, rows.REPLIES_HEAD, folded=True),
        Section("Unverified", unverified, folded=True),
        Section("All signatures", list(map(rows.signature, planned)), rows.SIGNATURES_HEAD, folded=True),
        Section("Review state", list(map(rows.status, reviewed)), rows.STATUSES_HEAD, folded=True),
        Section("Not in the definitions, left alone", rows.unmanaged(document), rows.UNMANAGED_HEAD, folded=True),
    ]


def _closing(document: Document) -> Iterator[str]:
    notes = [f"Note: {prose(note)}" for note in document.notes]
    yield from _paragraphs([*notes, *_next_steps(document)])
    if document.fingerprint:
        yield f"\n<sub>Fingerprint {code(document.fingerprint)}</sub>"


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    return (f"\n{text}" for text in texts)


def _next_steps(document: Document) -> Iterator[str]:
    count = document.verdicts.get(Verdict.MODIFY, 0)
    if count and not document.outcomes:
        yield f"Next: applying this plan submits {count} {'signature' if count == 1 else 'signatures'} for review."
    elif document.verdicts and not document.outcomes:
        yield "Next: nothing. Applying this plan submits nothing."
