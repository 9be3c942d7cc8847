"""Reads an open image whole, within the vendor's size."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from reconciler.contract.api import MAX_BODY_BYTES, MAX_IMAGE_BYTES
from reconciler.evidence.containment import Root
from reconciler.evidence.problems import EvidenceChanged, EvidenceProblem, UnusableError, from_os
from reconciler.model.signature import Image


def read(descriptor: int) -> bytes:
    """Return the content of an open regular file, at most 5 MB. Raises UnusableError where it is empty or larger."""
    if os.fstat(descriptor).st_size > MAX_IMAGE_BYTES:
        raise _too_large()
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            # The size is a promise that a growing file does not keep: one byte more than allowed is asked for.
            data = file.read(MAX_IMAGE_BYTES + 1)
    except OSError as error:
        raise from_os(error) from None
    if len(data) > MAX_IMAGE_BYTES:
        raise _too_large()
    if not data:
        raise UnusableError("image-empty", "the file is empty", "export the image again and commit it")
    return data


def _too_large() -> UnusableError:
    return UnusableError(
        "image-too-large",
        f"the file is larger than the {MAX_IMAGE_BYTES // 1024**2} MB that the vendor takes",
        "scale it down, or save it as a JPEG of lower quality",
    )


# Reads an image once more to be sent, and lets go of it only if it is still the one that was planned with.


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


# Whether both images of a signature fit into one request (TC3 POST body: 10 MB, ``RequestSizeLimitExceeded``).


REST_OF_BODY: Final = 64 * 1024
"""Bytes set aside for everything in the request that is not an image."""


def pair_problem(proof: Image, commission: Image | None) -> EvidenceProblem | None:
    """Return the problem where the images of one signature, in base64, do not fit its request."""
    other = 0 if commission is None else commission.bytes
    if base64_size(proof.bytes) + base64_size(other) + REST_OF_BODY <= MAX_BODY_BYTES:
        return None
    together = (proof.bytes + other) / 1024**2
    most = (MAX_BODY_BYTES - REST_OF_BODY) * 3 / 4 / 1024**2
    return EvidenceProblem(
        "images-together",
        f"both images together have {together:.2f} MB, and one request holds about {most:.2f} MB of images",
        "scale one of them down, or save it as a JPEG of lower quality",
    )


def base64_size(size: int) -> int:
    """Return how many bytes ``size`` bytes take in base64 without line breaks."""
    return 4 * ((size + 2) // 3)
