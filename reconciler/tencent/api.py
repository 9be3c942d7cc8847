"""What each command is handed of the vendor. A plan gets a ``Describer``, which has no way to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from reconciler.model.signature import LiveSignature, SignFields


class Identity(NamedTuple):
    """Whose keys they are, as ``GetCallerIdentity`` tells; ``sandbox`` where the other side says it is one."""

    uin: str
    sandbox: bool


class Listing(NamedTuple):
    """Rows by id. ``complete`` is false where only rows asked for by id could be had."""

    rows: dict[int, LiveSignature]
    complete: bool


class Describer(Protocol):
    """Read access to the account."""

    def rows(self, declared: Mapping[int, bool], *, everything: bool = True) -> Listing:
        """Return the account's rows; ``declared`` maps each id of the definitions to its ``International``."""

    def row(self, sign_id: int, *, international: bool) -> LiveSignature | None:
        """Return one signature as shown now, ``None`` where the account has none with this id."""


class Images(NamedTuple):
    """The bytes of the evidence of one call."""

    proof: bytes
    commission: bytes | None


class Modifier(Protocol):
    """The one write."""

    def modify(self, sign_id: int, fields: SignFields, images: Images) -> str | None:
        """Submit a signature for review and return the request id. Raises VendorError where that is not certain."""
