"""What a look at the surroundings found, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconciler.model.health import Finding, Health
from reconciler.render.clean import one_line, to_json
from reconciler.render.columns import padded, widest
from reconciler.render.paint import Painter

VERSION: Final = 1


def health_text(findings: Sequence[Finding], paint: Painter) -> str:
    """Return a line per finding, below it what to do, and a closing line."""
    subjects, healths = widest(f.subject for f in findings), widest(f.health for f in findings)
    lines = []
    for finding in findings:
        health = paint(padded(finding.health, healths), finding.health)
        lines.append(f"{health}  {padded(finding.subject, subjects)}  {one_line(finding.what)}")
        if finding.mend:
            lines.append(f"{' ' * (healths + subjects + 4)}{one_line(finding.mend)}")
    return "\n".join([*lines, "", _closing(findings)])


def _closing(findings: Sequence[Finding]) -> str:
    problems = sum(finding.health is Health.PROBLEM for finding in findings)
    return f"{problems} to mend" if problems else "all is well"


def health_json(findings: Sequence[Finding]) -> str:
    """Return the document of a look at the surroundings."""
    healthy = all(finding.health is not Health.PROBLEM for finding in findings)
    return to_json({"version": VERSION, "healthy": healthy, "findings": [_data(finding) for finding in findings]})


def _data(finding: Finding) -> dict[str, object]:
    return {
        "subject": finding.subject,
        "health": finding.health.value,
        "what": finding.what,
        "mend": finding.mend,
    }
