"""A signature as the vendor shows it."""

from __future__ import annotations

from typing import NamedTuple

from reconciler.contract.status import Status, status_of


class Row(NamedTuple):
    """One row of ``DescribeSmsSignList``; the vendor never shows the other fields of a submission.

    ``create_time`` is the submission time in unix seconds. The qualification fields come on the mainland site only.
    """

    sign_id: int
    international: bool
    status_code: int
    sign_name: str
    review_reply: str = ""
    create_time: int = 0
    qualification_id: int | None = None
    qualification_name: str | None = None
    qualification_status_code: int | None = None

    @property
    def status(self) -> Status:
        """The review state in words."""
        return status_of(self.status_code)
