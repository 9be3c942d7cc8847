"""Where something stands in a file, and what is wrong there."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Location(NamedTuple):
    """A place in a file. ``file`` is relative to the working directory where it can be; counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(StrEnum):
    """Errors stop the run before the account is read; warnings do so only with ``--strict``."""

    ERROR = "error"
    WARNING = "warning"


class Diagnostic(NamedTuple):
    """One problem at one place. ``code`` is a stable word for programs, ``hint`` says how to mend it."""

    location: Location
    severity: Severity
    code: str
    message: str
    hint: str = ""
