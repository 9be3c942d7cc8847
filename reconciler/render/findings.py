"""Lists of findings for people: problems of the definitions, what ``doctor`` found, what an error code means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

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
    hint = f" - {escape_line(local(problem.hint))}" if problem.hint else ""
    words = say("{severity} {message}", severity=severity, message=escape_line(local(problem.message)))
    return f"{escape_line(str(problem.location))}: {words}{hint}"


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


def rule_text(rule: RuleText) -> str:
    """Return the explanation of a rule of the decision: when it fits, what follows, and what a person does."""
    settles = say("none: it settles what the record says, and reads on")
    rows = (
        ("line", say("{line} of docs/decision.md", line=rule.line)),
        ("account", say(rule.live)),
        ("fits when", say(rule.condition)),
        ("verdict", named("verdict", rule.verdict) if rule.verdict is not None else settles),
        ("reason", say(rule.reason)),
        ("to do", say(rule.hint or "nothing")),
    )
    return "\n".join([rule.code, *_lines(*rows)])


def explained_verdict(verdict: Verdict, rules: Iterable[RuleText]) -> str:
    """Return the explanation of a verdict: every rule that leads to it."""
    fitting = [f"  {rule.line:<4} {rule.code}: {say(rule.condition)}" for rule in rules if rule.verdict is verdict]
    return "\n".join([say("{verdict}: the verdict of", verdict=named("verdict", verdict)), *fitting])


def diagnostic_code_text(code: str, meaning: str) -> str:
    """Return the explanation of a code that ``validate`` reports."""
    found = say("`validate` reports it with the place, what is wrong there and how to correct it")
    return "\n".join([code, *_lines(("meaning", say(meaning)), ("found by", found))])
