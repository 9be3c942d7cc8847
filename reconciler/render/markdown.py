"""A document as Markdown for a comment or a step summary: counts first, then what a person has to do, then the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

from reconciler.model.plan import STOPPED, WRITES, Verdict
from reconciler.render.document import (
    AccountDocument,
    DiagnosticDocument,
    Document,
    PlanDocument,
    SignatureDocument,
    StatusDocument,
    StatusRowDocument,
    UnmanagedDocument,
    Value,
    id_words,
    is_failed,
    outcome_counts,
    verdict_counts,
)
from reconciler.render.layout import in_words
from reconciler.render.markdown_escape import COMMENT_BYTES, Section, code, fitted, prose, words

CHANGES_HEAD: Final = "| Signature | Field | Old | New |\n|---|---|---|---|"

_OUTCOMES_HEAD: Final = "| Signature | Id | Outcome | Now | Request |\n|---|---|---|---|---|"
_REPLIES_HEAD: Final = "| Signature | Id | Status | The reviewer says |\n|---|---|---|---|"
_SIGNATURES_HEAD: Final = "| Verdict | Signature | Id | Name | Status | Why |\n|---|---|---|---|---|---|"
_STATUSES_HEAD: Final = "| Status | Signature | Id | Name |\n|---|---|---|---|"
_UNMANAGED_HEAD: Final = "| Id | Name | Status |\n|---|---|---|"

# Of an error's message and hint, in characters: what stands outside of the sections is never left out.
_LONGEST: Final = 1000

_ELSEWHERE: Final = "the output of `--format json`"

_ORDER: Final = (
    Verdict.REFUSED,
    Verdict.BLOCKED,
    Verdict.STUCK,
    Verdict.CREATE,
    Verdict.MODIFY,
    Verdict.UNVERIFIED,
    Verdict.WAITING,
    Verdict.IN_SYNC,
    Verdict.OBSERVED,
)


def markdown(document: Document, limit: int = COMMENT_BYTES, elsewhere: str = _ELSEWHERE, files_url: str = "") -> str:
    """Return a document as Markdown of at most ``limit`` bytes.

    ``elsewhere`` says, as Markdown, where everything is that does not fit. With ``files_url``, the page of the files at
    a commit, places link to their line. Nothing that the vendor or a pull request
    wrote has any effect of its own in the result.
    """
    return fitted(
        "\n".join(_opening(document)),
        document_sections(document, files_url),
        "\n".join(_closing(document)),
        limit,
        elsewhere,
    )


def _opening(document: Document) -> Iterator[str]:
    counts = document_counts(document)
    yield f"### SMS signatures: {_headline(document, counts)}\n"
    if "account" in document:
        yield _about(document["account"]) + "\n"
    if "error" in document and document["error"] is not None:
        error = document["error"]
        yield f"**Ended early:** {words(error['message'][:_LONGEST])}. {words(error['hint'][:_LONGEST])}\n"
    if counts:
        yield "| Signatures | |\n|---|---:|"
        yield from (f"| {word} | {count} |" for word, count in counts.items())
        yield ""


def _headline(document: Document, counts: Mapping[str, int]) -> str:
    if "valid" in document:
        return "the definitions are valid" if document["valid"] else "the definitions are not valid"
    counted = ", ".join(f"{count} {word}" for word, count in counts.items())
    ended = "error" in document and document["error"] is not None
    return counted or ("the run ended early" if ended else "no signatures")


def document_counts(document: Document) -> Mapping[str, int]:
    """Return the number of signatures by outcome, verdict or status, in the order of the headline."""
    if "fingerprint" in document:
        if outcomes := outcome_counts(document):
            return {outcome.replace("-", " "): count for outcome, count in outcomes.items()}
        verdicts = verdict_counts(document)
        return {verdict.value: verdicts[verdict] for verdict in _ORDER if verdicts[verdict]}
    return Counter(row["status"] for row in document["signatures"]) if "signatures" in document else {}


def _about(account: AccountDocument) -> str:
    place = f"account {code(account['uin'])}, site {code(account['site'])}, region {code(account['region'])}"
    return f"**SANDBOX, not the vendor:** {place}" if account["sandbox"] else place[0].upper() + place[1:]


def document_sections(document: Document, files_url: str) -> list[Section]:
    """Return the sections of a document, those without lines too, in the order of their importance."""
    if "fingerprint" in document:
        return _plan_sections(document, files_url)
    if "signatures" in document:
        return _status_sections(document)
    return [_diagnostics(document["diagnostics"], files_url)] if "valid" in document else []


def _plan_sections(plan: PlanDocument, url: str) -> list[Section]:
    signatures = plan["signatures"]
    writes = [signature for signature in signatures if signature["verdict"] in WRITES]
    unverified = [_to_do(signature, url) for signature in signatures if signature["verdict"] == Verdict.UNVERIFIED]
    return [
        _diagnostics(plan["diagnostics"], url),
        Section("Notes", [f"- {prose(note)}" for note in plan["notes"]]),
        Section("Not accepted", [_not_accepted(signature, url) for signature in signatures if is_failed(signature)]),
        Section(
            "Refused, blocked or stuck",
            [_to_do(signature, url) for signature in signatures if signature["verdict"] in STOPPED],
        ),
        Section("Outcomes", [_outcome(signature) for signature in writes if "outcome" in signature], _OUTCOMES_HEAD),
        Section("Changes", [row for signature in writes for row in change_rows(signature)], CHANGES_HEAD, folded=True),
        _replies(signatures),
        Section("Unverified", unverified, folded=True),
        Section("All signatures", list(map(_signature, signatures)), _SIGNATURES_HEAD, folded=True),
        _unmanaged(plan["unmanaged"]),
    ]


def _status_sections(status: StatusDocument) -> list[Section]:
    return [
        _replies(status["signatures"]),
        Section("Review state", list(map(_status, status["signatures"])), _STATUSES_HEAD, folded=True),
        _unmanaged(status["unmanaged"]),
    ]


def _diagnostics(problems: list[DiagnosticDocument], url: str) -> Section:
    return Section("Problems of the definitions", [_problem(problem, url) for problem in problems])


def _replies(signatures: list[SignatureDocument] | list[StatusRowDocument]) -> Section:
    rows = [_reply(signature) for signature in signatures if signature["review_reply"]]
    return Section("Replies of the reviewer", rows, _REPLIES_HEAD, folded=True)


def _unmanaged(rows: list[UnmanagedDocument]) -> Section:
    cells = [_row(str(row["sign_id"]), code(row["sign_name"]), row["status"]) for row in rows]
    return Section("Not in the definitions, left alone", cells, _UNMANAGED_HEAD, folded=True)


# List items where a person has to act, table rows where values are compared.


def _to_do(signature: SignatureDocument, url: str) -> str:
    said = f" The reviewer says: {code(signature['review_reply'])}." if signature["review_reply"] else ""
    why = f"{words(signature['reason'])}.{said}{_hint(signature['advice'])}"
    values = "".join(
        f"\n  - {code(each['field'])}: {_value(each['old'])} to {_value(each['new'])}" for each in signature["changes"]
    )
    return f"- **{signature['verdict']}** {_subject(signature, url)}: {why}{values}"


def _not_accepted(signature: SignatureDocument, url: str) -> str:
    request = f", request {code(signature['request_id'])}" if signature["request_id"] else ""
    item = f"- **{signature['outcome']}** {_subject(signature, url)}{request}"
    error = signature["error"]
    if error is None:
        return item
    return f"{item}: {code(str(error['code']))} {prose(error['message'])}.{_hint(error['hint'])}"


def _problem(problem: DiagnosticDocument, url: str) -> str:
    text = f"{problem['file']}:{problem['line']}:{problem['column']}"
    place = _linked(text, problem["file"], problem["line"], url)
    return f"- **{problem['severity']}** {place} {words(problem['message'])}.{_hint(problem['hint'])}"


def _subject(signature: SignatureDocument, url: str) -> str:
    file, line = signature["location"]["file"], signature["location"]["line"]
    place = _linked(f"{file}:{line}", file, line, url)
    return f"{code(signature['key'])} ({id_words(signature)}, {code(signature['sign_name'])}) at {place}"


def _linked(text: str, file: str, line: int, url: str) -> str:
    """Return a place as a link to its line, where the page of the files is known and the name is a plain path."""
    shown = code(text)
    if not url or file.startswith(("/", ".")):
        return shown
    return f"[{shown}]({url}{quote(file)}#L{line})"


def _hint(hint: str) -> str:
    return f" To do: {words(hint)}." if hint else ""


def change_rows(signature: SignatureDocument) -> Iterator[str]:
    """Yield a table row for each field that an apply would change, old and new side by side."""
    if not signature["changes"]:
        yield _row(code(signature["key"]), "all", "not known", "as the definition says")
    for change in signature["changes"]:
        old = "none" if signature["verdict"] == Verdict.CREATE else _value(change["old"])
        yield _row(code(signature["key"]), code(change["field"]), old, _value(change["new"]))


def _outcome(signature: SignatureDocument) -> str:
    done = "submitted by another run" if signature["in_place"] else signature["outcome"]
    request, now = code(signature["request_id"] or ""), signature["status_after"] or ""
    return _row(code(signature["key"]), id_words(signature), done, now, request)


def _reply(signature: SignatureDocument | StatusRowDocument) -> str:
    key, sign_id = code(signature["key"]), id_words(signature)
    return _row(key, sign_id, signature["status"], code(signature["review_reply"]))


def _signature(signature: SignatureDocument) -> str:
    key, name = code(signature["key"]), code(signature["sign_name"])
    why = words(signature["reason"])
    return _row(signature["verdict"], key, id_words(signature), name, signature["status"], why)


def _status(row: StatusRowDocument) -> str:
    return _row(row["status"], code(row["key"]), id_words(row), code(row["sign_name"]))


def _value(value: Value) -> str:
    return code(in_words(value))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _closing(document: Document) -> Iterator[str]:
    if "fingerprint" not in document:
        return
    if not outcome_counts(document):
        yield from _next_steps(document)
    yield f"\n<sub>Fingerprint {code(document['fingerprint'])}</sub>"


def _next_steps(plan: PlanDocument) -> Iterator[str]:
    verdicts = verdict_counts(plan)
    if count := sum(verdicts[verdict] for verdict in WRITES):
        noun = "signature" if count == 1 else "signatures"
        new = f", {verdicts[Verdict.CREATE]} of them new" if verdicts[Verdict.CREATE] else ""
        yield f"\nNext: applying this plan submits {count} {noun} for review{new}."
    elif verdicts:
        yield "\nNext: nothing. Applying this plan submits nothing."
