"""Whether both images of a signature fit into one request (TC3 POST body: 10 MB, ``RequestSizeLimitExceeded``)."""

from __future__ import annotations

from typing import Final

from reconciler.contract.api import MAX_BODY_BYTES
from reconciler.evidence.problems import EvidenceProblem
from reconciler.model.signature import Image

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
