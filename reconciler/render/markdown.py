"""The lines of each section: list items where something is to be done, table rows where something is to be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from reconciler.model.plan import Verdict
from reconciler.model.report import Outcome
from reconciler.model.signature import FieldValue
from reconciler.render.document import Document, Place, Problem, Shown
from reconciler.render.layout import in_words
from reconciler.render.markdown_escape import code, prose, words

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


# Sections of Markdown within a limit: what comes first is kept whole as far as it goes, what is left out is counted.
#
# GitHub refuses a comment of more than 65,536 characters and drops a step summary of more than 1 MiB. Both are counted
# here in UTF-8 bytes, of which there are never fewer than of any kind of character.


COMMENT_BYTES: Final = 65_000


SUMMARY_BYTES: Final = 1_000_000


class Section(NamedTuple):
    """A heading in this tool's own words, and a line for each thing below it. ``head`` stands before the lines."""

    title: str
    lines: Sequence[str]
    head: str = ""
    folded: bool = False


def fitted(opening: str, sections: Sequence[Section], closing: str, limit: int, elsewhere: str) -> str:
    """Return everything as one text of at most ``limit`` bytes, the sections cut in the order of their importance.

    A section without lines is left out. ``elsewhere`` says where the lines are that do not fit, as finished Markdown.
    """
    shown = [section for section in sections if section.lines]
    frames = [text for part in shown for text in (part.head, _framed(part, (), elsewhere))]
    left = limit - sum(map(_size, (opening, closing, *frames)))
    texts = [opening]
    for section in shown:
        taken = _taken(section.lines, left)
        left -= sum(map(_size, taken))
        texts.append(_framed(section, taken, elsewhere))
    return "\n".join(filter(None, [*texts, closing]))


def _taken(lines: Sequence[str], left: int) -> Sequence[str]:
    for number, line in enumerate(lines):
        left -= _size(line)
        if left < 0:
            return lines[:number]
    return lines


def _framed(section: Section, taken: Sequence[str], elsewhere: str) -> str:
    return "\n".join(_frame(section, taken, len(section.lines) - len(taken), elsewhere))


def _frame(section: Section, taken: Sequence[str], left_out: int, elsewhere: str) -> Iterator[str]:
    title = f"{section.title} ({len(section.lines)})"
    yield f"<details><summary>{title}</summary>\n" if section.folded else f"\n**{title}**\n"
    if taken:
        yield from filter(None, [section.head, *taken])
    if left_out:
        yield f"\n{left_out} more {'is' if left_out == 1 else 'are'} left out here: see {elsewhere}."
    if section.folded:
        yield "\n</details>"


def _size(text: str) -> int:
    # with the line break that joins it to the next
    return len(text.encode("utf-8", "replace")) + 1


# A document as Markdown for a comment or a step summary: counts first, then what a person has to do, then the rest.


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
        Section("Problems of the definitions", [problem(found) for found in document.problems]),
        Section("Not accepted", [not_accepted(shown) for shown in signatures if is_failed(shown)]),
        Section("Refused, blocked or stuck", [to_do(shown) for shown in signatures if is_refused(shown)]),
        Section(
            "Outcomes",
            [outcome(shown) for shown in modified if shown.outcome is not None],
            OUTCOMES_HEAD,
        ),
        Section("Changes", [row for shown in modified for row in changes(shown)], CHANGES_HEAD, folded=True),
        *_overviews(document),
    ]


def _overviews(document: Document) -> list[Section]:
    planned = [shown for shown in document.signatures if shown.verdict is not None]
    reviewed = [shown for shown in document.signatures if shown.verdict is None]
    replies = [reply(shown) for shown in document.signatures if shown.review_reply]
    unverified = [to_do(shown) for shown in planned if shown.verdict is Verdict.UNVERIFIED]
    return [
        Section("Replies of the reviewer", replies, REPLIES_HEAD, folded=True),
        Section("Unverified", unverified, folded=True),
        Section("All signatures", list(map(signature, planned)), SIGNATURES_HEAD, folded=True),
        Section("Review state", list(map(status, reviewed)), STATUSES_HEAD, folded=True),
        Section("Not in the definitions, left alone", unmanaged(document), UNMANAGED_HEAD, folded=True),
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
