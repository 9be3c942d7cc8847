"""An account as plain values: what a test or an account file starts the sandbox with."""

from __future__ import annotations

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
    """The fields of the last submission that describe never returns, as the vendor's numbers; None: never told."""

    sign_type: int | None = None
    document_type: int | None = None
    sign_purpose: int | None = None
    proof_image: ImageDigest | None = None
    commission_image: ImageDigest | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class RowData:
    """One signature. ``create_time`` is unix seconds; without ``region`` it is seen from every region.

    ``filing_incomplete`` marks a rejection that stands for an incomplete first carrier filing (mainland).
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
    """An account: an ``individual`` one may not modify, one in ``arrears`` is suspended."""

    uin: str = DEFAULT_UIN
    signatures: tuple[RowData, ...] = ()
    individual: bool = False
    arrears: bool = False
