"""Lists of findings for people: problems of the definitions, what ``doctor`` found, what an error code means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from reconciler.contract.api import Status
from reconciler.contract.error_codes import ErrorCode, Treatment
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.errors import said
from reconciler.model.plan import RuleText, Verdict
from reconciler.model.report import CheckResult, Finding
from reconciler.render.layout import Style, aligned, padded, widest
from reconciler.text import escape_line, local, named, say

_SEVERITIES: Final[Mapping[Severity, str]] = {Severity.ERROR: "error:", Severity.WARNING: "warning:"}


def diagnostics_text(problems: Sequence[Diagnostic], style: Style) -> str:
    """Return one line per problem, ``file:line:column: severity: text - hint``, in the order given."""
    severities = {severity: style(say(word), severity) for severity, word in _SEVERITIES.items()}
    return "\n".join(_line(problem, severities[problem.severity]) for problem in problems)


def _line(problem: Diagnostic, severity: str) -> str:
    hint = f" - {escape_line(local(words))}" if (words := problem.hint) else ""
    text = say("{severity} {message}", severity=severity, message=escape_line(local(problem.message)))
    return f"{escape_line(str(problem.location))}: {text}{hint}"


def verdict_text(problems: Sequence[Diagnostic], signatures: int, files: int) -> str:
    """Return the closing line of a validation."""
    counts = Counter(problem.severity for problem in problems)
    found = {"signatures": number(signatures, "signature"), "files": number(files, "file")}
    if not problems:
        return said("valid: {signatures} in {files}", **found)
    return said(
        "not valid: {errors}, {warnings}; {signatures} in {files} without errors"
        if counts[Severity.ERROR]
        else "valid: {errors}, {warnings}; {signatures} in {files} without errors",
        errors=number(counts[Severity.ERROR], "error"),
        warnings=number(counts[Severity.WARNING], "warning"),
        **found,
    )


_NUMBERS: Final[Mapping[str, tuple[str, str]]] = {
    "signature": ("{count} signature", "{count} signatures"),
    "definition": ("{count} definition", "{count} definitions"),
    "file": ("{count} file", "{count} files"),
    "error": ("{count} error", "{count} errors"),
    "warning": ("{count} warning", "{count} warnings"),
    "problem": ("{count} problem", "{count} problems"),
    "change": ("{count} change", "{count} changes"),
    "account": ("{count} account", "{count} accounts"),
}


def number(count: int, noun: str) -> str:
    """Return how many there are of a thing."""
    return said(_NUMBERS[noun][count != 1], count=count)


def doctor_text(findings: Sequence[Finding], style: Style) -> str:
    """Return a line per finding, below it what to do, and a closing line."""
    subjects = widest(say(f.subject) for f in findings)
    results = widest(named("result", f.result) for f in findings)
    lines = []
    for finding in findings:
        result = style(padded(named("result", finding.result), results), finding.result)
        lines.append(f"{result}  {padded(say(finding.subject), subjects)}  {escape_line(local(finding.what))}")
        if finding.hint:
            lines.append(f"{' ' * (results + subjects + 4)}{escape_line(local(finding.hint))}")
    return "\n".join([*lines, "", _closing(findings)])


def _closing(findings: Sequence[Finding]) -> str:
    problems = sum(finding.result is CheckResult.PROBLEM for finding in findings)
    return local(number(problems, "problem")) if problems else say("no problems")


_SOURCES: Final[Mapping[str, str]] = {
    "page": "the vendor's reference page of ModifySmsSign",
    "common": "the vendor's common error codes",
    "sdk": "the vendor's SDK",
    "sts": "the vendor's token service",
    "client": "this tool's own",
}

TREATMENTS: Final[Mapping[Treatment, str]] = {
    Treatment.RETRY: "Nothing was written. apply tries again by itself, slower each time, five times in all.",
    Treatment.SETTLE: "It may have been written. apply never sends it again; it describes the signature to find out.",
    Treatment.REFUSE: "Nothing was written, and nothing will be: apply leaves this one alone and goes on.",
    Treatment.FAIL: "Nothing was written. A retry helps only after something is changed; apply goes on with others.",
    Treatment.STOP: "Nothing was written. A retry helps only after something is changed; apply ends the run.",
}


def code_text(row: ErrorCode) -> str:
    """Return the explanation of one error code: its meaning, what this tool does after it, what a person does."""
    return "\n".join(
        [
            row.code,
            *_lines(
                ("meaning", say(row.meaning)),
                ("treatment", f"{row.treatment}: {say(TREATMENTS[row.treatment])}"),
                ("to do", say(row.hint)),
                ("of a create", say(row.for_create.meaning) if row.created else ""),
                ("to do then", say(row.for_create.hint) if row.created else ""),
                ("source", say(_SOURCES[row.source])),
            ),
        ]
    )


def _lines(*rows: tuple[str, str]) -> list[str]:
    """Return a line for each name and text, aligned."""
    return [f"  {line}" for line in aligned([(say(name), text) for name, text in rows if text])]


# What stands for the values that a rule's words get in a plan.
_VALUES: Final[Mapping[str, str]] = {
    "status": "<review status>",
    "status_code": "<the vendor's number>",
    "fields": "<the fields>",
    "drift": "<the fields, with what the account shows>",
    "kind": "<mainland or global>",
    "name": "<the name in the account>",
    "sign_id": "<id>",
    "other": "<the other definition>",
    "key": "KEY",
    "intended": "KEY",
}


def rule_text(rule: RuleText) -> str:
    """Return the explanation of a rule of the decision: when it fits, what follows, and what a person does."""
    settles = say("none: it settles what the record says, and reads on")
    values = {name: said(words) for name, words in _VALUES.items()}
    rows = (
        ("line", say("{line} of docs/decision.md", line=rule.line)),
        ("account", say(rule.live)),
        ("fits when", say(rule.condition)),
        ("verdict", named("verdict", rule.verdict) if rule.verdict is not None else settles),
        ("reason", say(rule.reason, **values)),
        ("to do", say(rule.hint or "nothing", **values)),
    )
    return "\n".join([rule.code, *_lines(*rows)])


_NOTHING: Final = "nothing"
_NOTHING_SENT: Final = "nothing is sent"
_EXITS: Final = "nothing is sent; other signatures go on, and the run exits with 6"
_ANOTHER: Final = (
    "put the definition back to what is approved; for a different text, define another signature with `sign_id: new`"
)
_WAIT: Final = "wait; `reconciler status --watch` looks until everything is decided"

# Of each verdict what it means, what this tool does, and what a person does.
VERDICTS: Final[Mapping[Verdict, tuple[str, str, str]]] = {
    Verdict.MODIFY: (
        "the definition is not what was submitted last, or not what the account shows; the vendor lets it be changed",
        "apply submits the whole definition for review, once, and records it",
        "look at what changes, then run `reconciler apply`",
    ),
    Verdict.CREATE: (
        "the definition says `sign_id: new`, and the account has no such signature",
        "apply adds it once and records its id",
        "look at its values, then run `reconciler apply`; `--write-ids` writes the id into the definition",
    ),
    Verdict.IN_SYNC: ("approved, and no known field differs from the definition", _NOTHING_SENT, _NOTHING),
    Verdict.WAITING: ("submitted as defined; the vendor has not decided yet", _NOTHING_SENT, _WAIT),
    Verdict.UNVERIFIED: (
        "nobody can tell whether the definition is what was submitted last",
        "nothing is sent, since it may have been sent already",
        "look in the console; `adopt KEY` records it as submitted, `apply --only KEY --resubmit KEY` submits it again",
    ),
    Verdict.STUCK: (
        "the vendor rejected just what the definition says, and nothing has changed since",
        "nothing is sent, since the same would be rejected again; the reviewer's reply is shown",
        "change the definition as the reviewer asks, or `apply --only KEY --resubmit KEY` to submit it unchanged",
    ),
    Verdict.REFUSED: (
        "the definition asks for a change of an approved signature, which the vendor lets nobody make",
        _EXITS,
        _ANOTHER,
    ),
    Verdict.BLOCKED: (
        "the signature cannot be submitted as it is defined; the rule that decided says why",
        _EXITS,
        "correct the definition as the plan says",
    ),
    Verdict.OBSERVED: (
        "`observe: true`: the signature is watched, and another name in the account is shown",
        "nothing is ever sent",
        "nothing; remove `observe` to have it managed",
    ),
}

# Likewise of each review status.
STATUSES: Final[Mapping[Status, tuple[str, str, str]]] = {
    Status.APPROVED: (
        "the vendor approved the signature",
        "nothing is sent: the vendor lets nobody change it, and a definition that differs is refused",
        "nothing; for a different text, define another signature with `sign_id: new`",
    ),
    Status.APPROVED_NOT_EFFECTIVE: (
        "the vendor approved the signature, and it does not take effect yet",
        "nothing is sent: the vendor lets nobody change it, and a definition that differs is refused",
        _WAIT,
    ),
    Status.PENDING: (
        "the vendor has not decided yet",
        "a definition that was changed is submitted anew (modify), any other one waits (waiting)",
        _WAIT,
    ),
    Status.REJECTED: (
        "the vendor rejected the signature; one for the mainland perhaps only lacks its filing with a carrier",
        "a definition that was changed since is submitted anew (modify), any other one is not (stuck)",
        "read the reviewer's reply, which `reconciler status` shows, and change the definition",
    ),
    Status.UNKNOWN: (
        "the vendor shows a status that no page explains, or the account was not read",
        _NOTHING_SENT,
        "look at it in the console",
    ),
    Status.MISSING: (
        "the account has no signature with this id in this region",
        "nothing is sent (blocked), unless the definition says `sign_id: new` (create)",
        "check sign_id and account.region in the console",
    ),
}


def explained_verdict(verdict: Verdict, rules: Iterable[RuleText]) -> str:
    """Return the explanation of a verdict, and every rule that leads to it."""
    fitting = aligned([(rule.line, f"{rule.code}: {say(rule.condition)}") for rule in rules if rule.verdict is verdict])
    meaning = _explained(named("verdict", verdict), VERDICTS[verdict])
    return "\n".join([meaning, f"  {say('the verdict of these rules:')}", *(f"    {line}" for line in fitting)])


def explained_status(status: Status) -> str:
    """Return the explanation of a review status."""
    return _explained(named("status", status), STATUSES[status])


def _explained(name: str, words: tuple[str, str, str]) -> str:
    meaning, treatment, to_do = map(say, words)
    return "\n".join([name, *_lines(("meaning", meaning), ("treatment", treatment), ("to do", to_do))])


def diagnostic_code_text(code: str, meaning: str) -> str:
    """Return the explanation of a code that ``validate`` reports."""
    found = say("`validate` reports it with the place, what is wrong there and how to correct it")
    return "\n".join([code, *_lines(("meaning", say(meaning)), ("found by", found))])
