"""The one fact that is read from EXIF data: how the image is to be turned (CIPA DC-008, tag 0112).

Read here rather than by the imaging library, which warns of damaged EXIF data on standard error.
"""

from __future__ import annotations

import struct
from typing import Final

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
