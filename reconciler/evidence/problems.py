"""What can be wrong with an evidence image, in words for people and with a stable code for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from reconciler.errors import Refusal
from reconciler.model.signature import Image
from reconciler.model.source import Severity

CODES: Final[Mapping[str, str]] = {
    "image-path": "the path cannot name an image of the repository",
    "image-outside": "the path leads out of the repository",
    "image-private": "the path leads into a folder that belongs to git or to this tool",
    "image-missing": "there is no such file",
    "image-not-a-file": "the path names a folder, a device, a pipe or a socket",
    "image-unreadable": "the file is there and cannot be read",
    "image-empty": "the file is empty",
    "image-too-large": "the file is larger than the vendor takes",
    "image-pointer": "the file stands for an image that was not fetched",
    "image-locked": "the file is encrypted",
    "image-format": "the file is neither PNG nor JPEG",
    "image-extension": "the name's ending does not fit the content",
    "image-broken": "the image does not decode",
    "image-animated": "the image has several frames",
    "image-dimensions": "the image has more pixels than are decoded here",
    "image-appended": "something follows the end of the image",
    "image-rotated": "the image is shown turned by its EXIF data alone",
    "images-together": "both images of a signature are too large for one request",
}
"""Every code of this package with its meaning."""


class EvidenceProblem(NamedTuple):
    """One problem of one image. ``image`` is set for a warning: the image can be used in spite of it."""

    code: str
    message: str
    hint: str
    severity: Severity = Severity.ERROR
    image: Image | None = None


class UnusableError(Exception):
    """Carries a problem out of the checks; never leaves this package."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.problem = EvidenceProblem(code, message, hint)


class EvidenceChanged(Refusal):
    """An image is no longer the one that the plan was made with; nothing of it may be sent."""
