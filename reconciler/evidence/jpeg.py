"""The structure of a JPEG file: marker segments and scans (ITU-T T.81, annex B)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from reconciler.evidence import problems
from reconciler.evidence.problems import UnusableError
from reconciler.evidence.structure import MAX_PARTS, UPRIGHT, Structure, check_size, orientation_of, trailer_warnings

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

# Where bytes are stray: tables, frames, scans, comments, application segments and the end.
_NEXT_MARKER: Final = re.compile(rb"\xff([\xc0-\xc4\xc5-\xc7\xc9-\xcf\xd9-\xdf\xe0-\xef\xfe])")

# Segments whose content makes no pixels, so that a wrong length of theirs does no harm.
_SKIPPED: Final = frozenset({*range(0xE0, 0xF0), _COMMENT})

# Within a scan FF 00 is a byte of data and FF D0 to D7 are restarts; anything else ends it.
_AFTER_SCAN: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


class _Segment(NamedTuple):
    marker: int
    start: int
    body: int
    end: int
    odd: bool


def parse(data: bytes) -> Structure:
    """Return the structure of ``data``, which starts with the signature. Raises UnusableError."""
    segments = list(_segments(data))
    has_end = segments[-1].marker == _END
    markers = [segment.marker for segment in segments]
    if markers.count(_SCAN) > MAX_SCANS:
        raise UnusableError(problems.TOO_MANY_SCANS)
    width, height = _size(data, [segment for segment in segments if segment.marker in _FRAMES | _ODD_FRAMES])
    check_size(width, height)
    kept = (data[part.start : part.end] for part in segments if part.marker not in _LEFT_OUT)
    warnings = trailer_warnings(data[segments[-1].end :]) if has_end else (problems.END_MARK_MISSING,)
    if any(segment.odd for segment in segments):
        warnings = (problems.STRAY_BYTES, *warnings)
    bare = data[:2] + b"".join(kept)
    bare = bare if has_end else bare.removesuffix(b"\xff")
    return Structure(width, height, _orientation(data, segments), bare, warnings, has_end)


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
    """Yield the segments after the first marker, up to and including the end of the image, or of the file."""
    at = 2
    scanned = False
    for _ in range(MAX_PARTS):
        segment = _segment(data, at)
        yield segment
        scanned = scanned or segment.marker == _SCAN
        if segment.marker == _END or (scanned and segment.end >= len(data)):
            return
        at = segment.end
    raise UnusableError(problems.TOO_MANY_PARTS)


def _segment(data: bytes, at: int) -> _Segment:
    found = _MARKER.match(data, at) or _NEXT_MARKER.search(data, at)
    if not found:
        raise UnusableError(problems.END_MISSING)
    marker, start = found[1][0], found.end()
    odd = found.start() != at
    if marker == _END:
        return _Segment(marker, found.start(), start, start, odd)
    end = start + int.from_bytes(data[start : start + 2])
    if marker in _SKIPPED and not _ends_well(data, start, end):
        # Its length is wrong: what follows is found by its own beginning.
        after = _NEXT_MARKER.search(data, start + 2)
        end, odd = after.start() if after else len(data) + 1, True
    if marker == _START or end < start + 2 or end > len(data):
        raise UnusableError(problems.END_MISSING)
    if marker == _SCAN:
        after = _AFTER_SCAN.search(data, end)
        end = after.start() if after else len(data)
    return _Segment(marker, found.start(), start + 2, end, odd)


def _ends_well(data: bytes, start: int, end: int) -> bool:
    """Return whether a length that a segment gives leads to the next one."""
    return end >= start + 2 and end < len(data) and _MARKER.match(data, end) is not None
