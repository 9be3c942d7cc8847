"""A document as Markdown for a comment or a step summary: counts first, then what a person has to do, then the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from reconciler.decision.rules import Rule
from reconciler.model.plan import READING_ORDER, STOPPED, WRITES, Verdict
from reconciler.model.report import Attention
from reconciler.render.document import (
    AccountDocument,
    DiagnosticDocument,
    Document,
    ErrorDocument,
    Param,
    PlanDocument,
    SignatureDocument,
    StatusDocument,
    StatusRowDocument,
    UnmanagedDocument,
    Value,
    ended_early,
    id_words,
    is_failed,
    outcome_counts,
    verdict_counts,
)
from reconciler.render.findings import number
from reconciler.render.layout import in_words
from reconciler.render.markdown_escape import COMMENT_BYTES, Section, code, fitted, prose, words
from reconciler.render.status import advice_on
from reconciler.text import ENGLISH, joined, language, local, local_document, named, say

CHANGES: Final = ("Signature", "Field", "Old", "New")
_OUTCOMES: Final = ("Signature", "Id", "Outcome", "Now", "Request")
_REPLIES: Final = ("Signature", "Id", "Status", "The reviewer says")
_SIGNATURES: Final = ("Verdict", "Signature", "Id", "Name", "Status", "Why")
_STATUSES: Final = ("Status", "Signature", "Id", "Name")
_UNMANAGED: Final = ("Id", "Name", "Status")

# Of an error's message and hint, in characters: what is outside of the sections is never left out.
_LONGEST: Final = 1000

_ELSEWHERE: Final = "the output of `--format json`"
_ACCOUNT: Final = "Account {uin}, site {site}, region {region}"
_SANDBOX: Final = "**SANDBOX, not the vendor:** account {uin}, site {site}, region {region}"
_RULES: Final = {rule.code: rule for rule in Rule}
_NEXT: Final = "Next: applying this plan submits {signatures} for review."
_NEXT_WITH_NEW: Final = "Next: applying this plan submits {signatures} for review, {new} of them new."


def table_head(names: Sequence[str]) -> str:
    """Return the first two lines of a table with these columns."""
    return _row(*map(say, names)) + "\n|" + "---|" * len(names)


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
    headline = _headline(document, document_counts(document))
    yield "### " + say("SMS signatures: {headline}", headline=headline) + "\n"
    if "account" in document:
        yield _about(document["account"]) + "\n"
    if (error := ended_early(document)) is not None:
        message, hint = local_document(error["message"][:_LONGEST]), local_document(error["hint"][:_LONGEST])
        yield f"**{say('Ended early:')}** {words(message)}{say('. ')}{words(hint)}\n"
    if "fingerprint" in document and not outcome_counts(document):
        yield from _next_steps(document)


def _headline(document: Document, counts: Mapping[str, int]) -> str:
    if "valid" in document:
        return say("the definitions are valid" if document["valid"] else "the definitions are not valid")
    counted = say(", ").join(f"{count} {word}" for word, count in counts.items())
    return counted or say("no signatures" if ended_early(document) is None else "the run ended early")


def document_counts(document: Document) -> Mapping[str, int]:
    """Return the number of signatures by outcome, verdict or status, in the order of the headline."""
    if "fingerprint" in document:
        if outcomes := outcome_counts(document):
            return {_outcome_word(outcome): count for outcome, count in outcomes.items()}
        verdicts = verdict_counts(document)
        return {named("verdict", verdict): verdicts[verdict] for verdict in READING_ORDER if verdicts[verdict]}
    return Counter(named("status", row["status"]) for row in document["signatures"]) if "signatures" in document else {}


def _outcome_word(outcome: str) -> str:
    word = named("outcome", outcome)
    return outcome.replace("-", " ") if word == outcome else word


def _about(account: AccountDocument) -> str:
    words = _SANDBOX if account["sandbox"] else _ACCOUNT
    return say(words, uin=code(account["uin"]), site=code(account["site"]), region=code(account["region"]))


def document_sections(document: Document, files_url: str) -> list[Section]:
    """Return the sections of a document, those without lines too, in the order of their importance."""
    if "fingerprint" in document:
        return _plan_sections(document, files_url)
    if "signatures" in document:
        return _status_sections(document, files_url)
    return [_diagnostics(document["diagnostics"], files_url)] if "valid" in document else []


def _plan_sections(plan: PlanDocument, url: str) -> list[Section]:
    signatures = plan["signatures"]
    writes = [signature for signature in signatures if signature["verdict"] in WRITES]
    unverified = [_to_do(signature, url) for signature in signatures if signature["verdict"] == Verdict.UNVERIFIED]
    return [
        _diagnostics(plan["diagnostics"], url),
        Section(say("Notes"), [f"- {prose(local_document(note))}" for note in plan["notes"]]),
        Section(
            say("Not accepted"), [_not_accepted(signature, url) for signature in signatures if is_failed(signature)]
        ),
        Section(
            say("Refused, blocked or stuck"),
            [_to_do(signature, url) for signature in signatures if signature["verdict"] in STOPPED],
        ),
        Section(
            say("Outcomes"),
            [_outcome(signature) for signature in writes if "outcome" in signature],
            table_head(_OUTCOMES),
        ),
        Section(
            say("Changes"),
            [row for signature in writes for row in change_rows(signature)],
            table_head(CHANGES),
            folded=True,
        ),
        _replies(signatures),
        Section(say("Unverified"), unverified, folded=True),
        Section(say("All signatures"), list(map(_signature, signatures)), table_head(_SIGNATURES), folded=True),
        _unmanaged(plan["unmanaged"]),
    ]


def _status_sections(status: StatusDocument, url: str) -> list[Section]:
    needing = [_needing(row, needs, url) for row in status["signatures"] if (needs := row.get("needs"))]
    return [
        Section(say("The record cannot be read"), _unread(status.get("error"))),
        Section(say("Needs a person"), needing),
        _replies(status["signatures"]),
        Section(say("Review state"), list(map(_status, status["signatures"])), table_head(_STATUSES), folded=True),
        _unmanaged(status["unmanaged"]),
    ]


def _unread(error: ErrorDocument | None) -> list[str]:
    if error is None:
        return []
    message, hint = local_document(error["message"][:_LONGEST]), local_document(error["hint"][:_LONGEST])
    hint = hint.rstrip(".\u3002")
    return [f"- {code(str(error['code']))} {prose(message)}{say('.')}{_hint(hint)}"]


def _diagnostics(problems: list[DiagnosticDocument], url: str) -> Section:
    return Section(say("Problems of the definitions"), [_problem(problem, url) for problem in problems])


def _replies(signatures: list[SignatureDocument] | list[StatusRowDocument]) -> Section:
    rows = [_reply(signature) for signature in signatures if signature["review_reply"]]
    return Section(say("Replies of the reviewer"), rows, table_head(_REPLIES), folded=True)


def _unmanaged(rows: list[UnmanagedDocument]) -> Section:
    cells = [_row(str(row["sign_id"]), code(row["sign_name"]), named("status", row["status"])) for row in rows]
    return Section(say("Not in the definitions, left alone"), cells, table_head(_UNMANAGED), folded=True)


# List items where a person has to act, table rows where values are compared.


def _to_do(signature: SignatureDocument, url: str) -> str:
    reply = (
        say(" The reviewer says: {reply}.", reply=code(signature["review_reply"])) if signature["review_reply"] else ""
    )
    why = f"{words(reason_of(signature))}{say('.')}{reply}{_hint(advice_of(signature))}"
    values = "".join(
        f"\n  - {code(each['field'])}: " + say("{old} to {new}", old=_value(each["old"]), new=_value(each["new"]))
        for each in signature["changes"]
    )
    return f"- **{named('verdict', signature['verdict'])}** {_subject(signature, url)}: {why}{values}"


def reason_of(signature: SignatureDocument) -> str:
    """Return why, in the person's language, from the rule that decided and its values."""
    rule = _RULES.get(signature.get("rule", ""))
    if language() == ENGLISH or rule is None:
        return local_document(signature["reason"])
    try:
        return say(
            rule.reason, **{name: _in_language(name, value) for name, value in signature.get("params", {}).items()}
        )
    except (KeyError, ValueError, TypeError):  # a stranger may have written other values
        return local_document(signature["reason"])


_WORDS: Final = frozenset({"kind", "status"})


def _in_language(name: str, value: Param) -> object:
    if isinstance(value, list):
        return local(joined(value))
    return say(value) if name in _WORDS and isinstance(value, str) else value


def advice_of(signature: SignatureDocument) -> str:
    """Return what to do, in the person's language."""
    return local_document(signature["advice"])


def _not_accepted(signature: SignatureDocument, url: str) -> str:
    request = say(", request {id}", id=code(signature["request_id"])) if signature["request_id"] else ""
    item = f"- **{named('outcome', signature['outcome'])}** {_subject(signature, url)}{request}"
    error = signature["error"]
    if error is None:
        return item
    message = prose(local_document(error["message"]))
    return f"{item}: {code(str(error['code']))} {message}{say('.')}{_hint(local_document(error['hint']))}"


def _problem(problem: DiagnosticDocument, url: str) -> str:
    text = f"{problem['file']}:{problem['line']}:{problem['column']}"
    place = _linked(text, problem["file"], problem["line"], url)
    severity, message = named("severity", problem["severity"]), words(local_document(problem["message"]))
    return f"- **{severity}** {place} {message}{say('.')}{_hint(local_document(problem['hint']))}"


def _subject(signature: SignatureDocument | StatusRowDocument, url: str) -> str:
    file, line = signature["location"]["file"], signature["location"]["line"]
    place = _linked(f"{file}:{line}", file, line, url)
    who = f"{code(signature['key'])} ({id_words(signature)}, {code(signature['sign_name'])})"
    return say("{who} at {place}", who=who, place=place)


def _needing(row: StatusRowDocument, needs: str, url: str) -> str:
    recorded = row.get("submitted") is not None
    advice = advice_on(Attention(needs), row["key"], observed=row.get("observed", False), recorded=recorded)
    return f"- **{named('status', row['status'])}** {_subject(row, url)}{say('.')}{_hint(advice)}"


def _linked(text: str, file: str, line: int, url: str) -> str:
    """Return a place as a link to its line, where the page of the files is known and the name is a plain path."""
    shown = code(text)
    if not url or file.startswith(("/", ".")):
        return shown
    return f"[{shown}]({url}{quote(file)}#L{line})"


def _hint(hint: str) -> str:
    return say(" To do: {hint}.", hint=words(hint)) if hint else ""


def change_rows(signature: SignatureDocument) -> Iterator[str]:
    """Yield a table row for each field that an apply would change, old and new side by side."""
    if not signature["changes"]:
        yield _row(code(signature["key"]), say("all"), say("not known"), say("as the definition says"))
    for change in signature["changes"]:
        old = say("none") if signature["verdict"] == Verdict.CREATE else _value(change["old"])
        yield _row(code(signature["key"]), code(change["field"]), old, _value(change["new"]))


def _outcome(signature: SignatureDocument) -> str:
    done = say("submitted by another run") if signature["in_place"] else named("outcome", signature["outcome"])
    after = signature["status_after"]
    request, now = code(signature["request_id"] or ""), named("status", after) if after else ""
    return _row(code(signature["key"]), id_words(signature), done, now, request)


def _reply(signature: SignatureDocument | StatusRowDocument) -> str:
    key, sign_id = code(signature["key"]), id_words(signature)
    return _row(key, sign_id, named("status", signature["status"]), code(signature["review_reply"]))


def _signature(signature: SignatureDocument) -> str:
    key, name = code(signature["key"]), code(signature["sign_name"])
    why, verdict = words(reason_of(signature)), named("verdict", signature["verdict"])
    return _row(verdict, key, id_words(signature), name, named("status", signature["status"]), why)


def _status(row: StatusRowDocument) -> str:
    detail = row.get("detail")
    status = say(", ").join([named("status", row["status"]), *([words(local_document(detail))] if detail else [])])
    return _row(status, code(row["key"]), id_words(row), code(row["sign_name"]))


def _value(value: Value) -> str:
    return code(in_words(value))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _closing(document: Document) -> Iterator[str]:
    if "fingerprint" in document:
        yield f"\n<sub>{say('Fingerprint {fingerprint}', fingerprint=code(document['fingerprint']))}</sub>"


def _next_steps(plan: PlanDocument) -> Iterator[str]:
    verdicts = verdict_counts(plan)
    if count := sum(verdicts[verdict] for verdict in WRITES):
        noun, new = local(number(count, "signature")), verdicts[Verdict.CREATE]
        words = _NEXT_WITH_NEW if new else _NEXT
        yield say(words, signatures=noun, new=new) + "\n"
    elif verdicts:
        yield say("Next: nothing. Applying this plan submits nothing.") + "\n"
