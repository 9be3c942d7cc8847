"""What is wrong at one place of a file, as a value: a constant text with named placeholders, and the values for it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from reconciler.errors import fill


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


NO_PARAMS: Final[Mapping[str, object]] = MappingProxyType({})


class Message(NamedTuple):
    """One thing that can be said of a definition. ``code`` is a stable word for programs.

    ``text`` and ``hint`` are constant templates with named placeholders, never put together from pieces, so that each
    can be translated whole; ``params`` holds the values. A template without placeholders needs no params.
    """

    code: str
    text: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    params: Mapping[str, object] = NO_PARAMS

    def given(self, **params: object) -> Message:
        """Return the message with values for its placeholders."""
        return self._replace(params=params)


class Diagnostic(NamedTuple):
    """One message at one place. ``about`` is the key of the signature that it is about, ``None`` for a whole file."""

    location: Location
    rule: Message
    about: str | None = None

    @property
    def code(self) -> str:
        """The stable word for programs."""
        return self.rule.code

    @property
    def severity(self) -> Severity:
        """Return whether it stops the run."""
        return self.rule.severity

    @property
    def message(self) -> str:
        """What is wrong, with its values."""
        return fill(self.rule.text, self.rule.params)

    @property
    def hint(self) -> str:
        """What to do about it, with its values; may be empty."""
        return fill(self.rule.hint, self.rule.params)
