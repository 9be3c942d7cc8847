from __future__ import annotations

import pytest
from PIL import Image as Pictures

from reconciler.evidence.structure import UPRIGHT, orientation_of

ENTRY = b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"


def tiff(*entries: bytes, count: int | None = None) -> bytes:
    number = len(entries) if count is None else count
    return b"MM\0*\0\0\0\x08" + number.to_bytes(2) + b"".join(entries)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_the_imaging_library_writes_is_read(orientation: int) -> None:
    exif = Pictures.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A camera maker"
    assert orientation_of(exif.tobytes().removeprefix(b"Exif\0\0")) == orientation


def test_both_byte_orders_are_read() -> None:
    assert orientation_of(tiff(ENTRY)) == 6
    assert orientation_of(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0") == 6


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing",
        b"MM\0*",
        b"MM\0*\xff\xff\xff\xff",
        tiff(),
        tiff(ENTRY[:-1], count=1)[:-8],
        tiff(b"\x01\x0f" + ENTRY[2:], count=500),
        tiff(ENTRY.replace(b"\x06", b"\x09")),
        tiff(ENTRY.replace(b"\x06", b"\x00")),
    ],
)
def test_damaged_or_absent_data_counts_as_upright(data: bytes) -> None:
    assert orientation_of(data) == UPRIGHT
