"""Which record of submissions a run would use, and whether it can be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reconciler.model.health import Finding, Health
from reconciler.model.plan import Target
from reconciler.model.state import State
from reconciler.planning.looking import looked_at
from reconciler.planning.stores import store_for
from reconciler.state.lineage import head_commit


def record_finding(root: Path, branch: str | None, target: Target) -> Finding:
    """Return where the record is and what it holds."""

    def look() -> str:
        store = store_for(root, branch, target)
        return f"{store.where}: {_content(store.load().state)}"

    return looked_at("record", look)


def _content(state: State) -> str:
    if state.saved_at is None:
        return "nothing recorded yet"
    when = datetime.fromtimestamp(state.saved_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    held = "; another run is at work, or was cut off" if state.holder is not None else ""
    return f"{len(state.entries)} signatures, last written {when}{held}"


def commit_finding(root: Path) -> Finding:
    """Return which commit is checked out, which the record would name."""
    return Finding("commit", Health.OK, head_commit(root) or f"none: {root} is not in git, or has no commit yet")
