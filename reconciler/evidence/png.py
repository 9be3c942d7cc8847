"""The structure of a PNG file: chunks with checksums (W3C PNG specification, third edition, sections 5 and 11)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from reconciler.evidence.anatomy import MAX_PARTS, Anatomy, broken, check_end, check_size
from reconciler.evidence.exif import UPRIGHT, orientation_of
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
    width = height = 0
    orientation = UPRIGHT
    kept = [SIGNATURE]
    for chunk in _chunks(data):
        if chunk.kind == b"IHDR":
            width, height = _size(chunk)
        elif chunk.kind == b"eXIf":
            orientation = orientation_of(chunk.body)
        elif chunk.kind == b"acTL":
            raise UnusableError("image-animated", "the PNG is animated", "export its first frame as a still image")
        if chunk.kind in _MAKES_PIXELS:
            kept.append(chunk.raw)
        if chunk.kind == b"IEND":
            check_end(data[chunk.end :])
    check_size(width, height)
    return Anatomy(width, height, orientation, b"".join(kept))


def _size(chunk: _Chunk) -> tuple[int, int]:
    if len(chunk.body) != 13:  # noqa: PLR2004  # the length of IHDR is fixed
        raise broken("its header is malformed")
    width, height = struct.unpack_from(">II", chunk.body)
    return width, height


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
