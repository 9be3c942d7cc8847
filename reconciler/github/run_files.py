"""The files that GitHub gives a step for its outputs and its summary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reconciler.errors import UsageProblem

OUTPUTS: Final = "GITHUB_OUTPUT"
SUMMARY: Final = "GITHUB_STEP_SUMMARY"

_NAME: Final = re.compile(r"[a-z][a-z-]*")


def add_outputs(environ: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Set outputs of the step, where there is a file for them. Raises UsageProblem for a value of several lines."""
    for name, value in outputs.items():
        if not _NAME.fullmatch(name) or not value.isprintable():
            raise UsageProblem(f"the output {name!a} cannot be set: it is more than plain text on one line")
    _append(environ.get(OUTPUTS), "".join(f"{name}={value}\n" for name, value in outputs.items()))


def add_summary(environ: Mapping[str, str], text: str) -> None:
    """Add Markdown to the summary of the step, where there is a file for it."""
    _append(environ.get(SUMMARY), text + "\n")


def _append(path: str | None, text: str) -> None:
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
