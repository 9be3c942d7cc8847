"""The point in time that a decision is taken at."""

from __future__ import annotations

from typing import Final, NamedTuple

INTENT_MEMORY_S: Final = 3600.0
"""Seconds for which an unchanged row may prove that an intent was not sent; later, others may have changed it back."""


class Moment(NamedTuple):
    """``now`` is unix seconds. An intent younger than ``settle_after`` seconds may still be on its way."""

    now: float
    settle_after: float

    def may_be_under_way(self, at: float) -> bool:
        """Tell whether a call intended at ``at`` may not have reached the vendor yet."""
        return self.now - at < self.settle_after

    def is_recent(self, at: float) -> bool:
        """Tell whether ``at`` is recent enough for the row to still tell what became of it."""
        return self.now - at < INTENT_MEMORY_S
