"""The structure of a PNG file, and whether it holds all the pixels that its header promises."""

# After the W3C PNG specification, third edition: chunks with checksums (sections 5 and 11), rows of pixels (7, 8 and
# 10). The imaging library takes a stream that ends early for a picture whose lower part is black.

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from PIL.PngImagePlugin import PngImageFile

from reconciler.evidence import problems
from reconciler.evidence.problems import UnusableError
from reconciler.evidence.structure import MAX_PARTS, UPRIGHT, Structure, check_size, orientation_of, trailer_warnings

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

# All other chunks that there may be are texts, profiles and the like.
_MAKES_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})

_HEADER: Final = struct.Struct(">I4s")
_CHECKSUM: Final = struct.Struct(">I")
_FIELDS: Final = struct.Struct(">IIBBBBB")
_PALETTE: Final = 3
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PALETTE_SIZES: Final = range(3, 3 * 256 + 1, 3)

_ONE_FRAME: Final = b"\0\0\0\x01"  # num_frames of acTL
_END_CHUNK: Final = b"\0\0\0\0IEND\xaeB`\x82"

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

# Bytes unpacked at a time, of which none is kept.
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
    is_known = header.colour in _CHANNELS and header.compression == header.filtering == 0 and header.interlace <= 1
    return header if is_known else None


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
    """Return whether the bodies of the IDAT chunks unpack to at least ``size`` bytes; no more than that is unpacked.

    Raises zlib.error where they do not unpack.
    """
    for piece in _pieces(bodies):
        size -= piece
        if size <= 0:
            return True
    return False


def _pieces(bodies: Iterable[bytes]) -> Iterator[int]:
    """Yield the lengths of what is unpacked, little by little."""
    stream = zlib.decompressobj()
    for body in bodies:
        packed = body
        while packed:
            yield len(stream.decompress(packed, _AT_ONCE))
            packed = stream.unconsumed_tail


class _Chunk(NamedTuple):
    kind: bytes
    body: bytes
    raw: bytes
    end: int
    sound: bool


def parse(data: bytes) -> Structure:
    """Return the structure of ``data``, which starts with the signature. Raises UnusableError."""
    chunks = list(_chunks(data))
    has_end = chunks[-1].kind == b"IEND"
    if any(chunk.kind == b"acTL" and chunk.body[:4] != _ONE_FRAME for chunk in chunks):
        raise UnusableError(problems.ANIMATED)
    header = _header(chunks)
    _check_parts(chunks, header)
    _check_pixels(chunks, header)
    bare = SIGNATURE + b"".join(chunk.raw for chunk in chunks if chunk.kind in _MAKES_PIXELS)
    if not has_end:
        bare += _END_CHUNK
    warnings = trailer_warnings(data[chunks[-1].end :]) if has_end else (problems.END_MARK_MISSING,)
    kinds = dict.fromkeys(_name(chunk) for chunk in chunks if not chunk.sound)
    odd = tuple(problems.UNUSED_CHECKSUM.given(kind=kind) for kind in kinds)
    return Structure(header.width, header.height, _orientation(chunks), bare, (*odd, *warnings))


def _name(chunk: _Chunk) -> str:
    return chunk.kind.decode("ascii") if chunk.kind.isalpha() else "unknown"


def _check_parts(chunks: list[_Chunk], header: Header) -> None:
    """Refuse what every decoder has to refuse, and the imaging library does not (sections 5.4, 11.2.2 and 14.2)."""
    for chunk in chunks:
        is_critical = not chunk.kind.isalpha() or chunk.kind[:1].isupper()
        if is_critical and chunk.kind not in _MAKES_PIXELS:
            raise UnusableError(problems.UNKNOWN_PART.given(kind=_name(chunk)))
    kinds = [chunk.kind for chunk in chunks]
    if kinds.count(b"PLTE") > 1:
        raise UnusableError(problems.PALETTE)
    before = kinds[: kinds.index(b"IDAT")] if b"IDAT" in kinds else kinds
    sizes = [len(chunk.body) for chunk, kind in zip(chunks, before, strict=False) if kind == b"PLTE"]
    if header.colour == _PALETTE and not any(size in _PALETTE_SIZES for size in sizes):
        raise UnusableError(problems.PALETTE)


def _check_pixels(chunks: list[_Chunk], header: Header) -> None:
    kinds = [chunk.kind == b"IDAT" for chunk in chunks]
    if sum(now and not before for before, now in pairwise((False, *kinds))) > 1:
        raise UnusableError(problems.INTERRUPTED)
    try:
        is_whole = unpacks_to((chunk.body for chunk in chunks if chunk.kind == b"IDAT"), unpacked_size(header))
    except zlib.error:
        raise UnusableError(problems.PIXELS_CORRUPT) from None
    if not is_whole:
        raise UnusableError(problems.PIXELS_MISSING)


def _header(chunks: list[_Chunk]) -> Header:
    header = header_of(chunks[0].body)
    if header is None:
        raise UnusableError(problems.HEADER_MALFORMED)
    check_size(header.width, header.height)
    return header


def _orientation(chunks: list[_Chunk]) -> int:
    return next((orientation_of(chunk.body) for chunk in chunks if chunk.kind == b"eXIf"), UPRIGHT)


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Yield the chunks up to and including IEND; where the pixels are there, up to the end of the file."""
    at, has_pixels = len(SIGNATURE), False
    for _ in range(MAX_PARTS):
        chunk = _chunk(data, at)
        if chunk is None and has_pixels:
            return
        if chunk is None:
            raise UnusableError(problems.END_MISSING)
        if (at == len(SIGNATURE)) != (chunk.kind == b"IHDR"):
            raise UnusableError(problems.APPLES_PNG if chunk.kind == b"CgBI" else problems.HEADER_MISSING)
        yield chunk
        if chunk.kind == b"IEND":
            return
        at, has_pixels = chunk.end, has_pixels or chunk.kind == b"IDAT"
    raise UnusableError(problems.TOO_MANY_PARTS)


def _chunk(data: bytes, at: int) -> _Chunk | None:
    """Return the chunk at a place, ``None`` where the file ends before it does."""
    if at + _HEADER.size > len(data):
        return None
    length, kind = _HEADER.unpack_from(data, at)
    start = at + _HEADER.size
    end = start + length + _CHECKSUM.size
    if end > len(data):
        return None
    sound = zlib.crc32(data[at + 4 : start + length]) == _CHECKSUM.unpack_from(data, start + length)[0]
    if not sound and kind in _MAKES_PIXELS:
        raise UnusableError(problems.CHECKSUM)
    return _Chunk(kind, data[start : start + length], data[at:end], end, sound)


def check(structure: Structure) -> None:
    """Raise UnusableError unless the image decodes."""
    try:
        with PngImageFile(io.BytesIO(structure.bare)) as image:
            decodes = image.size == (structure.width, structure.height) and image.load() is not None
    except Exception:  # noqa: BLE001  # hostile bytes make the decoder raise nearly every type there is
        decodes = False
    if not decodes:
        raise UnusableError(problems.DECODING)
