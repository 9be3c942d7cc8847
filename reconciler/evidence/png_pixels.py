"""Whether a PNG holds all the pixels that its header promises (W3C PNG specification, sections 7, 8 and 10).

The imaging library takes a stream that ends early for a picture whose lower part is black.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_FIELDS: Final = struct.Struct(">IIBBBBB")
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# First column, first row, step of columns, step of rows.
_WHOLE: Final = ((0, 0, 1, 1),)
_ADAM7: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
_AT_ONCE: Final = 256 * 1024


class Header(NamedTuple):
    """The fields of IHDR: size in pixels, bits per sample, colour type, methods."""

    width: int
    height: int
    depth: int
    colour: int
    compression: int
    filtering: int
    interlace: int


def header_of(body: bytes) -> Header | None:
    """Return the fields of an IHDR chunk, ``None`` where they are not fields of a header."""
    if len(body) != _FIELDS.size:
        return None
    header = Header(*_FIELDS.unpack(body))
    return header if header.colour in _CHANNELS else None


def unpacked_size(header: Header) -> int:
    """Return the bytes of all rows with their filter bytes."""
    channels = _CHANNELS[header.colour]
    size = 0
    for left, top, across, down in _ADAM7 if header.interlace else _WHOLE:
        columns = -(-(header.width - left) // across)
        rows = -(-(header.height - top) // down)
        if columns > 0 and rows > 0:
            size += rows * (1 + -(-columns * channels * header.depth // 8))
    return size


def unpacks_to(bodies: Iterable[bytes], size: int) -> bool:
    """Tell whether the bodies of the IDAT chunks unpack to at least ``size`` bytes; no more than that is unpacked."""
    try:
        for piece in _pieces(bodies):
            size -= piece
            if size <= 0:
                return True
    except zlib.error:
        pass
    return False


def _pieces(bodies: Iterable[bytes]) -> Iterator[int]:
    """Yield the lengths of what is unpacked, little by little."""
    stream = zlib.decompressobj()
    for body in bodies:
        packed = body
        while packed:
            yield len(stream.decompress(packed, _AT_ONCE))
            packed = stream.unconsumed_tail
