"""The one root of every expected failure: what to print and which exit code to leave with.

Exit codes are those of the published interface; where several hold in one run, the highest wins.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    CHANGES = 3
    INVALID = 4
    VENDOR = 5
    REFUSED = 6
    UNSETTLED = 7


class ReconcilerError(Exception):
    """An expected failure. ``message`` says what is wrong, ``hint`` how to mend it."""

    exit_code = Exit.UNEXPECTED

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ReconcilerError):
    """The command was called in a way that cannot work."""

    exit_code = Exit.USAGE


class CredentialsError(ReconcilerError):
    """No usable keys, or keys that the vendor does not take."""

    exit_code = Exit.VENDOR


class VendorError(ReconcilerError):
    """The vendor or the network failed. ``code`` is the vendor's error code or one of our own ``Client.*``."""

    exit_code = Exit.VENDOR

    def __init__(self, message: str, *, code: str, request_id: str | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.request_id = request_id


class StateError(ReconcilerError):
    """The record of what was submitted cannot be read or written."""

    exit_code = Exit.UNEXPECTED


class StateConflict(StateError):
    """Somebody else moved the record between our read and our write. Nothing of ours was stored."""


class Refusal(ReconcilerError):
    """Something asked for is not done because it would be wrong: the wrong account, a stale plan."""

    exit_code = Exit.REFUSED
