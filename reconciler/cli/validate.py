"""``reconciler validate``, and the first step of most commands: definitions read and checked, or a clear no."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click

from reconciler.cli.formats import DEFAULT_PATH, FORMATS, format_option, paths_argument, show_problems, style
from reconciler.cli.output import Session, spinner
from reconciler.definitions.discover import find_root
from reconciler.definitions.load import Definitions, load_definitions
from reconciler.diagnostics import Severity
from reconciler.errors import Exit, UsageError
from reconciler.files import OWN_FOLDER
from reconciler.model.signature import Account
from reconciler.render.findings import diagnostics_text, verdict_text
from reconciler.render.layout import fitted
from reconciler.text import local, say


class Inputs(NamedTuple):
    """Definitions without errors, and the account that they are for."""

    definitions: Definitions
    account: Account


def load(paths: Sequence[str]) -> Definitions:
    """Read definitions and evidence; problems are in the diagnostics.

    Without paths it is the default file, here or in the nearest folder above within the repository.
    """
    with spinner(say("checking definitions and evidence")), _uncollected():
        return load_definitions(paths or (default_path(),), cwd=here())


def here() -> Path:
    """Return the working directory. Raises UsageError where it was deleted."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise UsageError(
            "the working directory does not exist any more", hint="`cd` to a folder that does, and run it again"
        ) from None


def default_path() -> str:
    """Return the default file as a person would type it: here, or in the nearest folder above in the repository."""
    start = here()
    for folder in (start, *start.parents):
        found = folder / DEFAULT_PATH
        exists = os.path.exists(found)  # noqa: PTH110  # Path raises where a folder may not be entered
        if exists or folder == find_root(start):
            return os.path.relpath(found, start) if exists else DEFAULT_PATH
    return DEFAULT_PATH


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
            session.keep(fitted(diagnostics_text(warnings, style(stderr=True)), session.columns(stderr=True)))
        return Inputs(definitions, definitions.account)
    if session.format == "text":
        text = diagnostics_text(definitions.diagnostics, style(stderr=True))
        session.note(fitted(text, session.columns(stderr=True)))
    else:
        show_problems(session, definitions.diagnostics, valid=False)
    session.note(say("the definitions are not valid, so the account was not read"))
    return None


def sandbox_account(root: Path, definitions: Path) -> Path:
    """Return where the sandbox account of a definition file is kept: each file below the root has one of its own."""
    name = os.path.relpath(definitions.with_suffix(""), root).replace("%", "%25").replace("/", "%2F")
    return root / OWN_FOLDER / f"sandbox-account-{name}.json"


@click.command()
@paths_argument
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@format_option(*FORMATS)
@click.pass_obj
def validate(session: Session, paths: tuple[str, ...], output: str, *, strict: bool) -> int:
    """Check definitions and evidence, offline.

    PATH is a file or a folder (default: signatures.yaml). Every problem of every file is reported in one run. Exit code
    4 where anything is wrong.
    """
    session.format = output
    definitions = load(paths)
    problems = definitions.diagnostics
    valid = not problems if strict else definitions.valid
    show_problems(session, problems, valid=valid)
    if output == "text":
        session.result(local(verdict_text(problems, len(definitions.signatures), len(definitions.files))))
    return Exit.DONE if valid else Exit.INVALID
