"""The files that a run leaves for later steps, and reading them again."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reconciler.errors import UsageError
from reconciler.render.document import MAX_BYTES, Document, load_document

DOCUMENT: Final = "document.json"
"""What the last command printed as JSON; later steps and other runs show it."""


PLAN: Final = "plan.json"
"""The saved plan, for ``apply --plan``."""


def read_document(path: Path) -> Document:
    """Read a document. Raises UsageProblem where there is no such file, Refusal where it is something else."""
    try:
        with path.open("rb") as file:
            return load_document(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
