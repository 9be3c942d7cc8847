"""The review state of what the definitions name."""

from __future__ import annotations

from reconciler.decision.build import Choice
from reconciler.model.plan import Target
from reconciler.model.review import Review, Reviewed
from reconciler.planning.desired import Wishes
from reconciler.planning.make import Described


def review_of(target: Target, wishes: Wishes, described: Described, choice: Choice) -> Review:
    """Put the chosen signatures beside their rows."""
    rows = described.rows
    named = {wish.sign_id for wish in wishes.desired}
    return Review(
        target,
        tuple(Reviewed(wish, rows.get(wish.sign_id)) for wish in wishes.desired if choice.takes(wish.key)),
        tuple(row for sign_id, row in sorted(rows.items()) if sign_id not in named),
    )
