"""The structure of a PNG file: chunks with checksums (W3C PNG specification, third edition, sections 5 and 11)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from reconciler.evidence.anatomy import MAX_PARTS, Anatomy, broken, check_end, check_size
from reconciler.evidence.exif import UPRIGHT, orientation_of
from reconciler.evidence.png_pixels import Header, header_of, unpacked_size, unpacks_to
from reconciler.evidence.problems import UnusableError

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_MAKES_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_HEADER: Final = struct.Struct(">I4s")
_CHECKSUM: Final = struct.Struct(">I")


class _Chunk(NamedTuple):
    kind: bytes
    body: bytes
    raw: bytes
    end: int


def dissect(data: bytes) -> Anatomy:
    """Return the anatomy of ``data``, which starts with the signature. Raises UnusableError."""
    chunks = list(_chunks(data))
    check_end(data[chunks[-1].end :])
    if any(chunk.kind == b"acTL" for chunk in chunks):
        raise UnusableError("image-animated", "the PNG is animated", "export its first frame as a still image")
    header = _header(chunks)
    if not unpacks_to((chunk.body for chunk in chunks if chunk.kind == b"IDAT"), unpacked_size(header)):
        raise broken("some of its pixels are missing")
    bare = SIGNATURE + b"".join(chunk.raw for chunk in chunks if chunk.kind in _MAKES_PIXELS)
    return Anatomy(header.width, header.height, _orientation(chunks), bare)


def _header(chunks: list[_Chunk]) -> Header:
    header = header_of(chunks[0].body)
    if header is None:
        raise broken("its header is malformed")
    check_size(header.width, header.height)
    return header


def _orientation(chunks: list[_Chunk]) -> int:
    return next((orientation_of(chunk.body) for chunk in chunks if chunk.kind == b"eXIf"), UPRIGHT)


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Yield the chunks up to and including IEND."""
    at = len(SIGNATURE)
    for _ in range(MAX_PARTS):
        chunk = _chunk(data, at)
        if (at == len(SIGNATURE)) != (chunk.kind == b"IHDR"):
            raise broken("its header is missing or repeated")
        yield chunk
        if chunk.kind == b"IEND":
            return
        at = chunk.end
    raise broken("it is in too many pieces")


def _chunk(data: bytes, at: int) -> _Chunk:
    if at + _HEADER.size > len(data):
        raise broken("its end is missing")
    length, kind = _HEADER.unpack_from(data, at)
    start = at + _HEADER.size
    end = start + length + _CHECKSUM.size
    if end > len(data):
        raise broken("its end is missing")
    if zlib.crc32(data[at + 4 : start + length]) != _CHECKSUM.unpack_from(data, start + length)[0]:
        raise broken("a checksum does not fit")
    return _Chunk(kind, data[start : start + length], data[at:end], end)
