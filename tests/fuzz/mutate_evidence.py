"""Changes to an image that keep its frame whole: a PNG's checksums and packing, a JPEG's segment lengths."""

from __future__ import annotations

import struct
import zlib
from random import Random
from typing import Final

from tests.fixtures.images import chunk
from tests.fuzz.mutate_definitions import Havoc

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8"
_HEADER: Final = struct.Struct(">IIBBBBB")
_SIZES: Final = (0, 1, 2, 7, 8, 9, 255, 256, 4000, 6325, 10_001, 65535, 2**31 - 1, 2**32 - 1)
_DEPTHS: Final = (0, 1, 2, 3, 4, 8, 16, 255)
_KINDS: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf", b"acTL", b"fdAT", b"tEXt", b"zTXt", b"iCCP")
_EXIF: Final = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
_MOST_UNPACKED: Final = 1 << 20

Part = tuple[bytes, bytes]
"""Kind or marker, and body."""


def mutate(data: bytes, random: Random, havoc: Havoc) -> bytes:
    """Return an image a few changes away from ``data``, the fuzzer's own change where that has no frame."""
    if random.random() < 0.2:  # one in five
        return havoc(data)
    if data.startswith(_PNG):
        return _png(data, random, havoc)
    return _jpeg(data, random, havoc) if data.startswith(_JPEG) else havoc(data)


def _png(data: bytes, random: Random, havoc: Havoc) -> bytes:
    parts, at = [], len(_PNG)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        parts.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += length + 12
    for _ in range(random.randint(1, 3)):
        _change(parts, random, havoc, (random.choice(_KINDS), random.choice((_EXIF, b"", b"a\0b", b"\0" * 8))))
    return _PNG + b"".join(chunk(kind, body) for kind, body in parts)


def _jpeg(data: bytes, random: Random, havoc: Havoc) -> bytes:
    parts = list(_segments(data))
    extra = (bytes((0xFF, random.randrange(0xC0, 0xFF))), random.choice((b"Exif\0\0" + _EXIF, b"", b"\0" * 17)))
    for _ in range(random.randint(1, 3)):
        _change(parts, random, havoc, extra)
    return _JPEG + b"".join(_segment(marker, body) for marker, body in parts)


def _segments(data: bytes) -> list[Part]:
    parts, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # what a marker begins with
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        following = data.find(b"\xff\xd9", end) if data[at + 1] == 0xDA else end  # a scan
        parts.append((data[at : at + 2], data[at + 4 : following if following > 0 else len(data)]))
        at = following if following > 0 else len(data)
    return [*parts, (data[at : at + 2], b"")]


def _segment(marker: bytes, body: bytes) -> bytes:
    if marker[1:] in {b"\xd9", b""}:
        return marker
    # What follows the header of a scan has no length of its own.
    head = min(len(body), 10) if marker[1:] == b"\xda" else len(body)
    return marker + ((head + 2) & 0xFFFF).to_bytes(2) + body


def _change(parts: list[Part], random: Random, havoc: Havoc, extra: Part) -> None:
    at = random.randrange(len(parts)) if parts else 0
    if not parts or random.random() < 0.1:  # one in ten
        parts.insert(at, extra)
    elif random.random() < 0.15:  # one in seven
        parts.insert(random.randrange(len(parts)), parts[at] if random.random() < 0.5 else parts.pop(at))
    else:
        kind, body = parts[at]
        parts[at] = (kind, _body(kind, body, random, havoc))


def _body(kind: bytes, body: bytes, random: Random, havoc: Havoc) -> bytes:
    if kind == b"IHDR" and len(body) == _HEADER.size:
        return _header(body, random)
    if kind == b"IDAT" and random.random() < 0.7:  # else the packing itself is changed
        return _repacked(body, havoc)
    if kind[1:] in {b"\xc0", b"\xc1", b"\xc2"} and len(body) > 4 and random.random() < 0.5:  # a frame
        return body[:1] + struct.pack(">HH", random.choice(_SIZES[:12]), random.choice(_SIZES[:12])) + body[5:]
    return havoc(body)


def _header(body: bytes, random: Random) -> bytes:
    fields = list(_HEADER.unpack(body))
    at = random.randrange(len(fields))
    fields[at] = random.choice(_SIZES if at < 2 else _DEPTHS)  # width and height come first
    return _HEADER.pack(*fields)


def _repacked(body: bytes, havoc: Havoc) -> bytes:
    try:
        rows = zlib.decompressobj().decompress(body, _MOST_UNPACKED)
    except zlib.error:
        return havoc(body)
    return zlib.compress(havoc(rows), 1)
