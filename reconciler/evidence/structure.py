"""What is known of an image file before any pixel of it is decoded: its size, orientation and parts."""

from __future__ import annotations

import re
import struct
from typing import Final, NamedTuple

from reconciler.diagnostics import Message
from reconciler.errors import said
from reconciler.evidence import problems
from reconciler.evidence.problems import UnusableError

# Most pixels of one image; an A4 page at 600 dpi has 35 million. Decoded, that is 160 MB.
MAX_PIXELS: Final = 40_000_000

# Most chunks of a PNG or segments of a JPEG; real ones have tens to hundreds.
MAX_PARTS: Final = 20_000

# The EXIF orientation (CIPA DC-008, tag 0112) of an image that needs no turning.
UPRIGHT: Final = 1

_TRAILERS: Final = (
    (re.compile(rb"SEF[TH]\Z|SEFT.{0,8}\Z", re.DOTALL), said("data of the camera's maker")),
    (re.compile(rb"\A[\0-\xff]{0,64}?\xff\xd8\xff"), said("further pictures of the same shot")),
    (re.compile(rb"\A[\0-\xff]{4,64}?ftyp"), said("a video")),
    (re.compile(rb"\APK\x03\x04"), said("a ZIP archive")),
    (re.compile(rb"\A\s*%PDF-"), said("a PDF document")),
    (re.compile(rb"\A\s*<"), said("a web page or XML")),
    (re.compile(rb"\A\x89PNG"), said("another picture")),
)

_ORIENTATION_TAG: Final = 0x0112
_ENTRY_SIZE: Final = 12
_KNOWN: Final = range(1, 9)
_BYTE_ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}


class Structure(NamedTuple):
    """Size in pixels, EXIF orientation (1 to 8, 1 is upright), and the file's parts that make pixels, in order.

    ``bare`` leaves out texts, profiles, thumbnails and the like: they are the greater part of what a decoder can be
    attacked through, and they are not what must be shown to decode. ``warnings`` say what viewers pass over.
    ``has_end`` is false where the mark of its end is missing, so that nobody knows yet whether pixels are.
    ``scan_ends`` are the places in ``bare`` right behind the pixels of each scan of a JPEG.
    """

    width: int
    height: int
    orientation: int
    bare: bytes
    warnings: tuple[Message, ...] = ()
    has_end: bool = True
    scan_ends: tuple[int, ...] = ()


def check_size(width: int, height: int) -> None:
    """Raise UnusableError where there are no pixels, or more than are decoded here."""
    if not width or not height:
        raise UnusableError(problems.NO_PIXELS)
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        raise UnusableError(problems.TOO_MANY_PIXELS.given(width=width, height=height, limit=limit))


def trailer_warnings(trailer: bytes) -> tuple[Message, ...]:
    """Return the warning about data behind the picture's end, which viewers pass over; padding is nothing."""
    if not trailer.strip(b"\0\r\n"):
        return ()
    what = next((words for sign, words in _TRAILERS if sign.search(trailer)), said("unknown data"))
    return (problems.APPENDED.given(bytes=len(trailer), what=what),)


def orientation_of(tiff: bytes) -> int:
    """Return the orientation that a TIFF header and its first directory give, upright where they give none.

    Read here rather than by the imaging library, which warns of damaged EXIF data on standard error.
    """
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
