"""The structure of a JPEG file (ITU-T T.81, annex B), and whether it holds all the pixels that its header promises."""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final, NamedTuple

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from reconciler.evidence import problems
from reconciler.evidence.problems import UnusableError
from reconciler.evidence.structure import MAX_PARTS, UPRIGHT, Structure, check_size, orientation_of, trailer_warnings

SIGNATURE: Final = b"\xff\xd8\xff"

# Most scans of a progressive image; encoders write about ten, and each one costs a pass over all pixels.
MAX_SCANS: Final = 100

_EXIF: Final = b"Exif\0\0"
_START, _END, _SCAN, _INTERVAL, _ADOBE, _COMMENT = 0xD8, 0xD9, 0xDA, 0xDD, 0xEE, 0xFE
_RESTARTS: Final = tuple(bytes((0xFF, marker)) for marker in range(0xD0, 0xD8))

# Bits of a sample.
_BITS: Final = 8

# Pixels on each side of a block.
_BLOCK: Final = 8
_FRAMES: Final = frozenset({0xC0, 0xC1, 0xC2})
_ODD_FRAMES: Final = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_EXIF_SEGMENT: Final = 0xE1

# Markers without a segment, which say nothing outside of a scan.
_BARE_MARKERS: Final = frozenset({0x01, *range(0xD0, 0xD8)})

# JFIF (E0) and Adobe (EE) say which colours are meant; every other application segment is about something else.
_LEFT_OUT: Final = frozenset({*range(0xE1, 0xF0), _COMMENT, *_BARE_MARKERS}) - {_ADOBE}

_MARKER: Final = re.compile(rb"\xff+([\x01-\xfe])")

# Where bytes are stray: tables, frames, scans, comments, application segments and the end.
_NEXT_MARKER: Final = re.compile(rb"\xff([\xc0-\xc4\xc5-\xc7\xc9-\xcf\xd9-\xdf\xe0-\xef\xfe])")

# Segments whose content makes no pixels, so that a wrong length of theirs does no harm.
_SKIPPED: Final = frozenset({*range(0xE0, 0xF0), _COMMENT})

# Within a scan FF 00 is a byte of data and FF D0 to D7 are restarts; anything else ends it.
_AFTER_SCAN: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")

# The largest divisor by which a JPEG decoder can scale while it decodes.
_SMALLEST_SCALE: Final = 8

_END_MARK: Final = b"\xff\xd9"

# A byte of ones, escaped as within a scan. No code of pixels is all ones, so as pixels it lasts for few blocks only.
_ONES: Final = b"\xff\x00"

# Bytes that a decoder reads ahead before it decodes the last pixels (64 bits), and some more that it has to pass over.
_READ_AHEAD: Final = 8
_PASSED_OVER: Final = 2

# Bytes in the place of what may be missing at the end.
_FILLER_BYTES: Final = 512


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
    frame, width, height = _size(data, [segment for segment in segments if segment.marker in _FRAMES | _ODD_FRAMES])
    check_size(width, height)
    _check_restarts(data, segments, frame)
    kept = [part for part in segments if part.marker not in _LEFT_OUT]
    warnings = trailer_warnings(data[segments[-1].end :]) if has_end else (problems.END_MARK_MISSING,)
    if any(segment.odd for segment in segments):
        warnings = (problems.STRAY_BYTES, *warnings)
    bare = data[:2] + b"".join(data[part.start : part.end] for part in kept)
    bare = bare if has_end else bare.removesuffix(b"\xff")
    return Structure(width, height, _orientation(data, segments), bare, warnings, has_end, tuple(_scan_ends(kept)))


def _scan_ends(kept: list[_Segment]) -> Iterator[int]:
    at = 2
    for part in kept:
        at += part.end - part.start
        if part.marker == _SCAN:
            yield at


def _size(data: bytes, frames: list[_Segment]) -> tuple[_Segment, int, int]:
    if len(frames) != 1:
        raise UnusableError(problems.HEADER_MISSING)
    (frame,) = frames
    if frame.marker in _ODD_FRAMES:
        raise UnusableError(problems.RARE_JPEG)
    if frame.end - frame.body < 5:  # noqa: PLR2004  # precision, height, width: a byte and two numbers
        raise UnusableError(problems.HEADER_MALFORMED)
    if data[frame.body] != _BITS:
        raise UnusableError(problems.RARE_JPEG)
    height, width = struct.unpack_from(">HH", data, frame.body + 1)
    return frame, width, height


def _check_restarts(data: bytes, segments: list[_Segment], frame: _Segment) -> None:
    """Raise UnusableError where a scan has fewer restarts than its pixels need.

    A decoder that misses one makes up what is before the next, so it cannot be told from one that has all.
    """
    interval = 0
    for part in segments:
        if part.marker == _INTERVAL and part.end - part.body == 2:  # noqa: PLR2004  # one number of two bytes
            interval = int.from_bytes(data[part.body : part.end])
        elif part.marker == _SCAN and interval:
            needed = (_units(data, part, frame) - 1) // interval
            if sum(data.count(mark, part.body, part.end) for mark in _RESTARTS) < needed:
                raise UnusableError(problems.PIXELS_MISSING)


def _units(data: bytes, scan: _Segment, frame: _Segment) -> int:
    """Return how many minimum coded units a scan has (annex A.2), 1 where its header or the frame's is malformed."""
    height, width = (int.from_bytes(data[at : at + 2]) for at in (frame.body + 1, frame.body + 3))
    described, header = data[frame.body + 6 : frame.end], data[scan.body : scan.end]
    factors = {number: divmod(both, 16) for number, both in zip(described[::3], described[1::3], strict=False)}
    parts = [factors.get(number, (0, 0)) for number in header[1 : 1 + 2 * header[0]][::2]] if header else []
    if not parts or not all(all(each) for each in (*parts, *factors.values())):
        return 1
    across, down = max(across for across, _ in factors.values()), max(down for _, down in factors.values())
    if len(parts) == 1:
        width, height = -(-width * parts[0][0] // across), -(-height * parts[0][1] // down)
        across = down = 1
    return -(-width // (_BLOCK * across)) * -(-height // (_BLOCK * down))


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
    if marker == _END or marker in _BARE_MARKERS:
        return _Segment(marker, found.start(), start, start, odd or marker != _END)
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


def check(structure: Structure) -> None:
    """Raise UnusableError unless the image decodes and has all its pixels.

    A decoder makes up what is missing where it meets the mark of the end, so each scan is followed by something else.
    """
    is_whole = _is_whole(structure)
    if is_whole is None:
        raise UnusableError(problems.DECODING)
    if not is_whole or (not structure.has_end and _depends_on_what_follows(structure)):
        raise UnusableError(problems.PIXELS_MISSING)


def _is_whole(structure: Structure) -> bool | None:
    """Return whether each scan of a JPEG has all its pixels, ``None`` where it does not decode."""
    try:
        with JpegImageFile(io.BytesIO(structure.bare)) as image:
            if image.size != (structure.width, structure.height):
                return None
            # A JPEG is read whole at an eighth of its size too, for a 64th of the memory.
            image.draft(None, (_eighth(structure.width), _eighth(structure.height)))
            return _all_whole(image, structure)
    except Exception:  # noqa: BLE001  # hostile bytes make the decoder raise nearly every type there is
        return None


def _eighth(pixels: int) -> int:
    return max(1, pixels // _SMALLEST_SCALE)


def _all_whole(image: JpegImageFile, structure: Structure) -> bool:
    feed, start = _Feed(image), 0
    with closing(feed):
        for end in structure.scan_ends:
            feed.take(structure.bare[start:end])
            if not feed.passes_over_ones():
                return False
            start = end
        feed.take(structure.bare[start:].removesuffix(_END_MARK) + _END_MARK)
        return feed.is_done


def _depends_on_what_follows(structure: Structure) -> bool:
    """Return whether the picture is another one with something else behind it: then some of it is missing."""
    ends = (b"", b"\x55" * _FILLER_BYTES, b"\xaa" * _FILLER_BYTES)
    return len({_digest(structure.bare + filler + _END_MARK) for filler in ends}) > 1


def _digest(data: bytes) -> bytes | None:
    try:
        with JpegImageFile(io.BytesIO(data)) as image:
            image.load()
            return hashlib.sha256(image.tobytes()).digest()
    except Exception:  # noqa: BLE001  # as above
        return None


class _Feed:
    """A JPEG's decoder, fed part by part: its own loop would feed it the end as soon as it asked for more."""

    def __init__(self, image: JpegImageFile) -> None:
        (tile,) = image.tile
        core: Any = Image.core  # type: ignore[attr-defined]  # where Pillow itself gets its decoders
        self._decoder = core.jpeg_decoder(image.mode, *(tile.args or ()), *image.decoderconfig)
        self._decoder.setimage(core.new(image.mode, image.size), tile.extents)
        self._kept = b""
        self.is_done = False

    def close(self) -> None:
        """Free what the decoder holds."""
        self._decoder.cleanup()

    def take(self, data: bytes) -> bool:
        """Return whether the decoder takes all of the data, and of what it kept before. Raises OSError."""
        if self.is_done:
            return True
        self._kept += data
        used, error = self._decoder.decode(self._kept)
        if error < 0:
            raise OSError(error)
        self.is_done = used < 0
        self._kept = b"" if self.is_done else self._kept[used:]
        return not self._kept

    def passes_over_ones(self) -> bool:
        """Return whether the decoder is through with a scan.

        It then passes over each byte at once, up to the next mark. One that needs more pixels keeps bytes until they
        are enough to go on.
        """
        for _ in range(_READ_AHEAD):
            self.take(_ONES)
        return all(self.take(_ONES) for _ in range(_PASSED_OVER))
