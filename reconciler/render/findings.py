"""Lists of findings for people: problems of the definitions, what ``doctor`` found, what an error code means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from reconciler.contract.error_codes import ErrorCode, Treatment
from reconciler.diagnostics import Diagnostic, Severity
from reconciler.model.plan import RuleText, Verdict
from reconciler.model.report import CheckResult, Finding
from reconciler.render.layout import Style, padded, widest
from reconciler.text import escape_line


def diagnostics_text(problems: Sequence[Diagnostic], paint: Style) -> str:
    """Return one line per problem, ``file:line:column: severity: text - hint``, in the order given."""
    return "\n".join(_line(problem, paint) for problem in problems)


def _line(problem: Diagnostic, paint: Style) -> str:
    hint = f" - {escape_line(problem.hint)}" if problem.hint else ""
    severity = paint(f"{problem.severity}:", problem.severity)
    return f"{escape_line(str(problem.location))}: {severity} {escape_line(problem.message)}{hint}"


def verdict_text(problems: Sequence[Diagnostic], signatures: int, files: int) -> str:
    """Return the closing line of a validation."""
    counts = Counter(problem.severity for problem in problems)
    found = f"{number(signatures, 'signature')} in {number(files, 'file')}"
    if not problems:
        return f"valid: {found}"
    word = "not valid" if counts[Severity.ERROR] else "valid"
    errors, warnings = number(counts[Severity.ERROR], "error"), number(counts[Severity.WARNING], "warning")
    return f"{word}: {errors}, {warnings}; {found} without errors"


def number(count: int, noun: str) -> str:
    """Return how many there are of a thing."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def doctor_text(findings: Sequence[Finding], paint: Style) -> str:
    """Return a line per finding, below it what to do, and a closing line."""
    subjects, results = widest(f.subject for f in findings), widest(f.result for f in findings)
    lines = []
    for finding in findings:
        result = paint(padded(finding.result, results), finding.result)
        lines.append(f"{result}  {padded(finding.subject, subjects)}  {escape_line(finding.what)}")
        if finding.hint:
            lines.append(f"{' ' * (results + subjects + 4)}{escape_line(finding.hint)}")
    return "\n".join([*lines, "", _closing(findings)])


def _closing(findings: Sequence[Finding]) -> str:
    problems = sum(finding.result is CheckResult.PROBLEM for finding in findings)
    return number(problems, "problem") if problems else "no problems"


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
            f"  meaning    {row.meaning}",
            f"  treatment  {row.treatment}: {TREATMENTS[row.treatment]}",
            f"  to do      {row.hint}",
            f"  source     {_SOURCES[row.source]}",
        ]
    )


def rule_text(rule: RuleText) -> str:
    """Return the explanation of a rule of the decision: when it fits, what follows, and what a person does."""
    verdict = str(rule.verdict) if rule.verdict is not None else "none: it settles what the record says, and reads on"
    rows = [
        ("line", f"{rule.line} of docs/decision.md"),
        ("account", rule.live),
        ("fits when", rule.condition),
        ("verdict", verdict),
        ("reason", rule.reason),
        ("to do", rule.hint or "nothing"),
    ]
    return "\n".join([rule.code, *(f"  {name:<9}  {text}" for name, text in rows if text)])


def explained_verdict(verdict: Verdict, rules: Iterable[RuleText]) -> str:
    """Return the explanation of a verdict: every rule that leads to it."""
    fitting = [f"  {rule.line:<4} {rule.code}: {rule.condition}" for rule in rules if rule.verdict is verdict]
    return "\n".join([f"{verdict}: the verdict of", *fitting])


def diagnostic_code_text(code: str, meaning: str) -> str:
    """Return the explanation of a code that ``validate`` reports."""
    found = "`validate` reports it with the place, what is wrong there and how to correct it"
    return f"{code}\n  meaning    {meaning}\n  found by   {found}"
