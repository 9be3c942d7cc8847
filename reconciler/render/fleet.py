"""The report of a fleet: a line for each account, then what needs a person; and its document, an entry an account."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from shlex import quote
from typing import Final, NamedTuple

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import ErrorInfo, Exit
from reconciler.model.plan import READING_ORDER, WRITES, Plan, Verdict
from reconciler.model.report import ApplyReport, Outcome, StatusReport
from reconciler.render.document import AccountErrorDocument, EntryDocument, SummaryDocument, verdict_counts
from reconciler.render.findings import diagnostics_text, number, verdict_text
from reconciler.render.layout import Style, padded, widest
from reconciler.render.serialize import (
    VERSION,
    plan_document,
    problem_document,
    report_document,
    status_document,
    to_json_line,
    validation_document,
)
from reconciler.render.status import needing_lines
from reconciler.render.text import (
    SIGNS,
    counted_outcomes,
    counted_verdicts,
    loud_lines,
    report_lines,
    report_outcomes,
    target_line,
)
from reconciler.text import escape_line, local, local_document, named, say


class Validation(NamedTuple):
    """What ``validate`` found in one account: its problems, and how many signatures and files are without errors."""

    problems: tuple[Diagnostic, ...]
    signatures: int
    files: int
    valid: bool


class Failure(NamedTuple):
    """Why an account has no result: an error, and the problems of its definitions where it was them."""

    error: ErrorInfo
    problems: tuple[Diagnostic, ...] = ()


Content = Plan | ApplyReport | StatusReport | Validation | Failure


class AccountResult(NamedTuple):
    """What became of one account, called by its path. ``notes`` are for people, beside those of the content.

    ``ids_written`` where the run writes the ids of what it created itself. ``answered`` are notes of the content that
    ask for what the run does itself.
    """

    name: str
    exit_code: Exit
    content: Content
    notes: tuple[str, ...] = ()
    ids_written: bool = False
    answered: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of signatures by verdict, outcome or status; nothing for a validation or a failure.

        Of an apply, what was planned to be written counts by its outcome, the rest by its verdict.
        """
        match self.content:
            case ApplyReport() as report:
                others = {word: count for word, count in report.plan.summary.items() if word not in WRITES and count}
                return Counter(report_outcomes(report)) + Counter(others)
            case Plan() | StatusReport():
                return {word: count for word, count in self.content.summary.items() if count}
            case _:
                return {}


def entry_document(result: AccountResult) -> EntryDocument:
    """Return the entry of one account."""
    entry: EntryDocument = {"name": result.name, "exit_code": int(result.exit_code)}
    match result.content:
        case ApplyReport() as report:
            entry["report"] = report_document(report)
        case Plan() as plan:
            entry["plan"] = plan_document(plan)
        case StatusReport() as status:
            entry["report"] = status_document(status)
        case Validation() as found:
            entry["report"] = validation_document(found.problems, valid=found.valid)
        case Failure() as failure:
            entry["error"] = _error(failure)
    return entry


def _error(failure: Failure) -> AccountErrorDocument:
    code, message, hint = failure.error
    error: AccountErrorDocument = {"code": code, "message": message, "hint": hint}
    if failure.problems:
        error["diagnostics"] = [problem_document(problem) for problem in failure.problems]
    return error


class AccountLine(NamedTuple):
    """What is kept of an account until the report is whole: its line, and what is counted."""

    name: str
    exit_code: Exit
    sign: str
    words: str
    counts: Mapping[str, int]
    failed: bool
    sandbox: bool = False


_MEANING: Final[Mapping[str, object]] = {
    **{sign: verdict for verdict, sign in SIGNS.items()},
    "!": Outcome.FAILED,
}
_LONGEST: Final = 100

# A command that an advice names.
COMMAND: Final = re.compile("`(?:reconciler|apply) ")
_ONE_ACCOUNT: Final = (
    "Commands that are named here are for one account: give `plan` and `apply` its folder, the others `--definitions`"
    " and its folder."
)


def commands_note() -> str:
    """Return what a report of many accounts has to say of the commands that it names."""
    return say(_ONE_ACCOUNT)


def account_line(result: AccountResult) -> AccountLine:
    """Return the line of an account."""
    content = result.content
    target = content.plan.target if isinstance(content, ApplyReport) else getattr(content, "target", None)
    return AccountLine(
        result.name,
        result.exit_code,
        _sign(result),
        escape_line(_words(result)),
        result.counts,
        _is_failed(content),
        target is not None and target.sandbox,
    )


def entry_line(entry: EntryDocument) -> AccountLine:
    """Return the line of an account whose plan, or why there is none, was written as a document."""
    code = Exit(entry["exit_code"])
    plan = entry.get("plan")
    if plan is None:
        words = f"{entry['error']['code']}: {local_document(entry['error']['message'])}"[:_LONGEST]
        return AccountLine(entry["name"], code, "!", escape_line(words), {}, failed=True)
    counts = verdict_counts(plan)
    words = say(", ").join(counted_verdicts(counts)) or say("no signatures")
    sandbox = plan["account"]["sandbox"]
    return AccountLine(entry["name"], code, "", words, counts, failed=False, sandbox=sandbox)


def _is_failed(content: Content) -> bool:
    return isinstance(content, Failure) or (isinstance(content, Validation) and not content.valid)


def _sign(result: AccountResult) -> str:
    if _is_failed(result.content):
        return "!"
    unwell = isinstance(result.content, StatusReport) and not result.content.is_healthy
    if unwell or result.exit_code >= Exit.INVALID:
        return "x"
    plan = result.content.plan if isinstance(result.content, ApplyReport) else result.content
    # What presses most in an account gives its sign; one without signatures needs nothing.
    found = plan.summary if isinstance(plan, Plan) else {}
    return next((SIGNS[verdict] for verdict in READING_ORDER if found.get(verdict)), SIGNS[Verdict.IN_SYNC])


def _words(result: AccountResult) -> str:
    match result.content:
        case Failure() as failure if failure.problems:
            errors = sum(problem.severity is Severity.ERROR for problem in failure.problems)
            return say("the definitions are not valid: {errors}", errors=number(errors, "error"))
        case Failure() as failure:
            error = f"{failure.error.code}: {local(failure.error.message)}"
            return error if len(error) <= _LONGEST else f"{error[:_LONGEST]}..."
        case Validation() as found:
            return local(verdict_text(found.problems, found.signatures, found.files))
        case ApplyReport() as report:
            others = {word: count for word, count in report.plan.summary.items() if word not in WRITES}
            done = counted_outcomes(report_outcomes(report))
            return say(", ").join([*done, *counted_verdicts(others)]) or say("no signatures")
        case Plan():
            return say(", ").join(counted_verdicts(result.counts)) or say("no signatures")
        case StatusReport():
            counts = [f"{count} {named('status', status)}" for status, count in result.counts.items()]
            return say(", ").join(counts) or say("no signatures")


def account_text(result: AccountResult, style: Style, path: str = "") -> str:
    """Return what a person has to know of one account beyond its line; empty where that says it all.

    ``path`` is what the commands for one account need to be given, where the lines name such commands.
    """
    lines = [
        *_pressing(result, style),
        *("  " + say("Note: {note}", note=escape_line(local(note))) for note in _notes(result)),
    ]
    if not lines:
        return ""
    if path and any(COMMAND.search(line) for line in lines):
        words = say(
            "these commands are for one account: give `plan` and `apply` {path}, the others `--definitions {path}`",
            path=escape_line(quote(path)),
        )
        lines.append(f"  {words}")
    return "\n".join([f"\n{escape_line(result.name)}: {_whose(result.content)}".rstrip(": "), *lines])


def _whose(content: Content) -> str:
    match content:
        case ApplyReport():
            return target_line(content.plan.target)
        case Plan() | StatusReport():
            return target_line(content.target)
        case _:
            return ""


def _notes(result: AccountResult) -> tuple[str, ...]:
    plan = result.content.plan if isinstance(result.content, ApplyReport) else result.content
    own = plan.notes if isinstance(plan, Plan) else ()
    return (*(note for note in own if note not in result.answered), *result.notes)


def _pressing(result: AccountResult, style: Style) -> Iterator[str]:
    match result.content:
        case Failure(error, problems):
            hint = f" - {local(error.hint)}" if error.hint else ""
            yield f"  {escape_line(f'{error.code}: {local(error.message)}{hint}')}"
            yield from _indented(problems, style)
        case Validation(problems):
            yield from _indented(problems, style)
        case ApplyReport() as report:
            if not report.plan.writes:  # it was not shown before
                yield from loud_lines(report.plan, style)
            yield from report_lines(report, style, ids_written=result.ids_written)
        case Plan() as plan:
            yield from _indented(plan.diagnostics, style)
            yield from loud_lines(plan, style)
        case StatusReport() as status:
            yield from needing_lines(status, style)


def _indented(problems: Sequence[Diagnostic], style: Style) -> Iterator[str]:
    if problems:
        yield from (f"  {line}" for line in diagnostics_text(problems, style).splitlines())


def table_text(lines: Sequence[AccountLine], style: Style) -> str:
    """Return the line of every account, aligned."""
    size = widest(escape_line(line.name) for line in lines)
    sandbox = [say("SANDBOX, not the vendor"), ""] if any(line.sandbox for line in lines) else []
    return "\n".join(sandbox) + "\n".join(
        style(f"  {line.sign} {padded(escape_line(line.name), size)}  {line.words}".rstrip(), _MEANING[line.sign])
        for line in lines
    )


def counted(lines: Iterable[AccountLine]) -> Counter[str]:
    """Return the number of signatures of all accounts by verdict, outcome or status."""
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(line.counts)
    return counts


def summary_document(lines: Sequence[AccountLine]) -> SummaryDocument:
    """Return the counts of a fleet, and the highest exit code."""
    return {
        "accounts": len(lines),
        "failed": sum(line.failed for line in lines),
        "exit_code": int(max((line.exit_code for line in lines), default=Exit.DONE)),
        "counts": dict(counted(lines)),
    }


def summary_text(lines: Sequence[AccountLine]) -> str:
    """Return the closing line of a fleet's report."""
    summary = summary_document(lines)
    failed = [say("{count} failed", count=summary["failed"])] if summary["failed"] else []
    verdicts = counted_verdicts(summary["counts"])
    others = {word: count for word, count in summary["counts"].items() if word not in {*Verdict}}
    outcomes = counted_outcomes(others)
    states = [f"{count} {named('status', word)}" for word, count in others.items() if word not in {*Outcome}]
    counted = say(", ").join([*failed, *verdicts, *outcomes, *states])
    accounts = local(number(len(lines), "account"))
    if not counted:
        return say("Fleet: {accounts}", accounts=accounts)
    return say("Fleet: {accounts}; {counts}", accounts=accounts, counts=counted)


def document_text(entries: Iterable[str], lines: Sequence[AccountLine], deleted: Sequence[str] = ()) -> Iterator[str]:
    """Yield the lines of a fleet's document, one for each entry, which is JSON already."""
    yield f'{{"version": {VERSION}, "accounts": ['
    last = len(lines) - 1
    yield from (entry if number == last else f"{entry}," for number, entry in enumerate(entries))
    gone = f'"deleted": {to_json_line(list(deleted))}, ' if deleted else ""
    yield f'], {gone}"summary": {to_json_line(summary_document(lines))}}}'
