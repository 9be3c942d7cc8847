"""Reads an image whole, within the vendor's sizes: to be looked at, and once more to be sent."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from reconciler.contract.api import MAX_BODY_BYTES, MAX_IMAGE_BYTES
from reconciler.diagnostics import Message
from reconciler.evidence import problems
from reconciler.evidence.containment import Root
from reconciler.evidence.problems import EvidenceChanged, UnusableError
from reconciler.model.signature import Image

# Bytes set aside for everything in the request that is not an image.
REST_OF_BODY: Final = 64 * 1024

_PREFIX: Final = "{image}: "
_CHANGED: Final = "{image} changed since the plan was made; nothing was sent"


def read(descriptor: int) -> bytes:
    """Return the content of an open regular file, at most 5 MB. Raises UnusableError where it is empty or larger."""
    if os.fstat(descriptor).st_size > MAX_IMAGE_BYTES:
        raise _too_large()
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            # The size is a promise that a growing file does not keep: one byte more than allowed is asked for.
            data = file.read(MAX_IMAGE_BYTES + 1)
    except OSError as error:
        raise UnusableError(problems.from_os(error)) from None
    if len(data) > MAX_IMAGE_BYTES:
        raise _too_large()
    if not data:
        raise UnusableError(problems.EMPTY)
    return data


def _too_large() -> UnusableError:
    return UnusableError(problems.TOO_LARGE.given(limit=MAX_IMAGE_BYTES // 1024**2))


def read_for_upload(root: Path, folder: str, name: str, expected: Image) -> bytes:
    """Return the bytes of an image whose sha256 is that of ``expected``. Raises EvidenceChanged otherwise."""
    try:
        with Root(root) as opened_root:
            data = _read(opened_root, folder, name)
    except UnusableError as error:
        found = error.problem
        raise EvidenceChanged(_PREFIX + found.text, hint=found.hint, **found.params, image=name) from None
    if hashlib.sha256(data).hexdigest() != expected.sha256:
        raise EvidenceChanged(_CHANGED, hint="plan again and look at the new plan", image=name)
    return data


def _read(root: Root, folder: str, name: str) -> bytes:
    descriptor = root.open(folder, name)
    try:
        return read(descriptor)
    finally:
        os.close(descriptor)


def pair_problem(proof: Image, commission: Image | None) -> Message | None:
    """Return the problem where the images of one signature, in base64, do not fit its request.

    The body of a TC3 POST holds 10 MB, else ``RequestSizeLimitExceeded``.
    """
    other = 0 if commission is None else commission.bytes
    if base64_size(proof.bytes) + base64_size(other) + REST_OF_BODY <= MAX_BODY_BYTES:
        return None
    together = (proof.bytes + other) / 1024**2
    most = (MAX_BODY_BYTES - REST_OF_BODY) * 3 / 4 / 1024**2
    return problems.PAIR_TOO_LARGE.given(together=f"{together:.2f}", most=f"{most:.2f}")


def base64_size(size: int) -> int:
    """Return how many bytes ``size`` bytes take in base64 without line breaks."""
    return 4 * ((size + 2) // 3)
