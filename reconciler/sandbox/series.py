"""The order in which rows are listed, kept per ``International`` and region so that a page costs a slice."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from reconciler.sandbox.data import RowData


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
            ids = random.Random(self._asked).sample(ids, len(ids))  # noqa: S311  # no secret hangs on it
        return ids[offset : offset + limit]

    def row_changed(self) -> None:
        """Forget orders that a changed row may have moved in."""
        if self._order == "newest":
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
