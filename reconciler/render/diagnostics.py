"""Problems of the definitions, for people and as the published JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.model.source import Diagnostic, Severity
from reconciler.render.clean import one_line, to_json
from reconciler.render.paint import Painter

VERSION = 1


def diagnostics_text(problems: Sequence[Diagnostic], paint: Painter) -> str:
    """Return one line per problem, ``file:line:column: what is wrong - how to mend it``, in the order given."""
    return "\n".join(_line(problem, paint) for problem in problems)


def _line(problem: Diagnostic, paint: Painter) -> str:
    mend = f" - {one_line(problem.hint)}" if problem.hint else ""
    severity = paint(f"{problem.severity}:", problem.severity)
    return f"{one_line(str(problem.location))}: {severity} {one_line(problem.message)}{mend}"


def verdict_text(problems: Sequence[Diagnostic], signatures: int, files: int) -> str:
    """Return the closing line of a validation."""
    counts = Counter(problem.severity for problem in problems)
    found = f"{_number(signatures, 'signature')} in {_number(files, 'file')}"
    if not problems:
        return f"valid: {found}"
    word = "not valid" if counts[Severity.ERROR] else "valid"
    errors, warnings = _number(counts[Severity.ERROR], "error"), _number(counts[Severity.WARNING], "warning")
    return f"{word}: {errors}, {warnings}; {found} without errors"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def diagnostics_json(problems: Sequence[Diagnostic], *, valid: bool) -> str:
    """Return the document that ``schemas/diagnostics.schema.json`` describes."""
    return to_json({"version": VERSION, "valid": valid, "diagnostics": diagnostics_data(problems)})


def diagnostics_data(problems: Sequence[Diagnostic]) -> list[dict[str, object]]:
    """Return the problems as plain data."""
    return [
        {
            **problem.location._asdict(),
            "severity": problem.severity.value,
            "code": problem.code,
            "message": problem.message,
            "hint": problem.hint,
        }
        for problem in problems
    ]
