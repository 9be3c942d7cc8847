"""What a look at the tool's surroundings found, as a value that renderers read."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from reconciler.errors import Exit


class Health(StrEnum):
    """Whether a thing is as it has to be; ``skipped`` where something else has to be mended before it can be told."""

    OK = "ok"
    PROBLEM = "problem"
    SKIPPED = "skipped"


class Finding(NamedTuple):
    """One thing that was looked at: ``what`` would be used, or is wrong, and ``mend`` says what to do."""

    subject: str
    health: Health
    what: str
    mend: str = ""
    exit_code: Exit = Exit.DONE


def worst_exit(findings: Sequence[Finding]) -> Exit:
    """Return the exit code of the worst finding."""
    return max((finding.exit_code for finding in findings), default=Exit.DONE)
