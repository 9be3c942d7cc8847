"""The structure of a JPEG file: marker segments and scans (ITU-T T.81, annex B)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from reconciler.evidence import problems
from reconciler.evidence.problems import UnusableError
from reconciler.evidence.structure import MAX_PARTS, UPRIGHT, Structure, check_end, check_size, orientation_of

SIGNATURE: Final = b"\xff\xd8\xff"

# Most scans of a progressive image; encoders write about ten, and each one costs a pass over all pixels.
MAX_SCANS: Final = 100

_EXIF: Final = b"Exif\0\0"
_START, _END, _SCAN, _ADOBE, _COMMENT = 0xD8, 0xD9, 0xDA, 0xEE, 0xFE
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_ODD_FRAMES: Final = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_EXIF_SEGMENT: Final = 0xE1

# JFIF (E0) and Adobe (EE) say which colours are meant; every other application segment is about something else.
_LEFT_OUT: Final = frozenset({*range(0xE1, 0xF0), _COMMENT}) - {_ADOBE}

_MARKER: Final = re.compile(rb"\xff+([\x01-\xfe])")

# Within a scan FF 00 is a byte of data and FF D0 to D7 are restarts; anything else ends it.
_AFTER_SCAN: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


class _Segment(NamedTuple):
    marker: int
    start: int
    body: int
    end: int


def parse(data: bytes) -> Structure:
    """Return the structure of ``data``, which starts with the signature. Raises UnusableError."""
    segments = list(_segments(data))
    check_end(data[segments[-1].end :])
    markers = [segment.marker for segment in segments]
    if markers.count(_SCAN) > MAX_SCANS:
        raise UnusableError(problems.TOO_MANY_SCANS)
    width, height = _size(data, [segment for segment in segments if segment.marker in _FRAMES | _ODD_FRAMES])
    check_size(width, height)
    kept = (data[part.start : part.end] for part in segments if part.marker not in _LEFT_OUT)
    return Structure(width, height, _orientation(data, segments), data[:2] + b"".join(kept))


def _size(data: bytes, frames: list[_Segment]) -> tuple[int, int]:
    if len(frames) != 1:
        raise UnusableError(problems.HEADER_MISSING)
    (frame,) = frames
    if frame.marker in _ODD_FRAMES:
        raise UnusableError(problems.RARE_JPEG)
    if frame.end - frame.body < 5:  # noqa: PLR2004  # precision, height, width: a byte and two numbers
        raise UnusableError(problems.HEADER_MALFORMED)
    height, width = struct.unpack_from(">HH", data, frame.body + 1)
    return width, height


def _orientation(data: bytes, segments: list[_Segment]) -> int:
    for segment in segments:
        if segment.marker == _EXIF_SEGMENT and data.startswith(_EXIF, segment.body):
            return orientation_of(data[segment.body + len(_EXIF) : segment.end])
    return UPRIGHT


def _segments(data: bytes) -> Iterator[_Segment]:
    """Yield the segments after the first marker, up to and including the end of the image."""
    at = 2
    for _ in range(MAX_PARTS):
        segment = _segment(data, at)
        yield segment
        if segment.marker == _END:
            return
        at = segment.end
    raise UnusableError(problems.TOO_MANY_PARTS)


def _segment(data: bytes, at: int) -> _Segment:
    found = _MARKER.match(data, at)
    if not found:
        raise UnusableError(problems.END_MISSING if at >= len(data) else problems.BETWEEN_PARTS)
    marker, start = found[1][0], found.end()
    if marker == _END:
        return _Segment(marker, at, start, start)
    end = start + int.from_bytes(data[start : start + 2])
    if marker == _START or end < start + 2 or end > len(data):
        raise UnusableError(problems.END_MISSING)
    if marker == _SCAN:
        after = _AFTER_SCAN.search(data, end)
        if not after:
            raise UnusableError(problems.END_MISSING)
        end = after.start()
    return _Segment(marker, at, start + 2, end)
