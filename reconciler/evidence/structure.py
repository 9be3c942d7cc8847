"""What the structure of an image file tells before any pixel of it is decoded."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from reconciler.evidence.problems import UnusableError

MAX_PIXELS: Final = 40_000_000
"""Most pixels of one image; an A4 page at 600 dpi has 35 million. Decoded, that is 160 MB."""


MAX_PARTS: Final = 20_000
"""Most chunks of a PNG or segments of a JPEG; real ones have tens to hundreds."""


class Structure(NamedTuple):
    """Size in pixels, EXIF orientation (1 to 8, 1 is upright), and the file's parts that make pixels, in order.

    ``bare`` leaves out texts, profiles, thumbnails and the like: they are the greater part of what a decoder can be
    attacked through, and they are not what is to be shown to decode.
    """

    width: int
    height: int
    orientation: int
    bare: bytes


def check_size(width: int, height: int) -> None:
    """Raise UnusableError where there are no pixels, or more than are decoded here."""
    if not width or not height:
        raise broken("its width or height is 0")
    if width * height > MAX_PIXELS:
        raise UnusableError(
            "image-dimensions",
            f"{width} x {height} pixels are more than the {MAX_PIXELS // 1_000_000} million that are decoded here",
            "scale it down; an A4 page at 300 dpi is 2480 x 3508",
        )


def check_end(trailer: bytes) -> None:
    """Raise UnusableError where more than padding follows the image's own end."""
    if trailer.strip(b"\0\r\n"):
        raise UnusableError(
            "image-appended",
            f"{len(trailer)} bytes follow the end of the image, perhaps a video or another file",
            "open it in an image editor and export it again as PNG or JPEG",
        )


def broken(reason: str) -> UnusableError:
    """Return the problem of a file that starts like an image and is none, or not a whole one."""
    hint = "open it in an image editor and export it again as PNG or JPEG"
    return UnusableError("image-broken", f"the image is damaged: {reason}", hint)


# The one fact that is read from EXIF data: how the image is to be turned (CIPA DC-008, tag 0112).
#
# Read here rather than by the imaging library, which warns of damaged EXIF data on standard error.


UPRIGHT: Final = 1


_ORIENTATION_TAG: Final = 0x0112


_ENTRY_SIZE: Final = 12


_KNOWN: Final = range(1, 9)


_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}


def orientation_of(tiff: bytes) -> int:
    """Return the orientation that a TIFF header and its first directory tell, upright where they tell none."""
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        return _search(tiff, order)
    except struct.error:
        return UPRIGHT


def _search(tiff: bytes, order: str) -> int:
    (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, directory)
    for index in range(count):
        tag, value = struct.unpack_from(f"{order}H6xH", tiff, directory + 2 + index * _ENTRY_SIZE)
        if tag == _ORIENTATION_TAG:
            return value if value in _KNOWN else UPRIGHT
    return UPRIGHT
