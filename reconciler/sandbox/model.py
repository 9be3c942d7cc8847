"""An account as plain values: what a test or an account file starts the sandbox with."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

DEFAULT_UIN: Final = "100000000001"
DEFAULT_CREATE_TIME: Final = 1_600_000_000


@dataclass(frozen=True, slots=True)
class ImageDigest:
    """An image as it is remembered: ``sha256`` in hex and ``size`` in bytes, of the decoded image."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Submission:
    """The fields of the last submission that describe never returns, as the vendor's numbers; None: never submitted."""

    sign_type: int | None = None
    document_type: int | None = None
    sign_purpose: int | None = None
    proof_image: ImageDigest | None = None
    commission_image: ImageDigest | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class RowData:
    """One signature. ``create_time`` is unix seconds; without ``region`` it is seen from every region.

    ``filing_incomplete`` marks a rejection that means an incomplete first carrier filing (mainland).
    """

    sign_id: int
    sign_name: str
    international: bool = False
    status_code: int = 1
    review_reply: str = ""
    create_time: int = DEFAULT_CREATE_TIME
    region: str | None = None
    qualification_id: int | None = None
    qualification_name: str | None = None
    qualification_status_code: int | None = None
    filing_incomplete: bool = False
    submitted: Submission | None = None


@dataclass(frozen=True, slots=True)
class AccountData:
    """An account: an ``individual`` one may not modify, one in ``arrears`` is suspended.

    ``keys`` are its own, as ``--key`` takes them; ``read_only_roles`` are the names of its roles that may not write,
    while any other may. A saved account keeps neither.
    """

    uin: str = DEFAULT_UIN
    signatures: tuple[RowData, ...] = ()
    individual: bool = False
    arrears: bool = False
    keys: tuple[str, ...] = ()
    read_only_roles: tuple[str, ...] = ()


# The order in which rows are listed, kept per ``International`` and region so that a page costs a slice.


class Series:
    """Sorted ids per (International, region); ``rows`` is the account's live mapping and is only read."""

    def __init__(self, rows: Mapping[int, RowData], order: str) -> None:
        self._rows = rows
        self._order = order
        self._sorted: dict[tuple[bool, str], list[int]] = {}
        self._asked = 0

    def page(self, *, international: bool, region: str, offset: int, limit: int) -> Sequence[int]:
        """Return the ids at ``offset``, at most ``limit``."""
        ids = self._ids(international, region)
        if self._order == "shuffled":
            self._asked += 1
            # another order for every request, but the same ones in every run
            ids = random.Random(self._asked).sample(ids, len(ids))  # noqa: S311  # no secret depends on it
        return ids[offset : offset + limit]

    def row_changed(self) -> None:
        """Forget orders that a changed row may have moved in."""
        if self._order == "newest":
            self._sorted.clear()

    def row_added(self) -> None:
        """Forget orders, which lack the new row."""
        self._sorted.clear()

    def _ids(self, international: bool, region: str) -> list[int]:
        key = (international, region)
        if key not in self._sorted:
            seen = [
                row
                for row in self._rows.values()
                if row.international == international and row.region in (None, region)
            ]
            self._sorted[key] = [row.sign_id for row in sorted(seen, key=self._rank)]
        return self._sorted[key]

    def _rank(self, row: RowData) -> tuple[int, int]:
        return (-row.create_time if self._order == "newest" else 0, row.sign_id)


# The one way an action says no.


class ApiError(Exception):
    """A request is answered with ``Response.Error``; ``code`` is one of the vendor's error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
