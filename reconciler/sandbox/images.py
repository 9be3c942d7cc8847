"""Evidence images as the vendor takes them: plain base64 of a PNG or JPEG that decodes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from io import BytesIO
from typing import Final

from PIL import Image

from reconciler.sandbox.model import ApiError, ImageDigest

_PREFIX: Final = re.compile(r"data:image/[a-z]+;base64,")


_MAX_PIXELS: Final = 80_000_000


def read_image(name: str, text: str, *, loose: bool) -> ImageDigest:
    """Return the digest of the image in the parameter ``name``; raise ``InvalidParameterValue.ImageInvalid``.

    ``loose`` also takes a ``data:`` prefix and line breaks, which the reference page asks to leave out.
    """
    if loose:
        text = "".join(_PREFIX.sub("", text, count=1).split())
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid(name, "is not plain base64") from None
    _check_decodes(name, content)
    return digest(content)


def digest(content: bytes) -> ImageDigest:
    """Return what is kept of an image."""
    return ImageDigest(hashlib.sha256(content).hexdigest(), len(content))


def _check_decodes(name: str, content: bytes) -> None:
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
            small_enough = image.width * image.height <= _MAX_PIXELS
            if small_enough:
                image.load()
    except Exception as problem:  # Pillow's decoders raise nearly any type on broken input
        raise _invalid(name, "is not a PNG or JPEG that decodes") from problem
    if not small_enough:
        raise _invalid(name, "has too many pixels")


def _invalid(name: str, why: str) -> ApiError:
    return ApiError("InvalidParameterValue.ImageInvalid", f"The image in `{name}` {why}.")
