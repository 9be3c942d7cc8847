"""What is wrong with an account file."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import Exit, ReconcilerError


class AccountFileError(ReconcilerError):
    """An account file is no account; ``problems`` has one line each, ``file:line:column`` first where known."""

    exit_code = Exit.INVALID

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems), hint="mend the sandbox account file")
        self.problems = tuple(problems)
