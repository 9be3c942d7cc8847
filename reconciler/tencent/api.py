"""What each part is handed of the vendor. A plan gets a ``Describer``, which has no way to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from reconciler.model.signature import LiveSignature, SignFields

# The content of ``Response``, checked by nobody yet.
Answer = Mapping[str, object]


class Identity(NamedTuple):
    """Whose keys they are, as ``GetCallerIdentity`` tells; ``sandbox`` where the other side says it is one.

    ``believed`` where nothing but the definitions says so.
    """

    uin: str
    sandbox: bool
    believed: bool = False


class Listing(NamedTuple):
    """Rows by id. ``complete`` is false where only rows asked for by id could be had."""

    rows: dict[int, LiveSignature]
    complete: bool


class Describer(Protocol):
    """Read access to the account."""

    @property
    def skew(self) -> float | None:
        """Seconds that this machine's clock is ahead of the vendor's by its last answer, None where it did not say."""

    def rows(self, declared: Mapping[int, bool], *, everything: bool = True) -> Listing:
        """Return the account's rows; ``declared`` maps each id of the definitions to its ``International``."""

    def row(self, sign_id: int, *, international: bool) -> LiveSignature | None:
        """Return one signature as it is now, ``None`` where the account has none with this id."""


class Images(NamedTuple):
    """The bytes of the evidence of one call."""

    proof: bytes
    commission: bytes | None


class Acknowledged(NamedTuple):
    """What the vendor said that it took: the id of the signature, and that of the request."""

    sign_id: int
    request_id: str | None


class Modifier(Protocol):
    """The two writes."""

    def modify(
        self, sign_id: int, fields: SignFields, images: Images, check: Callable[[], None] | None = None
    ) -> str | None:
        """Submit a signature for review and return the request id. Raises VendorError where that is not certain."""

    def add(self, fields: SignFields, images: Images, check: Callable[[], None] | None = None) -> Acknowledged:
        """Create a signature, which submits it for review. Raises VendorError where that is not certain."""


class Caller(Protocol):
    """Makes one call at a time."""

    def call(self, action: str, parameters: dict[str, object], check: Callable[[], None] | None = None) -> Answer:
        """Return the answer, or raise VendorError. ``check`` is asked right before the first byte, and may raise."""


class PendingAnswer(Protocol):
    """A call that was sent and is not waited for yet."""

    def result(self) -> Answer:
        """Wait for the answer and return it, or raise VendorError."""


class Starter(Protocol):
    """Starts calls that run side by side."""

    @property
    def skew(self) -> float | None:
        """Seconds that this machine's clock is ahead of the vendor's by the last answer, None where it did not say."""

    def start(self, action: str, parameters: dict[str, object]) -> PendingAnswer:
        """Send a call. May raise VendorError."""


class Client(Caller, Starter, Protocol):
    """Makes the calls that it was opened for, of one service at one place. Safe to use from several threads."""

    def close(self) -> None:
        """Close the kept connections, unless they are others' too."""
