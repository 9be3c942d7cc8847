"""A problem inside a file whose name is not known yet at the place where it is found."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from reconciler.definitions.bounds import MAX_PROBLEMS
from reconciler.model.source import Diagnostic, Location, Severity

_LINE_END: Final = re.compile(r"\r\n|\r|\n")


class Problem(NamedTuple):
    """One problem at a line and column, both from 1; columns count characters. ``hint`` says how to mend it."""

    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def within(self, file: str) -> Diagnostic:
        """Return the problem with the name of its file."""
        place = Location(file, self.line, self.column)
        return Diagnostic(place, self.severity, self.code, self.message, self.hint)


def too_many_problems(line: int, column: int) -> Problem:
    """Return the problem that ends the list of a file with too many of them."""
    message = f"the file has more than {MAX_PROBLEMS:,} problems, and no more are looked for"
    return Problem(line, column, "too-many-problems", message, "mend these first")


def place_after(before: str) -> tuple[int, int]:
    """Return line and column of what follows a text, both from 1."""
    lines = _LINE_END.split(before)
    return len(lines), len(lines[-1]) + 1
