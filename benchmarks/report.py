"""The findings as a table for people and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping

from benchmarks.findings import Finding
from reconciler import __version__


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "reconciler": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
    }


def line(finding: Finding) -> str:
    """Return one line: the value, its spread, the goal and whether it is met, and what it was made of."""
    low, high = finding.spread
    spread = f"({_short(low)} - {_short(high)})" if low != high else ""
    goal = "" if finding.goal is None else f"goal {finding.goal:g}: {'met' if finding.met else 'NOT MET'}"
    made_of = f"{_short(finding.ours)} / {_short(finding.other)} {finding.unit}" if finding.other is not None else ""
    cells = f"{finding.name:52} {_short(finding.value):>8} {spread:20} {goal:20} {made_of} {finding.note}"
    return cells.rstrip()


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def as_json(findings: Iterable[Finding], versions: Mapping[str, str], about: Mapping[str, str]) -> str:
    """Return everything as one document."""
    rows = [
        {
            "name": finding.name,
            "value": finding.value,
            "least": finding.spread[0],
            "most": finding.spread[1],
            "goal": finding.goal,
            "met": finding.met,
            "unit": finding.unit,
            "ours": finding.ours,
            "other": finding.other,
            "note": finding.note,
        }
        for finding in findings
    ]
    return json.dumps({"machine": dict(about), "peers": dict(versions), "findings": rows}, indent=2)
