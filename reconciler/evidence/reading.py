"""Reads an open image whole, within the vendor's size."""

from __future__ import annotations

import os

from reconciler.contract.api import MAX_IMAGE_BYTES
from reconciler.evidence.path_problems import from_os
from reconciler.evidence.problems import UnusableError


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
