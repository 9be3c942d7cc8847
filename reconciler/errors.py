"""The one root of every expected failure: what to print and which exit code to leave with.

Exit codes are those of the published interface; where several hold in one run, the highest wins.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from enum import IntEnum
from typing import ClassVar, Final, NamedTuple


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
    INTERRUPTED = 130


class Said(str):
    """A message in English that knows what it was made of, so that it can be said in another language."""

    __slots__ = ("params", "template")

    template: str
    params: Mapping[str, object]


def fill(template: str, params: Mapping[str, object]) -> Said:
    """Return a message with its values. A text without values stays as it is, braces included."""
    message = Said(template.format_map(params) if params else template)
    message.template, message.params = template, params
    return message


def said(template: str, /, **params: object) -> Said:
    """Return a message as ``fill`` does."""
    return fill(template, params)


OUT_OF_FILES: Final = "the system lets this program open no more files"
RAISE_THE_LIMIT: Final = "Raise the limit, as with `ulimit -n 4096`, then run again."
NO_MORE_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE})


def system_words(error: OSError) -> Said:
    """Return the system's words for an error."""
    return said(error.strerror or "unknown reason")


class ErrorInfo(NamedTuple):
    """An error as reports and documents carry it: the vendor's code or one of our own, what happened, what to do."""

    code: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class ReconcilerError(Exception):
    """An expected failure: ``text`` says what is wrong and ``hint`` what to do about it.

    Both are constant templates with named placeholders, so that they can be translated; ``params`` fill them.
    """

    exit_code: ClassVar[Exit] = Exit.UNEXPECTED
    code: str = "Client.Unexpected"
    # Where the message is a list, each of its parts, which people are shown on lines of their own.
    lines: tuple[str, ...] = ()

    def __init__(self, text: str, *, hint: str = "", **params: object) -> None:
        super().__init__(text)
        self.text = text
        self.hint_text = hint
        self.params = params

    @property
    def message(self) -> str:
        """What is wrong, with the values filled in."""
        return fill(self.text, self.params)

    @property
    def hint(self) -> str:
        """What to do about it, with the values filled in; may be empty."""
        return fill(self.hint_text, self.params)

    def __str__(self) -> str:
        return self.message


class UsageError(ReconcilerError):
    """The command was called in a way that cannot work."""

    exit_code = Exit.USAGE
    code = "Client.Usage"


class OutOfFilesError(ReconcilerError):
    """The system lets this program open no more files. That says nothing about the file that was to be opened."""

    code = "Client.OutOfFiles"

    def __init__(self) -> None:
        super().__init__(OUT_OF_FILES, hint=RAISE_THE_LIMIT)


def check_open_files(error: OSError) -> None:
    """Raise OutOfFilesError where a file could not be opened since too many are open."""
    if error.errno in NO_MORE_FILES:
        raise OutOfFilesError from error


class CredentialsError(ReconcilerError):
    """No usable keys, or keys that the vendor does not take."""

    exit_code = Exit.VENDOR
    code = "Client.NoKeys"


class VendorError(ReconcilerError):
    """The vendor or the network failed. ``code`` is the vendor's error code or one of our own ``Client.*``.

    ``host`` is who was called, ``keys`` the masked id of the keys and where they are from, ``creates`` whether the call
    was one that creates a signature, noted by who made the call.
    """

    exit_code = Exit.VENDOR

    def __init__(
        self, text: str, *, code: str, request_id: str | None = None, hint: str = "", **params: object
    ) -> None:
        super().__init__(text, hint=hint, **params)
        self.code = code
        self.request_id = request_id
        self.host: str | None = None
        self.keys: str | None = None
        self.creates = False


class StateError(ReconcilerError):
    """The record of what was submitted cannot be read or written."""

    exit_code = Exit.UNEXPECTED
    code = "Client.Record"


class RemoteError(StateError):
    """The git remote that keeps the record, or the network on the way to it, failed."""

    exit_code = Exit.VENDOR
    code = "Client.Remote"


class StateConflict(StateError):
    """Somebody else moved the record between our read and our write. Nothing of ours was stored."""


class Refusal(ReconcilerError):
    """Something asked for is not done because it would be wrong: the wrong account, a stale plan."""

    exit_code = Exit.REFUSED
    code = "Client.Refused"
