"""Review states of a signature and what each allows.

Source: ``StatusCode`` of ``DescribeSmsSignList``, API 2021-01-11; 2 since SDK 3.0.1207, the second meaning of -1
(first carrier filing incomplete, mainland) since SDK 3.0.1482.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """Review state of a signature as plans and reports name it."""

    APPROVED = "approved"
    APPROVED_NOT_EFFECTIVE = "approved-not-effective"
    PENDING = "pending"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    MISSING = "missing"


STATUS_CODES: Final[Mapping[int, Status]] = {
    0: Status.APPROVED,
    1: Status.PENDING,
    2: Status.APPROVED_NOT_EFFECTIVE,
    -1: Status.REJECTED,
}

MODIFIABLE: Final = frozenset({Status.PENDING, Status.REJECTED})
"""The only states in which the vendor lets a signature be modified; every other one is left alone."""

APPROVED: Final = frozenset({Status.APPROVED, Status.APPROVED_NOT_EFFECTIVE})


def status_of(code: int) -> Status:
    """Return the state for a ``StatusCode``; a code that no page documents is ``unknown``."""
    return STATUS_CODES.get(code, Status.UNKNOWN)
