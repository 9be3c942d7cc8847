"""Keys as a value that cannot be printed by accident."""

from __future__ import annotations

from dataclasses import dataclass, field


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
