"""Small images for tests, different for every number."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image


def png(number: int = 0, size: tuple[int, int] = (24, 16), **options: Any) -> bytes:
    """Return a PNG file of one colour that depends on ``number``."""
    return encoded(picture(number, size), "PNG", **options)


def jpeg(number: int = 0, size: tuple[int, int] = (24, 16), **options: Any) -> bytes:
    """Return a JPEG file of one colour that depends on ``number``."""
    return encoded(picture(number, size), "JPEG", **options)


def picture(number: int = 0, size: tuple[int, int] = (24, 16)) -> Image.Image:
    """Return a picture of one colour that depends on ``number``."""
    return Image.new("RGB", size, (number & 255, number >> 8 & 255, number >> 16 & 255))


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """Return the picture as a file of the format ``form``."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a PNG chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
