"""The first step of most commands: definitions read and checked, or a clear no before anything else happens."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from reconciler.cli.formats import show_problems
from reconciler.cli.options import DEFAULT_PATH
from reconciler.cli.output import Session, spinner
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.diagnostics import Severity
from reconciler.model.plan import Target
from reconciler.model.signature import Account
from reconciler.render.findings import diagnostics_text
from reconciler.state.git_repository import Lineage, head_commit, lineage
from reconciler.state.store import Store
from reconciler.state.stores import OWN_FOLDER, store_for


class Inputs(NamedTuple):
    """Definitions without errors, and the account that they are for."""

    definitions: Definitions
    account: Account


def load(paths: Sequence[str]) -> Definitions:
    """Read definitions and evidence; problems are in the diagnostics."""
    with spinner("checking definitions and evidence"), _uncollected():
        return load_definitions(paths or (DEFAULT_PATH,), cwd=Path.cwd())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking again and again through what is read, which stays until the end."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def load_valid(session: Session, paths: Sequence[str]) -> Inputs | None:
    """Read definitions and evidence; where they are not valid, print every problem and return ``None``."""
    definitions = load(paths)
    if definitions.valid and definitions.account is not None:
        warnings = [problem for problem in definitions.diagnostics if problem.severity is Severity.WARNING]
        if warnings:
            session.note(diagnostics_text(warnings, session.style(stderr=True)))
        return Inputs(definitions, definitions.account)
    if session.format == "text":
        session.note(diagnostics_text(definitions.diagnostics, session.style(stderr=True)))
    else:
        show_problems(session, definitions.diagnostics, valid=False)
    session.note("the definitions are not valid, so the account was not read")
    return None


def record_of(inputs: Inputs, target: Target, *, embedded: bool = False) -> Store:
    """Return the store of the record. The embedded sandbox's is local: it is nobody else's business."""
    branch = None if embedded else inputs.definitions.branch
    return store_for(inputs.definitions.root, branch, target)


def lineage_of(inputs: Inputs, *, embedded: bool = False) -> Callable[[str], Lineage] | None:
    """Return how what is checked out relates to a commit that was applied; ``None`` for a local record: it is alone."""
    if embedded or inputs.definitions.branch is None:
        return None
    root = inputs.definitions.root
    commit = head_commit(root)
    return lambda applied: lineage(root, applied, commit) if commit is not None else Lineage.UNKNOWN


def sandbox_account(root: Path, definitions: Path) -> Path:
    """Return where the sandbox account of a definition file is kept."""
    return root / OWN_FOLDER / f"sandbox-account-{definitions.stem}.json"
