"""Reads an image once more to be sent, and lets go of it only if it is still the one that was planned with."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from reconciler.evidence.containment import Root
from reconciler.evidence.problems import EvidenceChanged, UnusableError
from reconciler.evidence.reading import read
from reconciler.model.signature import Image


def read_for_upload(root: Path, folder: str, name: str, expected: Image) -> bytes:
    """Return the bytes of an image whose sha256 is that of ``expected``. Raises EvidenceChanged otherwise."""
    try:
        with Root(root) as opened_root:
            data = _read(opened_root, folder, name)
    except UnusableError as error:
        raise EvidenceChanged(f"{name}: {error.problem.message}", hint=error.problem.hint) from None
    if hashlib.sha256(data).hexdigest() != expected.sha256:
        raise EvidenceChanged(
            f"{name} changed since the plan was made; nothing was sent", hint="plan again and look at the new plan"
        )
    return data


def _read(root: Root, folder: str, name: str) -> bytes:
    descriptor = root.open(folder, name)
    try:
        return read(descriptor)
    finally:
        os.close(descriptor)
