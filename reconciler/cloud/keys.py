"""Keys as a value that cannot be printed by accident."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class KeySource(Protocol):
    """Where the keys of each call come from; temporary ones are renewed in time."""

    def current(self, margin: float) -> Keys:
        """Return keys that are good for at least ``margin`` more seconds.

        Where that cannot be had, the ones that are still good; raises CredentialsError where there are none.
        """


@dataclass(frozen=True, slots=True)
class Keys:
    """A key pair, with a session token where it is temporary. ``source`` says in words where it was found."""

    secret_id: str = field(repr=False)
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    source: str = ""

    @property
    def masked_id(self) -> str:
        """The key id with its middle left out, for people to recognise it."""
        return f"{self.secret_id[:6]}...{self.secret_id[-2:]}" if len(self.secret_id) > 12 else "..."  # noqa: PLR2004  # shorter ones would be given away

    def current(self, margin: float) -> Keys:  # noqa: ARG002  # a key source's signature
        """Return these keys: nobody knows when they expire, if they do."""
        return self
