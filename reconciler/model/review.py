"""Where each signature stands in the vendor's review, as a value that renderers read."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from reconciler.contract.status import Status
from reconciler.model.live import Row
from reconciler.model.plan import Target
from reconciler.model.signature import Desired


class Reviewed(NamedTuple):
    """One signature of the definitions and its row, ``None`` where the account has none."""

    desired: Desired
    live: Row | None

    @property
    def status(self) -> Status:
        """The review state; ``missing`` without a row, or with the row of another signature."""
        if self.live is None or self.live.international != self.desired.fields.international:
            return Status.MISSING
        return self.live.status


class Review(NamedTuple):
    """The review state of a run's signatures in the order of the definitions, and the rows that none names."""

    target: Target
    signatures: tuple[Reviewed, ...]
    unmanaged: tuple[Row, ...] = ()

    @property
    def summary(self) -> dict[str, int]:
        """Number of signatures by status, every status named."""
        counts = Counter(reviewed.status for reviewed in self.signatures)
        return {status.value: counts[status] for status in Status}
