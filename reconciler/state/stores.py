"""Which record belongs to an account, and where it is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reconciler.model.plan import Target
from reconciler.state.branch import BranchStore
from reconciler.state.local import FileStore
from reconciler.state.store import Store, record_name

OWN_FOLDER: Final = ".reconciler"


def store_for(root: Path, branch: str | None, target: Target) -> Store:
    """Return the store of an account's record: the branch where the definitions name one, else a local file."""
    name = record_name(target.uin, target.account.region, sandbox=target.sandbox)
    if branch is None:
        return FileStore(root / OWN_FOLDER, name)
    return BranchStore(root, branch, name)
